"""Addresses as part of an integer program: where each tensor lies in each step that it is in the scratchpad.

    place_at >= 0, the first byte of tensor a in step t, with s_a bytes, all in units
    below_abt = 1 when a lies below b in step t

    place_at <= capacity - s_a
    |place_at - place_a(t-1)| <= capacity (1 - stay_at)                a stays where it is
    place_at + s_a <= place_bt + capacity (1 - below_abt)
    below_abt + below_bat >= here_at + here_bt - 1                     one of two that are there is below the other

Addresses need no integrality: rounded down, they satisfy the same rows, since sizes are whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import pulp

from mapper.ilp_solver import Answer

Variables = Mapping[tuple[int, int], pulp.LpVariable]
"""By (tensor, step); only for the steps in which a tensor can be in the scratchpad."""


def add_addresses(
    program: pulp.LpProblem, sizes: Sequence[int], capacity: int, here: Variables, stay: Variables
) -> dict[tuple[int, int], pulp.LpVariable]:
    """Add places and their rows to ``program``; return the places by (tensor, step).

    Parameters
    ----------
    program : pulp.LpProblem
    sizes : sequence of int
        Of tensors, in units.
    capacity : int
        In units; at least every size.
    here, stay : mapping
        1 when a tensor is in the scratchpad in a step; 1 when it was there in the step before and has stayed.
    """
    place = {
        (tensor, step): program.add_variable(f"place_{tensor}_{step}", lowBound=0, upBound=capacity - sizes[tensor])
        for tensor, step in here
    }
    for (tensor, step), stays in stay.items():
        if (tensor, step - 1) in place:
            moved = place[tensor, step] - place[tensor, step - 1]
            program += moved <= capacity * (1 - stays)
            program += -moved <= capacity * (1 - stays)
    for (one, step), (other, other_step) in combinations(place, 2):
        if step == other_step:
            _add_pair(program, (one, other, step), sizes, capacity, (here, place))
    return place


def _add_pair(
    program: pulp.LpProblem,
    pair: tuple[int, int, int],
    sizes: Sequence[int],
    capacity: int,
    variables: tuple[Variables, Variables],
) -> None:
    one, other, step = pair
    here, place = variables
    below = program.add_variable(f"below_{one}_{other}_{step}", cat="Binary")
    above = program.add_variable(f"below_{other}_{one}_{step}", cat="Binary")
    program += below + above >= here[one, step] + here[other, step] - 1
    program += place[one, step] + sizes[one] <= place[other, step] + capacity * (1 - below)
    program += place[other, step] + sizes[other] <= place[one, step] + capacity * (1 - above)


def address(answer: Answer, place: pulp.LpVariable) -> int:
    """Return the first unit of a tensor at ``place`` in a solution; 0 when nothing is beside it, and it has no row."""
    return math.floor(answer.values.get(place.name, 0.0) + 1e-6)
