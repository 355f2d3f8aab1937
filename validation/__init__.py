"""Published figures beside ours: ``validate`` runs the checks that ``sparsim validate`` prints."""

from validation.check import CheckReport, SkippedCheck
from validation.report import reports_as_json, reports_as_table
from validation.run import Validation, run_checks, validate

__all__ = [
    "CheckReport",
    "SkippedCheck",
    "Validation",
    "reports_as_json",
    "reports_as_table",
    "run_checks",
    "validate",
]
