"""Cells as data: every state is made before it is read, and none is lost."""

from __future__ import annotations

import pytest

from workloads.zoo import nas_cells
from workloads.zoo.nas_cells import Cell, Separable

CELLS = {name: cell for name, cell in vars(nas_cells).items() if isinstance(cell, Cell)}


def test_cells() -> None:
    assert sorted(CELLS) == [
        "AMOEBANET_A_NORMAL",
        "AMOEBANET_A_REDUCTION",
        "AMOEBANET_D_NORMAL",
        "AMOEBANET_D_REDUCTION",
        "DARTS_NORMAL",
        "DARTS_REDUCTION",
        "NASNET_A_NORMAL",
        "NASNET_A_REDUCTION",
        "PNASNET_5",
    ]


@pytest.mark.parametrize("name", CELLS)
def test_states_are_made_before_they_are_read(name: str) -> None:
    for index, block in enumerate(CELLS[name].blocks):
        assert all(0 <= state < 2 + index for _, state in block)


@pytest.mark.parametrize("name", CELLS)
def test_every_block_is_read_or_handed_out(name: str) -> None:
    cell = CELLS[name]
    read = {state for block in cell.blocks for _, state in block}
    made = set(range(2, 2 + len(cell.blocks)))
    assert made <= read | set(cell.concatenated)
    assert list(cell.concatenated) == sorted(set(cell.concatenated))


@pytest.mark.parametrize(
    ("name", "num_separable"),
    [("NASNET_A_NORMAL", 5), ("NASNET_A_REDUCTION", 5), ("PNASNET_5", 6), ("DARTS_NORMAL", 6)],
)
def test_separable_branches(name: str, num_separable: int) -> None:
    operations = [operation for block in CELLS[name].blocks for operation, _ in block]
    assert sum(isinstance(operation, Separable) for operation in operations) == num_separable
