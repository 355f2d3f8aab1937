"""Run checks on the tables that ship, or on the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from validation.check import Check, CheckReport, SkippedCheck, run_check
from validation.json_table import read_json_table
from validation.registry import select_checks
from validation.table import TableRow, read_table
from workloads.errors import SparsimError

DATA_DIR = Path(__file__).parent / "data"
"""The tables that ship."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Reports of the checks that ran, and those that could not."""

    reports: tuple[CheckReport, ...]
    skipped: tuple[SkippedCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no check that ran missed its tolerance."""
        return all(report.passed for report in self.reports)


def validate(names: Sequence[str] | None = None, reference_dir: Path | None = None) -> Validation:
    """Return the reports of the checks called ``names`` (default: all) and what was skipped.

    Parameters
    ----------
    names : sequence of str, optional
        Names of checks, or of tables without their ending.
    reference_dir : Path, optional
        Folder of tables to use instead of those that ship. A check is skipped when its table is not there or holds no
        row of the kind that it is about.

    Raises
    ------
    SparsimError
        For an unknown name, a folder that is not there, or a table that is malformed; names file and line.
    """
    folder = DATA_DIR if reference_dir is None else reference_dir
    if not folder.is_dir():
        raise SparsimError(f"reference folder {folder} is no folder")
    reports: list[CheckReport] = []
    skipped: list[SkippedCheck] = []
    for check in select_checks(names):
        outcome = _run_in(folder, check, may_skip=reference_dir is not None)
        if isinstance(outcome, CheckReport):
            reports.append(outcome)
        else:
            skipped.append(outcome)
    return Validation(reports=tuple(reports), skipped=tuple(skipped))


def run_checks(names: Sequence[str] | None = None, reference_dir: Path | None = None) -> tuple[CheckReport, ...]:
    """Return the reports of ``validate`` alone."""
    return validate(names, reference_dir).reports


def _run_in(folder: Path, check: Check, *, may_skip: bool) -> CheckReport | SkippedCheck:
    path = folder / check.file_name
    if may_skip and not path.exists():
        return SkippedCheck(name=check.name, reason=f"{path} is not there")
    read = read_json_table if path.suffix == ".json" else read_table
    table: tuple[TableRow, ...] = read(path, check.columns)
    report = run_check(check, table)
    return report or SkippedCheck(name=check.name, reason=f"{path} has no row of its kind among {len(table)}")
