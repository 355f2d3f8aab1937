"""Errors, tolerance and counts of one check, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.check import Check, Comparison, run_check
from validation.table import TableRow

PUBLISHED = (100, 100, 0, 200)


def check(ours: tuple[float | None, ...], tolerance_fraction: float = 0.02) -> Check:
    """Return a check whose row on line i has ``ours[i]``, or is of another kind where that is None."""

    def compare(row: TableRow) -> Comparison | None:
        figure = ours[row.line]
        return None if figure is None else Comparison(expected=(PUBLISHED[row.line],), ours=(figure,))

    return Check(
        name="c", file_name="f.csv", columns=(), source="s", tolerance_fraction=tolerance_fraction, compare=compare
    )


def table(num_rows: int) -> tuple[TableRow, ...]:
    return tuple(TableRow(path=Path("f.csv"), line=line, cells={}) for line in range(num_rows))


def test_counts_and_errors():
    # 1 % and 3 % off, zero met, one of another kind
    report = run_check(check((101, 97, 0, None)), table(4))

    assert (report.rows, report.matched, report.num_other_rows, report.passed) == (3, 2, 1, False)
    assert report.worst_error_fraction == pytest.approx(0.03)
    assert report.mean_error_fraction == pytest.approx(0.04 / 3)


def test_within_the_tolerance():
    report = run_check(check((101, 98)), table(2))

    assert (report.matched, report.passed, report.worst_error_fraction) == (2, True, pytest.approx(0.02))


def test_exact_check_takes_no_difference():
    assert not run_check(check((100.0001,), tolerance_fraction=0.0), table(1)).passed


def test_figure_where_zero_is_published():
    assert run_check(check((100, 100, 5)), table(3)).worst_error_fraction == 1.0


def test_no_row_of_its_kind():
    assert run_check(check((None,)), table(1)) is None


def test_the_worst_of_several_figures_counts():
    assert Comparison(expected=(10, 10, 10), ours=(10, 12, 9)).error_fraction == pytest.approx(0.2)
