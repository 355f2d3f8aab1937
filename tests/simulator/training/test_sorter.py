"""Cycles of the sorter, and how many groups there are to sort."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.training.sorter import num_groups, sort_cycles, visible_cycles
from tests.simulator.training.small_step import small_step
from workloads.sparsity import NmPattern

PATTERN = NmPattern(n=2, m=8)


def test_worked_example() -> None:
    assert sort_cycles(100, PATTERN, lanes=32) == 4 * 8


@given(groups=st.integers(1, 10_000), lanes=st.integers(1, 64))
def test_more_lanes_are_never_slower(groups: int, lanes: int) -> None:
    assert sort_cycles(groups, PATTERN, lanes + 1) <= sort_cycles(groups, PATTERN, lanes)
    assert sort_cycles(groups, PATTERN, lanes) * lanes >= groups * PATTERN.m


def test_groups_lie_along_each_reduction() -> None:
    # 32 filters x 9 taps x 16 channels. Forward: 16 / 8 groups of each of 32 x 9; backward 32 / 8 of each of 16 x 9.
    network = small_step().network
    weight = network.tensors["second.weight"]
    operators = {one.name: one for one in network.operators}
    assert num_groups(operators["second"], weight, PATTERN) == 32 * 9 * 2
    assert num_groups(operators["second.input_gradient"], weight, PATTERN) == 16 * 9 * 4
    assert num_groups(operators["second"], weight, NmPattern(n=2, m=12)) == 32 * 9 * 2  # 12 and 4 channels


def test_what_the_update_hides() -> None:
    assert (visible_cycles(100, 80), visible_cycles(80, 100)) == (20, 0)
