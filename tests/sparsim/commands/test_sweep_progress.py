from __future__ import annotations

import pytest

from sparsim.commands.sweep_progress import progress_numbers, sweep_progress, trouble_text
from sweeps.outcome import Status
from sweeps.runner import Counts


def counts(**others: int) -> Counts:
    found = Counts(num_points=100, **others)
    found.by_status[Status.OK] = 10
    return found


def test_first_points_are_looked_up_then_evaluated() -> None:
    assert progress_numbers(counts()) == ("looking up", 10, 100)
    # 6 known, 4 of 20 missing ones evaluated: 16 are left
    assert progress_numbers(counts(num_known=6, num_missing=20, num_evaluated=4)) == ("evaluating", 10, 26)


def test_trouble_is_shown_when_there_is_any() -> None:
    found = counts()
    assert trouble_text(found) == ""
    found.by_status[Status.FAILED] = 10
    assert trouble_text(found) == "10 failed"
    found.by_status[Status.INFEASIBLE] = 1
    assert trouble_text(found) == "1 infeasible, 10 failed"


def test_nothing_is_written_when_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with sweep_progress(100) as show:
        show(counts())
    assert capsys.readouterr() == ("", "")
