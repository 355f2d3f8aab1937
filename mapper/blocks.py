"""A bound over all orders, and an order, from blocks of operators that are searched one by one.

Take any plan of the whole, and of it only the operators of a block, in their order, with the tensors that count there:
what stays between two of their uses stays, and what leaves costs what it costs in the whole. Of the other tensors only
the bytes remain that an operator needs of them while it runs. That is a plan of the block, so the least that the block
can move is a bound of what its tensors move in the whole. When each tensor counts in one block, the bounds add up.

A tensor counts where most of its uses are. Operators may be in several blocks: the one that makes a tensor is in the
block where it counts too, so that leaving costs a write.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.least_peak import least_peak
from mapper.partition.cuts import Division
from mapper.peak_bound import peak_bound_bytes
from mapper.precedence import ancestors, bits_of, indices_of
from mapper.problem import PlannedTensor, PlanProblem
from mapper.search import least_residency
from mapper.search_layers import Outcome

_PEAK_SECONDS = 1.0
_QUICK_PART = 0.1
"""Of the time: to find out which blocks are easy."""
_EXACT_PART = 0.15
"""Of a block's time: for all of its states, before beams."""
_BEAMS = (1000, 30_000, 100_000)
_UNKNOWN = Outcome(best=None, lower_bound_bytes=0)

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksResult:
    """What the blocks say of the whole.

    Parameters
    ----------
    schedule : tuple of int
        The blocks one after the other, each in the best order found.
    lower_bound_bytes : int
        No plan of any order moves less.
    """

    schedule: tuple[int, ...]
    lower_bound_bytes: int


def search_blocks(problem: PlanProblem, division: Division, capacity_bytes: int, *, deadline: float) -> BlocksResult:
    """Return the bound and the order of the parts of ``division``, each searched in a share of the time.

    Parameters
    ----------
    problem : PlanProblem
    division : Division
    capacity_bytes : int
        At least M_R.
    deadline : float
        Of ``time.perf_counter``.
    """
    counted = _counted(problem, division)
    before = ancestors(problem)
    members = [_with_makers(problem, own, counted[index]) for index, own in enumerate(division.parts)]
    blocks = [_block(problem, operators, counted[index], before) for index, operators in enumerate(members)]
    outcomes = _outcomes(blocks, capacity_bytes, deadline)
    schedule: list[int] = []
    for own, operators, outcome in zip(division.parts, members, outcomes, strict=True):
        order = range(len(operators)) if outcome.best is None else outcome.best.schedule
        found = [operators[step] for step in order]
        schedule += [operator for operator in found if operator in set(own)]
    return BlocksResult(schedule=tuple(schedule), lower_bound_bytes=sum(one.lower_bound_bytes for one in outcomes))


def _outcomes(blocks: Sequence[PlanProblem], capacity_bytes: int, deadline: float) -> list[Outcome]:
    """Search all blocks for a moment, then those that remain open; equal blocks once."""
    kinds = {_key(block): block for block in blocks}
    found = dict.fromkeys(kinds, _UNKNOWN)
    for part in (_QUICK_PART, 1.0):
        open_kinds = [key for key in kinds if not _is_proven(found[key])]
        until = time.perf_counter() + part * max(0.0, deadline - time.perf_counter())
        for index, key in enumerate(open_kinds):
            share = max(0.0, until - time.perf_counter()) / (len(open_kinds) - index)
            found[key] = _searched(kinds[key], capacity_bytes, time.perf_counter() + share)
    return [found[_key(block)] for block in blocks]


def _is_proven(outcome: Outcome) -> bool:
    return outcome.best is not None and outcome.best.cost_bytes == outcome.lower_bound_bytes


def _searched(block: PlanProblem, capacity_bytes: int, deadline: float) -> Outcome:
    """All states for a while; then the bound of the least peak, which may be higher, and beams towards it."""
    now = time.perf_counter()
    outcome = least_residency(block, capacity_bytes, deadline=now + _EXACT_PART * (deadline - now))
    if outcome.best is None or _is_proven(outcome):
        return outcome
    peak = least_peak(block, time_limit_s=_PEAK_SECONDS)
    bound = max(outcome.lower_bound_bytes, peak_bound_bytes(block, capacity_bytes, peak.lower_bound_bytes))
    best = outcome.best
    for width in _BEAMS:
        if best.cost_bytes == bound or time.perf_counter() > deadline:
            break
        better = least_residency(
            block, capacity_bytes, deadline=deadline, beam=width, upper_bound_bytes=best.cost_bytes - 1
        )
        best = better.best or best
    return Outcome(best=best, lower_bound_bytes=bound)


def _counted(problem: PlanProblem, division: Division) -> list[set[int]]:
    """By part: the tensors that count there."""
    part_of = {operator: index for index, part in enumerate(division.parts) for operator in part}
    counted: list[set[int]] = [set() for _ in division.parts]
    for number, tensor in enumerate(problem.tensors):
        uses = [part_of[operator] for operator in tensor.consumers]
        if uses:
            counted[max(dict.fromkeys(uses), key=uses.count)].add(number)
    return counted


def _with_makers(problem: PlanProblem, own: Sequence[int], counted: set[int]) -> tuple[int, ...]:
    makers = {made for tensor in counted if (made := problem.tensors[tensor].producer) is not None}
    return (*sorted(makers - set(own)), *own)


def _block(problem: PlanProblem, operators: Sequence[int], counted: set[int], before: Sequence[int]) -> PlanProblem:
    """The problem of ``operators`` and the tensors of ``counted`` that two of them use."""
    number = {operator: step for step, operator in enumerate(operators)}
    inside = [one for one in sorted(counted) if sum(use in number for use in _uses(problem.tensors[one])) > 1]
    index = {tensor: new for new, tensor in enumerate(inside)}
    tensors = [_within(problem.tensors[one], number) for one in inside]
    inputs = [[index[one] for one in problem.inputs[old] if one in index] for old in operators]
    outputs = [[index[one] for one in problem.outputs[old] if one in index] for old in operators]
    for step, old in enumerate(operators):
        others = sum(problem.tensors[one].size_bytes for one in problem.operands(old) if one not in index)
        direct = {use for one in problem.outputs[old] if one in index for use in problem.tensors[one].consumers}
        followers = _next_after(old, operators, before) - direct
        if others or followers:
            # Bytes that the operator needs while it runs; or, of none, what makes others wait for it.
            for size, readers in ((others, ()), (0, tuple(sorted(number[one] for one in followers)))):
                if size or readers:
                    outputs[step].append(len(tensors))
                    for reader in readers:
                        inputs[reader].append(len(tensors))
                    tensors.append(PlannedTensor(name="", size_bytes=size, producer=step, consumers=readers))
    return PlanProblem(
        name=problem.name,
        operators=tuple(problem.operators[old] for old in operators),
        tensors=tuple(tensors),
        inputs=tuple(map(tuple, inputs)),
        outputs=tuple(map(tuple, outputs)),
    )


def _uses(tensor: PlannedTensor) -> tuple[int, ...]:
    return tensor.consumers if tensor.producer is None else (tensor.producer, *tensor.consumers)


def _within(tensor: PlannedTensor, number: dict[int, int]) -> PlannedTensor:
    return PlannedTensor(
        name=tensor.name,
        size_bytes=tensor.size_bytes,
        producer=None if tensor.producer is None else number.get(tensor.producer),
        consumers=tuple(sorted(number[use] for use in tensor.consumers if use in number)),
        is_output=tensor.is_output,
    )


def _next_after(operator: int, operators: Sequence[int], before: Sequence[int]) -> set[int]:
    """Those of ``operators`` that must follow ``operator`` with none of the others between."""
    followers = bits_of(one for one in operators if before[one] >> operator & 1)
    return {one for one in indices_of(followers) if not before[one] & followers}


def _key(block: PlanProblem) -> _Key:
    tensors = tuple((one.size_bytes, one.producer, one.consumers, one.is_output) for one in block.tensors)
    return tensors, block.inputs, block.outputs
