"""``sparsim validate``: both formats, tables of the user's own, and the exit code of a miss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sparsim.running import Command, Fails

DATA = Path(__file__).parents[3] / "validation" / "data"
KEYS = {
    *("name", "rows", "matched", "worst_error_fraction", "mean_error_fraction", "tolerance_fraction", "passed"),
    "source",
}


@pytest.fixture
def stonne(tmp_path: Path) -> Path:
    """A folder with nothing but STONNE's table."""
    (tmp_path / "stonne.csv").write_text((DATA / "stonne.csv").read_text())
    return tmp_path


def test_json_has_the_keys(command: Command) -> None:
    outcome = command("validate", "stonne", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    reports = json.loads(outcome.out)
    assert reports[0]["name"] == "stonne_mesh_cycles"
    assert reports[0].keys() == KEYS
    assert reports[0]["passed"] is True
    assert reports[0]["matched"] == reports[0]["rows"] > 0


def test_table(command: Command) -> None:
    outcome = command("validate", "stonne")
    assert outcome.code == 0
    assert "stonne_mesh_cycles" in outcome.out
    assert "pass" in outcome.out
    assert "STONNE" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_tables_that_are_not_there_are_skipped_and_named(command: Command, stonne: Path) -> None:
    outcome = command("validate", "--reference", stonne, "--format", "json")
    assert outcome.code == 0
    assert {report["name"].split("_")[0] for report in json.loads(outcome.out)} == {"stonne"}
    assert f"skipped zoo: {stonne / 'zoo.csv'} is not there\n" in outcome.err


def test_a_subset_of_rows(command: Command, stonne: Path) -> None:
    table = stonne / "stonne.csv"
    lines = table.read_text().splitlines(keepends=True)
    dense = [line for line in lines[1:] if "TPU_OS_DENSE" in line]
    table.write_text("".join([lines[0], *dense[:2]]))
    report = json.loads(command("validate", "stonne", "--reference", stonne, "--format", "json").out)[0]
    assert (report["rows"], report["matched"]) == (2, 2)


def test_a_miss_is_4(command: Command, stonne: Path) -> None:
    table = stonne / "stonne.csv"
    lines = table.read_text().splitlines()
    column = lines[0].split(",").index("cycles")
    wrong = [line.split(",") for line in lines[1:]]
    for cells in wrong:
        cells[column] = str(2 * int(cells[column]))
    table.write_text("\n".join([lines[0], *(",".join(cells) for cells in wrong)]) + "\n")
    outcome = command("validate", "stonne", "--reference", stonne)
    assert outcome.code == 4
    assert "MISS" in outcome.out
    report = json.loads(command("validate", "stonne", "--reference", stonne, "--format", "json").out)[0]
    assert (report["passed"], report["matched"]) == (False, 0)
    assert report["worst_error_fraction"] == pytest.approx(0.5)


def test_nothing_to_check(command: Command, tmp_path: Path) -> None:
    outcome = command("validate", "zoo", "--reference", tmp_path)
    assert (outcome.code, outcome.out) == (0, "no check ran: every table was skipped\n")
    assert outcome.err == f"skipped zoo: {tmp_path / 'zoo.csv'} is not there\n"
    assert json.loads(command("validate", "zoo", "--reference", tmp_path, "--format", "json").out) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "stonne.csv:1: expected columns"),
        (b"\xff\xfe\x00", "stonne.csv: is no UTF-8 text"),
    ],
)
def test_malformed_tables(fails: Fails, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "stonne.csv").write_bytes(content)
    fails(message, "validate", "stonne", "--reference", tmp_path)


def test_mistakes(fails: Fails, tmp_path: Path) -> None:
    fails("no check is called 'stone': expected one of", "validate", "stone")
    fails(f"reference folder {tmp_path / 'none'} is no folder", "validate", "--reference", tmp_path / "none")
    (tmp_path / "file").write_text("")
    fails(f"reference folder {tmp_path / 'file'} is no folder", "validate", "--reference", tmp_path / "file")
