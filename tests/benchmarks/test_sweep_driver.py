from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.sweep_driver import NOTES, noted, run_sleepers
from sweeps.outcome import Status
from sweeps.read_results import query_results


def test_every_point_is_evaluated_once_and_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results, notes = tmp_path / "results.sqlite", tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    counts = run_sleepers(noted, 6, str(results))
    assert counts.by_status[Status.OK] == counts.num_new == 6
    identities = [identity for (identity,) in query_results(results, "SELECT identity FROM points").rows]
    assert sorted(notes.read_text().split()) == sorted(str(identity) for identity in identities)
    assert run_sleepers(noted, 6, str(results)).num_known == 6
    assert len(notes.read_text().split()) == 6
