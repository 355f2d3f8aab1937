"""The integer program of tiling and residency in a fixed order: how each operator runs, and what stays in between.

Variables, all 0 or 1: x_oi, operator o runs by its choice i; keep_g, a tensor stays through gap g between two uses that
follow each other; load_aj, tensor a is loaded whole for its use j; store_a, it is written whole after it is made. With
whole_aj the sum of x_oi over the choices of use j's operator in which a is whole,

    minimise    sum of cost_oi x_oi + load costs + store costs
    such that   sum over i of x_oi = 1
                keep_g <= whole at both ends of g
                load_aj >= whole_aj - keep of the gap before j        (whole_a0 for what starts off-chip)
                store_a >= whole_a0 - whole_aj, store_a >= whole_a0 + load_aj - 1    for later uses j
                store_a >= whole_a0                                   for outputs of the network
                per step: whole operands + what is kept across it + tile buffers <= capacity

A result that may be written over an operand counts once where both are whole. An operator that passes its result tile
by tile writes it within its own cost, and one that reads tile by tile needs a copy off-chip: hence the second row of
stores. Only bytes are limited here; places are found, or found missing, afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pulp

from mapper.gaps import Gap, steps_of_uses
from mapper.ilp_solver import Status, solve
from mapper.residency.choices import Choice, ResidencyProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the solver knows of a program.

    Parameters
    ----------
    choices : tuple of int or None
        By step: which choice of its operator; None when no solution was found.
    kept : frozenset of Gap
    loaded : frozenset of (int, int)
        Tensor and step.
    stored : frozenset of int
        Tensors.
    lower_bound : int
        Nothing that the program allows costs less.
    is_proven : bool
    is_infeasible : bool
        Proven: at some step not even the smallest choice fits.
    """

    choices: tuple[int, ...] | None
    kept: frozenset[Gap] = frozenset()
    loaded: frozenset[tuple[int, int]] = frozenset()
    stored: frozenset[int] = frozenset()
    lower_bound: int
    is_proven: bool
    is_infeasible: bool = False


class ResidencyProgram:
    """The program of ``schedule`` in ``capacity_bytes``; ``forbid`` adds a row.

    Parameters
    ----------
    problem : ResidencyProblem
    schedule : sequence of int
        Operators by step.
    capacity_bytes : int
    """

    def __init__(self, problem: ResidencyProblem, schedule: Sequence[int], capacity_bytes: int) -> None:
        self.problem, self.schedule, self.capacity_bytes = problem, tuple(schedule), capacity_bytes
        self.uses = steps_of_uses(problem.tensors, schedule)
        self._program = pulp.LpProblem("residency", pulp.LpMinimize)
        self._rows: list[tuple[pulp.LpAffineExpression, str]] = []
        self._costs: list[tuple[pulp.LpVariable, int]] = []
        self._num_forbidden = 0
        self._chosen = [self._add_choices(step, operator) for step, operator in enumerate(self.schedule)]
        self._kept: dict[Gap, pulp.LpVariable] = {}
        self._loaded: dict[tuple[int, int], pulp.LpVariable] = {}
        self._stored: dict[int, pulp.LpVariable] = {}
        for tensor in range(len(problem.tensors.tensors)):
            if self.uses[tensor]:
                self._add_tensor(tensor)
        self._unit = math.gcd(*(cost for _, cost in self._costs)) or 1
        self._program += pulp.LpAffineExpression([(variable, cost // self._unit) for variable, cost in self._costs])
        self._add_capacity()

    def solve(self, time_limit_s: float, gap_fraction: float = 0.0) -> Decision:
        """Return the least cost, as far as is known in ``time_limit_s`` seconds, or to within ``gap_fraction``."""
        answer = solve(self._program, time_limit_s, gap_fraction, self._streamed_start())
        if answer.status not in (Status.OPTIMAL, Status.FEASIBLE):
            infeasible = answer.status is Status.INFEASIBLE
            bound = answer.lower_bound * self._unit
            return Decision(choices=None, lower_bound=bound, is_proven=infeasible, is_infeasible=infeasible)
        chosen = answer.chosen
        return Decision(
            choices=tuple(
                next(number for number, variable in enumerate(variables) if variable.name in chosen)
                for variables in self._chosen
            ),
            kept=frozenset(gap for gap, variable in self._kept.items() if variable.name in chosen),
            loaded=frozenset(use for use, variable in self._loaded.items() if variable.name in chosen),
            stored=frozenset(one for one, variable in self._stored.items() if variable.name in chosen),
            lower_bound=answer.lower_bound * self._unit,
            is_proven=answer.status is Status.OPTIMAL and gap_fraction == 0,
        )

    def _streamed_start(self) -> Mapping[str, float]:
        """Nothing whole, every operator by its cheapest choice: a solution unless one needs some."""
        start: dict[str, float] = {}
        for step, operator in enumerate(self.schedule):
            options = self.problem.choices[operator]
            streamed = [(one.cost, number) for number, one in enumerate(options) if self._may_start(one)]
            if not streamed:
                return {}
            start[self._chosen[step][min(streamed)[1]].name] = 1.0
        return start

    def _may_start(self, option: Choice) -> bool:
        return not option.whole and option.buffer_bytes <= self.capacity_bytes

    def forbid(
        self, gaps: Collection[Gap], wholes: Collection[tuple[int, int]], buffers: Collection[tuple[int, int]]
    ) -> None:
        """Let no solution keep all of ``gaps``, have all of ``wholes``, and buffers as large or larger at all steps.

        ``wholes`` are tensors with a step each, ``buffers`` steps with the least bytes that are too many.
        """
        self._num_forbidden += 1
        terms = [self._kept[gap] for gap in gaps] + [self._whole(tensor, step) for tensor, step in wholes]
        for step, too_large in buffers:
            options = self.problem.choices[self.schedule[step]]
            large = [
                variable
                for option, variable in zip(options, self._chosen[step], strict=True)
                if option.buffer_bytes >= too_large
            ]
            terms.append(pulp.lpSum(large))
        self._program += pulp.lpSum(terms) <= len(terms) - 1, f"forbidden_{self._num_forbidden}"

    def is_whole_when_made(self, tensor: int, decision: Decision) -> bool:
        """Return whether an operator makes ``tensor`` whole: then only a store gives it a copy off-chip."""
        if self.problem.tensors.tensors[tensor].producer is None or decision.choices is None:
            return False
        made = self.uses[tensor][0]
        return tensor in self.problem.choices[self.schedule[made]][decision.choices[made]].whole

    def _binary(self, name: str) -> pulp.LpVariable:
        return self._program.add_variable(name, cat="Binary")

    def _share(self, name: str) -> pulp.LpVariable:
        """A variable that rows push up and its cost down: it is 0 or 1 where the others are."""
        return self._program.add_variable(name, lowBound=0, upBound=1)

    def _add_choices(self, step: int, operator: int) -> list[pulp.LpVariable]:
        variables = []
        for number, option in enumerate(self.problem.choices[operator]):
            variables.append(self._binary(f"run_{step}_{number}"))
            if option.cost:
                self._costs.append((variables[-1], option.cost))
        self._program += pulp.LpAffineExpression([(one, 1) for one in variables]) == 1, f"run_{step}"
        return variables

    def _whole(self, tensor: int, step: int) -> pulp.LpAffineExpression:
        options = self.problem.choices[self.schedule[step]]
        return pulp.LpAffineExpression(
            [
                (variable, 1)
                for option, variable in zip(options, self._chosen[step], strict=True)
                if tensor in option.whole
            ]
        )

    def _may_be_whole(self, tensor: int, step: int) -> bool:
        return any(tensor in option.whole for option in self.problem.choices[self.schedule[step]])

    def _add_tensor(self, tensor: int) -> None:
        steps = self.uses[tensor]
        one = self.problem.tensors.tensors[tensor]
        is_made = one.producer is not None
        whole = {step: self._whole(tensor, step) for step in steps if self._may_be_whole(tensor, step)}
        for before, after in pairwise(steps):
            if before in whole and after in whole:
                gap = Gap(tensor, before, after)
                self._kept[gap] = self._binary(f"keep_{tensor}_{before}")
                self._program += self._kept[gap] <= whole[before], f"keep_{tensor}_{before}_begins"
                self._program += self._kept[gap] <= whole[after], f"keep_{tensor}_{before}_ends"
        for place, step in enumerate(steps):
            if step in whole and (place > 0 or not is_made):
                self._add_load(tensor, place, whole[step])
        if is_made and steps[0] in whole and (one.is_output or len(steps) > 1):
            self._add_store(tensor, steps, whole)

    def _add_load(self, tensor: int, place: int, whole: pulp.LpAffineExpression) -> None:
        steps = self.uses[tensor]
        load = self._share(f"load_{tensor}_{place}")
        self._loaded[tensor, steps[place]] = load
        self._costs.append((load, self.problem.load_costs[tensor]))
        kept = self._kept.get(Gap(tensor, steps[place - 1], steps[place])) if place else None
        self._program += load >= (whole if kept is None else whole - kept), f"load_{tensor}_{place}"

    def _add_store(self, tensor: int, steps: Sequence[int], whole: dict[int, pulp.LpAffineExpression]) -> None:
        store = self._share(f"store_{tensor}")
        self._stored[tensor] = store
        self._costs.append((store, self.problem.store_costs[tensor]))
        made = whole[steps[0]]
        if self.problem.tensors.tensors[tensor].is_output:
            self._program += store >= made, f"store_{tensor}_output"
            return
        for step in steps[1:]:
            later = whole.get(step)
            self._program += store >= (made if later is None else made - later), f"store_{tensor}_streamed_{step}"
            if (tensor, step) in self._loaded:
                self._program += store >= made + self._loaded[tensor, step] - 1, f"store_{tensor}_loaded_{step}"

    def _add_capacity(self) -> None:
        sizes = [tensor.size_bytes for tensor in self.problem.tensors.tensors]
        across: list[list[Gap]] = [[] for _ in self.schedule]
        for gap in self._kept:
            for step in range(gap.before + 1, gap.after):
                across[step].append(gap)
        for step, operator in enumerate(self.schedule):
            options = self.problem.choices[operator]
            own = [self.bytes_of(option) for option in options]
            if max(own) + sum(sizes[gap.tensor] for gap in across[step]) <= self.capacity_bytes:
                continue
            terms = [(variable, size) for variable, size in zip(self._chosen[step], own, strict=True)]
            terms += [(self._kept[gap], sizes[gap.tensor]) for gap in across[step]]
            self._program += pulp.LpAffineExpression(terms) <= self.capacity_bytes, f"step_{step}"

    def bytes_of(self, option: Choice) -> int:
        """Return the bytes of an operator's whole operands and buffers; what is written over another counts once."""
        sizes = self.problem.tensors.tensors
        reused = [self.problem.in_place[one] for one in option.whole if self.problem.in_place.get(one) in option.whole]
        total = option.buffer_bytes + sum(sizes[one].size_bytes for one in option.whole)
        return total - sum(sizes[one].size_bytes for one in reused)
