"""A check: how one published table is compared with what the model says, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from validation.table import TableRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The figures of one row: as published, and ours in the same order and unit."""

    expected: tuple[float, ...]
    ours: tuple[float, ...]

    @property
    def error_fraction(self) -> float:
        """The largest relative difference; 1 where the published figure is 0 and ours is not."""
        return max(_error_fraction(*pair) for pair in zip(self.expected, self.ours, strict=True))


def _error_fraction(expected: float, ours: float) -> float:
    if expected == 0:
        return 0.0 if ours == 0 else 1.0
    return abs(ours - expected) / abs(expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One figure of one published table.

    Parameters
    ----------
    name : str
        What ``sparsim validate NAME`` calls it.
    file_name : str
        The table, in validation/data or in the user's reference folder.
    columns : tuple of str
        Columns that ``compare`` reads.
    source : str
        Paper or tool, with version or commit.
    tolerance_fraction : float
        Largest relative error at which a row counts as matched.
    compare : callable
        Takes a row and returns its figures, or None when the row is of a kind that this check is not about.
    """

    name: str
    file_name: str
    columns: tuple[str, ...]
    source: str
    tolerance_fraction: float
    compare: Callable[[TableRow], Comparison | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What came of one check.

    Parameters
    ----------
    rows, matched : int
        Rows of the kind that the check is about, and those within the tolerance.
    worst_error_fraction, mean_error_fraction : float
        Relative errors over ``rows``.
    passed : bool
        Every row is within the tolerance.
    num_other_rows : int
        Rows of the table that this check is not about.
    """

    name: str
    rows: int
    matched: int
    worst_error_fraction: float
    mean_error_fraction: float
    tolerance_fraction: float
    passed: bool
    source: str
    num_other_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedCheck:
    """A check that had nothing to compare with, and why."""

    name: str
    reason: str


def run_check(check: Check, table: Sequence[TableRow]) -> CheckReport | None:
    """Return the report of ``check`` on the rows of its table, or None when no row is of its kind."""
    compared = [comparison for comparison in map(check.compare, table) if comparison is not None]
    if not compared:
        return None
    errors = [comparison.error_fraction for comparison in compared]
    matched = sum(error <= check.tolerance_fraction for error in errors)
    return CheckReport(
        name=check.name,
        rows=len(errors),
        matched=matched,
        worst_error_fraction=max(errors),
        mean_error_fraction=sum(errors) / len(errors),
        tolerance_fraction=check.tolerance_fraction,
        passed=matched == len(errors),
        source=check.source,
        num_other_rows=len(table) - len(errors),
    )
