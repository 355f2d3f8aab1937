"""Where the time goes, a line a part."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from simulator.result import CycleLosses, Result
from sparsim.loss_table import LOSS_NAMES, loss_rows, loss_table
from tests.sparsim.test_report import printed


def test_every_part_has_a_name() -> None:
    assert list(LOSS_NAMES) == [part.name for part in fields(CycleLosses)]
    assert len(set(LOSS_NAMES.values())) == len(LOSS_NAMES)


@pytest.mark.parametrize("name", list(LOSS_NAMES))
def test_parts_without_a_cycle_are_left_out(name: str) -> None:
    assert loss_rows(CycleLosses(**{name: 0.49})) == ()
    assert loss_rows(CycleLosses(**{name: 0.5})) == ((LOSS_NAMES[name], 0.5),)


def test_by_hand(tiny_result: Result) -> None:
    """Of 4,000 cycles 1,000 are effectual products, 2,600 zeros and 400 waiting."""
    losses = CycleLosses(effectual_cycles=1000, unskipped_cycles=2600, off_chip_cycles=400)
    cost = replace(tiny_result.operators[0], total_cycles=4000, losses=losses)
    lines = printed(loss_table(replace(tiny_result, operators=(cost,))))
    assert [line.split() for line in lines] == [
        ["where", "the", "time", "goes", "cycles", "share"],
        ["effectual", "products", "1,000", "25.0%"],
        ["zeros", "not", "skipped", "2,600", "65.0%"],
        ["off-chip", "memory", "400", "10.0%"],
    ]


def test_parts_of_a_run_add_up(pruned_result: Result) -> None:
    assert sum(cycles for _, cycles in loss_rows(pruned_result.losses)) == pytest.approx(
        pruned_result.total_cycles, abs=0.5 * len(LOSS_NAMES)
    )
