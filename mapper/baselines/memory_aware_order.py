"""An order that keeps little alive, chosen one operator at a time."""

from __future__ import annotations

from mapper.problem import PlanProblem


def memory_aware_order(problem: PlanProblem) -> tuple[int, ...]:
    """Return an order: of the operators that may run, always the one that adds least to what stays alive.

    Of equals the one with the smaller outputs runs first, then the earlier in the problem's order. It looks one step
    ahead only: a bound of the least peak from above, not the least peak.
    """
    sizes = [tensor.size_bytes for tensor in problem.tensors]
    num_readers_left = [len(tensor.consumers) for tensor in problem.tensors]
    needed = [set(before) for before in problem.predecessors]
    alive: set[int] = set()
    left = set(range(len(needed)))
    order: list[int] = []

    def growth(operator: int) -> tuple[int, int, int]:
        made = sum(sizes[tensor] for tensor in problem.outputs[operator])
        kept = sum(sizes[tensor] for tensor in problem.outputs[operator] if num_readers_left[tensor])
        kept += sum(
            sizes[tensor] for tensor in problem.inputs[operator] if tensor not in alive and num_readers_left[tensor] > 1
        )
        freed = sum(
            sizes[tensor] for tensor in problem.inputs[operator] if tensor in alive and num_readers_left[tensor] == 1
        )
        return kept - freed, made, operator

    while left:
        operator = min((one for one in left if not needed[one]), key=growth)
        left.remove(operator)
        order.append(operator)
        for tensor in problem.inputs[operator]:
            num_readers_left[tensor] -= 1
        alive.update(problem.operands(operator))
        alive = {tensor for tensor in alive if num_readers_left[tensor]}
        for other in left:
            needed[other].discard(operator)
    return tuple(order)
