"""A plan carried out step by step, as the machine would: the check that every plan passes before it is shown.

Shares no code with the planners, nor with the formula that counts what a plan moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from mapper.problem import PlanProblem
from mapper.tensor_plan import Episode, TensorPlan
from workloads.errors import SparsimError


class PlanRejected(SparsimError):
    """A planner's mistake: a plan that cannot be carried out; names step, tensor and what is wrong."""


def replay(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int) -> int:
    """Return the off-chip bytes that ``plan`` moves beyond the compulsory ones.

    Raises
    ------
    PlanRejected
        When an operator runs twice, never or before what it reads is made; when a tensor appears without being made or
        read, has no place in the scratchpad, shares it with another, is missing where it is used, or stays unused.
    """
    _check_order(problem, plan.schedule)
    machine = _Machine(problem=problem, plan=plan, capacity_bytes=capacity_bytes)
    for index in range(len(plan.episodes)):
        machine.check_steps(index)
    for step in range(len(plan.schedule)):
        machine.run(step)
    return machine.read_bytes + machine.written_bytes - problem.compulsory_bytes


def _check_order(problem: PlanProblem, schedule: Sequence[int]) -> None:
    times = Counter(schedule)
    for operator, name in enumerate(problem.operators):
        if times.pop(operator, 0) != 1:
            found = schedule.count(operator)
            raise PlanRejected(f"{problem.name}: operator {name!r} runs {found} times in the plan, expected once")
    if times:
        raise PlanRejected(f"{problem.name}: the plan runs operators {sorted(times)}, which do not exist")
    position = {operator: step for step, operator in enumerate(schedule)}
    for step, operator in enumerate(schedule):
        for tensor in problem.inputs[operator]:
            producer = problem.tensors[tensor].producer
            if producer is not None and position[producer] >= step:
                raise _rejected(problem, step, tensor, f"is read before {problem.operators[producer]!r} makes it")


def _rejected(problem: PlanProblem, step: int, tensor: int, what: str) -> PlanRejected:
    return PlanRejected(f"{problem.name}: step {step}: tensor {problem.tensors[tensor].name!r} {what}")


@dataclass(slots=True, kw_only=True)
class _Machine:
    """Scratchpad and off-chip memory between two steps.

    Parameters
    ----------
    places : dict
        By tensor in the scratchpad: its first byte and the one after its last.
    off_chip : set of int
        Tensors of which off-chip memory has a copy.
    begins, ends : dict
        By step: the episodes that begin and end there.
    last_begins : dict
        By tensor: the step in which its last episode begins.
    """

    problem: PlanProblem
    plan: TensorPlan
    capacity_bytes: int
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    off_chip: set[int] = field(default_factory=set)
    read_bytes: int = 0
    written_bytes: int = 0
    begins: dict[int, list[Episode]] = field(default_factory=dict)
    ends: dict[int, list[Episode]] = field(default_factory=dict)
    last_begins: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.off_chip = {index for index, tensor in enumerate(self.problem.tensors) if tensor.producer is None}
        self.written_bytes = self.problem.overwritten_bytes  # at some step of any plan: none has a tensor to follow
        for episode in self.plan.episodes:
            self.begins.setdefault(episode.first_step, []).append(episode)
            self.ends.setdefault(episode.last_step, []).append(episode)
            known = self.last_begins.get(episode.tensor, episode.first_step)
            self.last_begins[episode.tensor] = max(known, episode.first_step)

    def check_steps(self, index: int) -> None:
        """Raise when an episode's tensor or steps are not among the plan's."""
        episode = self.plan.episodes[index]
        if not 0 <= episode.tensor < len(self.problem.tensors):
            raise PlanRejected(
                f"{self.problem.name}: episode {index} is of tensor {episode.tensor}, which does not exist"
            )
        if not 0 <= episode.first_step <= episode.last_step < len(self.plan.schedule):
            what = f"is in the scratchpad from {episode.first_step} to {episode.last_step}, expected ascending steps"
            raise _rejected(
                self.problem, episode.first_step, episode.tensor, f"{what} within 0 to {len(self.plan.schedule) - 1}"
            )

    def run(self, step: int) -> None:
        """Bring in what begins, run the step's operator, take out what ends."""
        operator = self.plan.schedule[step]
        for episode in self.begins.get(step, ()):
            self._bring_in(step, operator, episode)
        for tensor in {*self.problem.inputs[operator], *self.problem.outputs[operator]}:
            if tensor not in self.places:
                what = f"is not in the scratchpad while {self.problem.operators[operator]!r} runs"
                raise _rejected(self.problem, step, tensor, what)
        for episode in self.ends.get(step, ()):
            self._take_out(step, operator, episode)

    def _bring_in(self, step: int, operator: int, episode: Episode) -> None:
        tensor = episode.tensor
        size = self.problem.tensors[tensor].size_bytes
        begin, end = episode.offset_bytes, episode.offset_bytes + size
        if begin < 0 or end > self.capacity_bytes:
            what = f"lies at bytes {begin} to {end}, outside the scratchpad of {self.capacity_bytes} bytes"
            raise _rejected(self.problem, step, tensor, what)
        if tensor in self.places:
            raise _rejected(self.problem, step, tensor, "is brought in while it is in the scratchpad already")
        for other, (other_begin, other_end) in self.places.items():
            if max(begin, other_begin) < min(end, other_end):  # what has no bytes overlaps nothing
                what = f"at bytes {begin} to {end} overlaps {self.problem.tensors[other].name!r} at"
                raise _rejected(self.problem, step, tensor, f"{what} {other_begin} to {other_end}")
        if tensor not in self.problem.outputs[operator]:
            if tensor not in self.off_chip:
                raise _rejected(self.problem, step, tensor, "is read from off-chip memory, which has no copy")
            self.read_bytes += size
        self.places[tensor] = (begin, end)

    def _take_out(self, step: int, operator: int, episode: Episode) -> None:
        tensor = episode.tensor
        if tensor not in self.problem.operands(operator):
            what = f"stays until this step, whose operator {self.problem.operators[operator]!r} does not use it"
            raise _rejected(self.problem, step, tensor, what)
        one = self.problem.tensors[tensor]
        returns = self.last_begins[tensor] > step
        if (returns or one.is_output) and tensor not in self.off_chip:
            self.off_chip.add(tensor)
            self.written_bytes += one.size_bytes
        del self.places[tensor]
