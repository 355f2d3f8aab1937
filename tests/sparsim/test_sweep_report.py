from __future__ import annotations

from rich.console import Console, RenderableType

from sparsim.sweep_report import (
    best_table,
    counts_text,
    has_best,
    no_best_text,
    plain_table,
    rows_as_json,
    studies_table,
)
from sweeps.outcome import Status
from sweeps.read_results import StudyRow, Table
from sweeps.runner import Counts

COLUMNS = ("status", "network", "bindings", "batch", "array.rows", "violates", "total_cycles", "energy_mj", "area_mm2")


def printed(*renderables: RenderableType) -> str:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(*renderables)
    return capture.get()


def rows(*figures: tuple[str, str, int, str, int]) -> Table:
    return Table(
        columns=COLUMNS,
        rows=tuple((status, net, "", None, size, bad, cycles, 1.0, 2.0) for status, net, size, bad, cycles in figures),
    )


def test_the_best_of_each_network_without_those_outside_the_constraints() -> None:
    table = rows(
        ("ok", "a", 8, "", 1200), ("ok", "a", 16, "", 1100), ("ok", "a", 32, "area_mm2 2 above max 1", 1000),
        ("failed", "a", 64, "", 1), ("ok", "b", 8, "", 9000),
    )  # fmt: skip
    lines = printed(*best_table(table)).splitlines()
    assert lines[0].strip() == "best in cycles, energy and area: 2 of 3"
    assert lines[1].split() == ["network", "array.rows", "total_cycles", "energy_mj", "area_mm2"]
    assert [line.split()[:3] for line in lines[2:]] == [["a", "16", "1,100"], ["b", "8", "9,000"]]


def test_what_varies_in_the_study_is_said_though_all_the_best_have_it_alike() -> None:
    table = rows(("ok", "a", 8, "", 1000), ("ok", "a", 16, "", 1100))
    lines = printed(*best_table(table)).splitlines()
    assert lines[1].split()[:2] == ["network", "array.rows"]
    assert [line.split()[:3] for line in lines[2:]] == [["a", "8", "1,000"]]


def test_no_design_is_left() -> None:
    assert best_table(rows(("infeasible", "a", 8, "", 1))) == ()


def test_why_there_is_no_design() -> None:
    columns = ("status", "reason", "violates")
    missed = "area_mm2 5.2 above max 4; power_w 0.1 below min 1"
    reasons = [f"reason {letter}" for letter in "aabbbcdee"]
    table = Table(
        columns=columns,
        rows=(
            ("ok", "", missed),
            ("ok", "", "area_mm2 6 above max 4"),
            *(("infeasible" if reason > "reason b" else "failed", reason, "") for reason in reasons),
        ),
    )
    assert not has_best(table)
    assert has_best(Table(columns=columns, rows=(*table.rows, ("ok", "", ""))))
    assert no_best_text(table).splitlines() == [
        "no point has a plan and meets the constraints",
        "2 x area_mm2 above max 4",
        "1 x power_w below min 1",
        "3 x failed: reason b",
        "2 x failed: reason a",
        "2 x infeasible: reason e",
        "2 x other reasons",
    ]


def test_counts() -> None:
    counts = Counts(num_points=10, num_repeated=1, num_known=2, num_new=3, num_missing=3)
    counts.by_status[Status.OK] = 4
    counts.by_status[Status.FAILED] = 1
    assert counts_text(counts, "small", "r.sqlite").splitlines() == [
        "study small: 10 points, 4 ok, 0 infeasible, 1 failed",
        "3 new, 2 known before, in r.sqlite",
        "1 points are equal to others and count once",
        "4 points are left: the same command goes on with them",
    ]


def test_names_cannot_steer_the_terminal() -> None:
    table = Table(columns=("a", "b"), rows=(("[red]\x1b[31m", b"123"), (None, 0.1)))
    text = printed(plain_table(table))
    assert "\x1b" not in text
    assert "[red]" in text
    assert "3 bytes" in text
    assert rows_as_json(table)[0] == {"a": "[red]\x1b[31m", "b": "3 bytes"}


def test_studies() -> None:
    both = [
        StudyRow(name="s", model_version=version, num_ok=1, num_infeasible=2, num_failed=3, is_current=version == "new")
        for version in ("new", "old")
    ]
    lines = printed(studies_table(both)).splitlines()
    assert lines[1].split() == ["s", "1", "2", "3", "new"]
    assert lines[2].split()[:5] == ["s", "1", "2", "3", "old"]
    assert lines[2].strip().endswith("replaced by a later version of the model")
