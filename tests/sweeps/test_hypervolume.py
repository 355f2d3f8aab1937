from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.hypervolume import hypervolume
from workloads.errors import ConfigError

SIDE = 5


def test_by_hand() -> None:
    assert hypervolume([[2.0]], [5.0]) == 3.0
    # (1, 3) beats 3 x 1 up to (4, 4), (2, 1) beats 2 x 3; they share 2 x 1.
    assert hypervolume([[1, 3], [2, 1]], [4, 4]) == 3 + 6 - 2
    # two cubes of sides 2 x 2 x 1 and 1 x 1 x 2 that share 1 x 1 x 1
    assert hypervolume([[0, 0, 1], [1, 1, 0]], [2, 2, 2]) == 4 + 2 - 1


def test_what_adds_nothing() -> None:
    assert hypervolume([], [1, 1]) == 0.0
    assert hypervolume([[1, 0], [2, 2]], [1, 1]) == 0.0  # on the border, and outside
    assert hypervolume([[0, 0], [0, 0], [0.5, 0.5]], [1, 1]) == 1.0  # repeated and beaten rows


@pytest.mark.parametrize("num_figures", [1, 2, 3, 4])
@given(data=st.data())
def test_as_counted_cell_by_cell(num_figures: int, data: st.DataObject) -> None:
    row = st.lists(st.integers(0, SIDE + 1), min_size=num_figures, max_size=num_figures)
    rows = data.draw(st.lists(row, max_size=6))
    cells = product(range(SIDE), repeat=num_figures)
    expected = sum(
        any(all(figure <= place for figure, place in zip(one, cell, strict=True)) for one in rows) for cell in cells
    )
    assert hypervolume(rows, [SIDE] * num_figures) == expected


def test_rows_of_another_length() -> None:
    with pytest.raises(ConfigError, match="hypervolume: expected 2 figures a row, found 3"):
        hypervolume([[1, 2], [1, 2, 3]], [4, 4])
