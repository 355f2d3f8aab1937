"""Tilings and position tiles that cannot be are refused when they are made."""

from __future__ import annotations

import pytest

from simulator.kernels import tile_loops
from simulator.plan import LOOP_ORDERS, Operand, Tiling
from simulator.position_tiles import PositionTile
from workloads.errors import InfeasiblePlan

TILE = PositionTile(num_positions=8)


def test_text_of_a_tiling():
    small = Tiling(position_tile=TILE, filter_tile=2, channel_tile=3)
    held = Tiling(
        position_tile=PositionTile(num_positions=8, block=(2, 4)),
        group_tile=5,
        loop_order="nkm",
        held=frozenset({Operand.WEIGHT, Operand.INPUT}),
    )

    assert str(small) == "m=8 n=2 k=3 mnk"
    assert str(held) == "m=2x4 n=1 k=1 g=5 nkm hold input+weight"


def test_loop_orders_are_the_kernels():
    letters = "mnk"

    assert ["".join(letters[loop] for loop in order) for order in tile_loops.ORDERS] == list(LOOP_ORDERS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filter_tile": 0}, "tiling: expected filter_tile of at least 1, found 0"),
        ({"channel_tile": -3}, "tiling: expected channel_tile of at least 1, found -3"),
        ({"group_tile": 0}, "tiling: expected group_tile of at least 1, found 0"),
        ({"loop_order": "mmm"}, "tiling: expected a loop order of mnk, mkn, nmk, nkm, kmn, knm, found 'mmm'"),
        ({"alternative": -1}, "tiling: expected an alternative of at least 0, found -1"),
    ],
)
def test_impossible_tilings(changes, message):
    with pytest.raises(InfeasiblePlan) as caught:
        Tiling(position_tile=TILE, **changes)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("num_positions", "block", "found"),
    [
        (0, None, "0"),
        (4, (0, 4), "4 positions in a block of (0, 4)"),
        (4, (2, 3), "4 positions in a block of (2, 3)"),
    ],
)
def test_impossible_position_tiles(num_positions, block, found):
    with pytest.raises(InfeasiblePlan) as caught:
        PositionTile(num_positions=num_positions, block=block)

    assert str(caught.value) == f"position tile: expected at least 1 position, rows times columns, found {found}"
