"""A part of an order between two boundaries, as a planning problem of its own.

What is in the scratchpad at the first boundary is made by an operator of the part's own, *enter*, that runs first; what
must be there at the second is read by another, *exit*, that runs last. What is off-chip at the first boundary starts
off-chip. What must be off-chip at the second is an output. Such a problem's bytes leave out what a problem calls
compulsory and the whole one does not: the first read of what was spilled, the write of what is to be. They are the
same for all plans of the part, ``fixed_bytes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapper.gaps import write_bytes
from mapper.partition.boundary import Boundary, Where, present
from mapper.problem import PlannedTensor, PlanProblem
from mapper.tensor_plan import TensorPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part's problem, with what its numbers mean in the whole.

    Parameters
    ----------
    problem : PlanProblem
    operators : tuple of int
        By operator of the part: its number in the whole; ``ENTER`` and ``EXIT`` for those of the part's own.
    tensors : tuple of int
        By tensor of the part: its number in the whole.
    fixed_bytes : int
        What every plan of the part moves beside what the part's problem counts.
    """

    problem: PlanProblem
    operators: tuple[int, ...]
    tensors: tuple[int, ...]
    fixed_bytes: int

    def keeps_the_ends(self, plan: TensorPlan) -> bool:
        """Whether ``plan`` enters first and exits last, as it must to be joined to others."""
        order = [self.operators[operator] for operator in plan.schedule]
        return ENTER not in order[1:] and EXIT not in order[:-1]


ENTER, EXIT = -1, -2


def part_between(problem: PlanProblem, operators: Sequence[int], entry: Boundary, leaving: Boundary) -> Part | None:
    """Return the part of ``problem`` that runs ``operators``; None when ``entry`` cannot become ``leaving``."""
    used = {tensor for operator in operators for tensor in problem.operands(operator)}
    if not all(_may_become(entry, leaving, tensor, tensor in used) for tensor in leaving):
        return None
    steps = (
        *((ENTER,) if present(entry) else ()),
        *operators,
        *((EXIT,) if present(leaving) else ()),
    )
    tensors = tuple(sorted(used | {*present(entry)}))
    number = {tensor: index for index, tensor in enumerate(tensors)}

    def made_by(step: int) -> tuple[int, ...]:
        made = present(entry) if step == ENTER else () if step == EXIT else problem.outputs[step]
        return tuple(number[tensor] for tensor in made)

    def read_by(step: int) -> tuple[int, ...]:
        read = present(leaving) if step == EXIT else () if step == ENTER else problem.inputs[step]
        return tuple(number[tensor] for tensor in read)

    inputs, outputs = tuple(map(read_by, steps)), tuple(map(made_by, steps))
    producers = {tensor: step for step, made in enumerate(outputs) for tensor in made}
    readers: list[list[int]] = [[] for _ in tensors]
    for step, read in enumerate(inputs):
        for tensor in read:
            readers[tensor].append(step)
    planned = tuple(
        replace(
            problem.tensors[tensor],
            producer=producers.get(index),
            consumers=tuple(readers[index]),
            is_output=index in producers
            and (_has_copy(problem, entry, tensor) or leaving.get(tensor) in (Where.BOTH, Where.OFF_CHIP)),
        )
        for index, tensor in enumerate(tensors)
    )
    return Part(
        problem=PlanProblem(
            name=problem.name,
            operators=tuple(_name(problem, step) for step in steps),
            tensors=planned,
            inputs=inputs,
            outputs=outputs,
        ),
        operators=steps,
        tensors=tensors,
        fixed_bytes=_fixed_bytes(problem, planned, tensors, (entry, leaving)),
    )


def _may_become(entry: Boundary, leaving: Boundary, tensor: int, is_used: bool) -> bool:
    before, after = entry.get(tensor), leaving[tensor]
    if before is None:
        return True
    if before is not Where.ON_CHIP and after is Where.ON_CHIP:
        return False
    # What nobody uses meanwhile is not fetched for later, nor thrown out: the boundary before or after does that.
    return is_used or (before is Where.OFF_CHIP) == (after is Where.OFF_CHIP)


def _has_copy(problem: PlanProblem, entry: Boundary, tensor: int) -> bool:
    where = entry.get(tensor)
    return where is not Where.ON_CHIP if where is not None else write_bytes(problem, tensor) == 0


def _fixed_bytes(
    problem: PlanProblem, planned: Sequence[PlannedTensor], tensors: Sequence[int], ends: tuple[Boundary, Boundary]
) -> int:
    entry, leaving = ends
    total = 0
    for tensor, one in zip(tensors, planned, strict=True):
        if entry.get(tensor) is Where.OFF_CHIP:
            total += one.size_bytes
        if leaving.get(tensor) in (Where.BOTH, Where.OFF_CHIP) and not _has_copy(problem, entry, tensor):
            total += one.size_bytes
    return total


def _name(problem: PlanProblem, step: int) -> str:
    return {ENTER: "enter", EXIT: "exit"}.get(step) or problem.operators[step]
