from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plots.loss_waterfall import waterfall_steps
from simulator.result import CycleLosses, Result


def _result(base: Result, losses: CycleLosses) -> Result:
    cost = replace(base.operators[0], losses=losses, total_cycles=round(losses.total_cycles))
    return replace(base, operators=(cost,))


def test_from_before_down_to_the_ideal_and_up_again(compressed_result: Result) -> None:
    """Sums over conv1, pool and fc: vector 400, scratchpad 300 + 50, off-chip 500 + 600 + 350; 4200 / 1100."""
    steps = waterfall_steps(compressed_result)
    assert [(step.name, step.start_cycles, step.end_cycles) for step in steps] == [
        ("before compression", 0, 7700),
        ("products without a zero", 0, 1100),
        ("zeros not skipped", 1100, 1600),
        ("padding of groups", 1600, 1700),
        ("load imbalance", 1700, 1850),
        ("unused PEs", 1850, 1900),
        ("fill and drain", 1900, 2100),
        ("vector unit", 2100, 2500),
        ("scratchpad bandwidth", 2500, 2850),
        ("metadata", 2850, 3050),
        ("waiting for off-chip", 3050, 4500),
        ("cycles taken", 0, 4500),
    ]
    assert steps[1].remark == "products alone 3.82×"
    assert steps[-1].remark == "speed-up 1.71×"
    assert [step.is_loss for step in steps] == [False, False, *[True] * 9, False]


def test_no_product_is_left(compressed_result: Result) -> None:
    """Nor is there a factor that the products alone would gain."""
    steps = waterfall_steps(_result(compressed_result, CycleLosses(off_chip_cycles=100.0)))
    assert (steps[1].end_cycles, steps[1].remark) == (0, "")


def test_losses_of_nothing_are_left_out(compressed_result: Result) -> None:
    steps = waterfall_steps(_result(compressed_result, CycleLosses(effectual_cycles=60.0, fill_cycles=40.0)))
    assert [step.name for step in steps[1:]] == ["products without a zero", "fill and drain", "cycles taken"]


def test_rounding_is_no_loss(compressed_result: Result) -> None:
    losses = CycleLosses(effectual_cycles=1e6, mapping_cycles=-1e-7, imbalance_cycles=1e-7)
    assert len(waterfall_steps(_result(compressed_result, losses))) == 3


def test_small_losses_share_a_bar(compressed_result: Result) -> None:
    """Of 10,000 cycles, half a percent is 50."""
    losses = CycleLosses(effectual_cycles=9870.0, mapping_cycles=30.0, fill_cycles=49.0, metadata_cycles=51.0)
    steps = waterfall_steps(_result(compressed_result, losses))
    assert [(step.name, step.start_cycles, step.end_cycles) for step in steps[2:-1]] == [
        ("metadata", 9870, 9921),
        ("2 smaller losses", 9921, 10000),
    ]


def test_a_single_small_loss_keeps_its_name_and_place(compressed_result: Result) -> None:
    losses = CycleLosses(effectual_cycles=900.0, padding_cycles=1.0, off_chip_cycles=99.0)
    steps = waterfall_steps(_result(compressed_result, losses))
    assert [step.name for step in steps[2:-1]] == ["padding of groups", "waiting for off-chip"]


def test_without_compression_there_is_no_before(compressed_result: Result) -> None:
    alone = replace(compressed_result, compression="", dense_total_cycles=None, dense_effectual_cycles=None)
    steps = waterfall_steps(alone)
    assert steps[0].name == "products without a zero"
    assert (steps[0].remark, steps[-1].remark) == ("", "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.floats(0, 1e7), min_size=10, max_size=10).filter(lambda parts: sum(parts) > 1))
def test_steps_join_and_add_up(compressed_result: Result, parts: list[float]) -> None:
    names = [field.name for field in fields(CycleLosses)]
    losses = CycleLosses(**dict(zip(names, parts, strict=True)))
    _, *steps, taken = waterfall_steps(_result(compressed_result, losses))
    assert steps[0].end_cycles == losses.effectual_cycles
    assert all(below.start_cycles == above.end_cycles for above, below in pairwise(steps))
    assert steps[-1].end_cycles == pytest.approx(taken.end_cycles)
    assert taken.end_cycles == losses.total_cycles
