"""Operators that may write their result over what they read: it takes no place of its own.

Element by element, an operator may overwrite an input that is as large as its result and that nobody needs afterwards.
In the planning problem this is stated in one of two ways, both exact.

*Absorbed*: an operator that reads nothing else of the problem runs right after the one that makes its input, at no cost
in space: the two are one operator, and their tensors are one. No plan is lost: take one that runs it later; doing it
at once changes no place, and no more is written, since the result leaves and comes back where its input did.

*Shared*: an operator that reads others as well, in a fixed order, directly after the one that makes the input. Its
result is that tensor. Were it further away, the input could leave before it is overwritten and the result after, and
what the problem takes for one tensor would be written twice.

Assumes that an element-wise operator reads each element before it writes the one in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mapper.problem import PlannedTensor, PlanProblem
from mapper.tensor_plan import TensorPlan
from workloads.network import Network
from workloads.operators import Activation, Elementwise, Normalisation, Operator, View


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlacePair:
    """``operator`` may write tensor ``result`` over tensor ``source``; indices of the problem.

    ``source`` is made by another operator, is no output of the network, and is read by no other.
    """

    operator: int
    source: int
    result: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlaceProblem:
    """A problem whose tensors may be several of the network's, one written over the other.

    Parameters
    ----------
    problem : PlanProblem
        Without the operators that were absorbed. Its tensors have the names of the last that is written there.
    absorbed : mapping of str to str
        By operator that is not in the problem: the one that it follows at once.
    overwrites : tuple of (int, int)
        Operator of the problem, and tensor that it reads and writes over.
    """

    problem: PlanProblem
    absorbed: Mapping[str, str]
    overwrites: tuple[tuple[int, int], ...]

    def rewritten_bytes(self, plan: TensorPlan) -> int:
        """Return what ``plan`` writes beside what ``spill_bytes`` counts: tensors that left before they changed.

        Zero unless an episode ends between the step that makes a tensor and the next, which overwrites it: a planner
        has no reason to, but one that moves tensors about may.
        """
        step_of = {operator: step for step, operator in enumerate(plan.schedule)}
        total = 0
        for tensor in {tensor for _, tensor in self.overwrites}:
            changes = sorted(step_of[operator] for operator, one in self.overwrites if one == tensor)
            ends = sorted(episode.last_step for episode in plan.episodes if episode.tensor == tensor)[:-1]
            versions = {sum(change <= end for change in changes) for end in ends}
            one = self.problem.tensors[tensor]
            # Counted is one write of what leaves; of an output, which is written at the end, none.
            needed = len(versions - {len(changes)}) if one.is_output else max(0, len(versions) - 1)
            total += needed * one.size_bytes
        return total


def in_place_pairs(network: Network, problem: PlanProblem) -> tuple[InPlacePair, ...]:
    """Return what may be overwritten in any order: for each operator, the first input that qualifies.

    Parameters
    ----------
    network : Network
    problem : PlanProblem
        Of ``network``, by ``plan_problem``.
    """
    steps = [operator for operator in network.operators if not isinstance(operator.work, View)]
    root = _roots(network)
    index = {tensor.name: number for number, tensor in enumerate(problem.tensors)}
    pairs = []
    for number, operator in enumerate(steps):
        sources = (index[root[name]] for name in _matching_inputs(network, operator) if root[name] in index)
        result = index.get(root[operator.outputs[0]])
        qualified = (one for one in sources if result is not None and _may_go(problem, number, one, result))
        if result is not None and (source := next(qualified, None)) is not None:
            pairs.append(InPlacePair(operator=number, source=source, result=result))
    return tuple(pairs)


def merge_in_place(
    problem: PlanProblem, pairs: Sequence[InPlacePair], *, is_order_fixed: bool = False
) -> InPlaceProblem:
    """Return ``problem`` with the tensors of ``pairs`` merged where that is exact.

    Parameters
    ----------
    is_order_fixed : bool
        Whether only the problem's own order is asked for: then operators with other inputs too may share a place.
    """
    absorbed: dict[int, int] = {}
    shared: dict[int, int] = {}
    become = {number: number for number in range(len(problem.tensors))}
    for pair in sorted(pairs, key=lambda one: one.operator):
        maker = problem.tensors[pair.source].producer
        assert maker is not None, "the source of a pair is made by an operator"
        maker = absorbed.get(maker, maker)
        if problem.inputs[pair.operator] == (pair.source,) and len(problem.outputs[pair.operator]) == 1:
            absorbed[pair.operator] = maker
        elif is_order_fixed and _is_next(absorbed, maker, pair.operator):
            shared[pair.operator] = pair.source
        else:
            continue
        for number, kept in become.items():
            if kept == pair.source:
                become[number] = pair.result
    return _merged(problem, absorbed, shared, become)


def _roots(network: Network) -> Mapping[str, str]:
    """By tensor: itself, or the one whose bytes it shows under another shape."""
    roots = {name: name for name in network.tensors}
    for operator in network.operators:
        if isinstance(operator.work, View):
            roots.update(dict.fromkeys(operator.outputs, roots[operator.inputs[0]]))
    return roots


def _matching_inputs(network: Network, operator: Operator) -> Iterator[str]:
    """Inputs of an element-wise operator that have its result's shape and format."""
    work = operator.work
    is_elementwise = isinstance(work, (Elementwise, Activation)) or (isinstance(work, Normalisation) and not work.axes)
    if not is_elementwise or len(operator.outputs) != 1:
        return
    result = network.tensors[operator.outputs[0]]
    for name in operator.inputs:
        tensor = network.tensors[name]
        if tensor.shape == result.shape and tensor.format == result.format:
            yield name


def _may_go(problem: PlanProblem, operator: int, source: int, result: int) -> bool:
    tensor = problem.tensors[source]
    return (
        tensor.producer is not None
        and not tensor.is_output
        and tensor.consumers == (operator,)
        and tensor.size_bytes == problem.tensors[result].size_bytes
    )


def _is_next(absorbed: Mapping[int, int], maker: int, operator: int) -> bool:
    """Whether all that runs between ``maker`` and ``operator`` is absorbed by ``maker``."""
    return all(absorbed.get(between) == maker for between in range(maker + 1, operator))


def _merged(
    problem: PlanProblem, absorbed: Mapping[int, int], shared: Mapping[int, int], become: Mapping[int, int]
) -> InPlaceProblem:
    steps = [operator for operator in range(len(problem.operators)) if operator not in absorbed]
    step_of = {operator: step for step, operator in enumerate(steps)}
    kept = [number for number, to in become.items() if number == to]
    number_of = {old: kept.index(to) for old, to in become.items()}
    inputs = tuple(tuple(dict.fromkeys(number_of[one] for one in problem.inputs[old])) for old in steps)
    outputs = tuple(
        tuple(number_of[one] for one in problem.outputs[old] if number_of[one] not in inputs[step_of[old]])
        for old in steps
    )
    makers = {tensor: step for step, made in enumerate(outputs) for tensor in made}

    def tensor_of(number: int, old: int) -> PlannedTensor:
        readers = tuple(step for step, read in enumerate(inputs) if number in read)
        return replace(problem.tensors[old], producer=makers.get(number), consumers=readers)

    return InPlaceProblem(
        problem=PlanProblem(
            name=problem.name,
            operators=tuple(problem.operators[old] for old in steps),
            tensors=tuple(tensor_of(number, old) for number, old in enumerate(kept)),
            inputs=inputs,
            outputs=outputs,
            overwritten_bytes=problem.overwritten_bytes,
        ),
        absorbed={problem.operators[one]: problem.operators[maker] for one, maker in absorbed.items()},
        overwrites=tuple((step_of[operator], number_of[source]) for operator, source in shared.items()),
    )
