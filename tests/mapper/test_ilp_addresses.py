"""Addresses in the program: two tensors side by side, and a tensor that stays where it is."""

from __future__ import annotations

import pulp
import pytest

from mapper.ilp_addresses import add_addresses, address
from mapper.ilp_solver import Status, solve


def program_of(capacity: int, *, stays: int):
    """Tensors of 2, 3 and 1 units: 0 and 1 in step 0, 1 and 2 in step 1; 1 stays or not."""
    program = pulp.LpProblem("addresses", pulp.LpMinimize)
    keys = [(0, 0), (1, 0), (1, 1), (2, 1)]
    here = {key: program.add_variable(f"here_{key[0]}_{key[1]}", 1, 1, cat="Integer") for key in keys}
    stay = {(1, 1): program.add_variable("stay_1_1", stays, stays, cat="Integer")}
    place = add_addresses(program, (2, 3, 1), capacity, here, stay)
    program += pulp.lpSum([])
    return program, place


@pytest.mark.parametrize("stays", [0, 1])
def test_disjoint_and_in_range(stays):
    program, place = program_of(5, stays=stays)
    answer = solve(program, 10)
    at = {key: address(answer, variable) for key, variable in place.items()}

    assert answer.status is Status.OPTIMAL
    assert (at[0, 0], at[1, 0]) in [(0, 2), (3, 0)]
    assert at[1, 1] >= at[2, 1] + 1 or at[2, 1] >= at[1, 1] + 3
    assert all(0 <= at[key] <= 5 - size for key, size in zip(place, (2, 3, 3, 1), strict=True))
    if stays:
        assert at[1, 0] == at[1, 1]


def test_too_small():
    assert solve(program_of(4, stays=0)[0], 10).status is Status.INFEASIBLE
