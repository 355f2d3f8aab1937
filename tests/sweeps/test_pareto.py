from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sweeps.pareto import pareto_positions

Figures = list[tuple[int, int, int]]


def beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), max_size=30))
def test_the_front_is_what_no_row_beats(rows: Figures) -> None:
    front = pareto_positions(rows)
    expected = {row for row in rows if not any(beats(other, row) for other in rows)}
    assert {rows[position] for position in front} == expected
    assert len(front) == len(expected), "of equal rows one counts"
    assert [rows[position] for position in front] == sorted(expected)


def test_of_equal_rows_the_first_counts() -> None:
    assert pareto_positions([(2, 2), (1, 1), (1, 1)]) == [1]
