from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.sparsim.commands.test_sweep import STUDY
from tests.sparsim.running import Command, Fails


@pytest.fixture
def results(command: Command, tmp_path: Path) -> Path:
    (tmp_path / "study.yaml").write_text(STUDY)
    command("sweep", tmp_path / "study.yaml", "--results", tmp_path / "r.sqlite", "--serial")
    return tmp_path / "r.sqlite"


def test_export(command: Command, results: Path, tmp_path: Path) -> None:
    for name in ("out.csv", "out.parquet"):
        outcome = command("results", "export", results, "-o", tmp_path / name, "--study", "small")
        assert (outcome.code, outcome.out) == (0, f"wrote 4 rows to {tmp_path / name}\n")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = parquet.read_table(tmp_path / "out.parquet").to_pydict()
    assert [row["status"] for row in rows] == columns["status"] == ["infeasible", "ok", "infeasible", "ok"]
    assert [row["array.rows"] for row in rows] == ["8", "8", "16", "16"]
    assert float(rows[1]["energy_mj"]) == columns["energy_mj"][1]


def test_query(command: Command, results: Path) -> None:
    sql = "SELECT \"array.rows\", total_cycles FROM results WHERE status = 'ok' ORDER BY 1"
    lines = command("results", "query", sql, results).out.splitlines()
    found = json.loads(command("results", "query", sql, results, "--format", "json").out)
    assert lines[0].split() == ["array.rows", "total_cycles"]
    assert [line.split() for line in lines[1:]] == [[str(cell) for cell in row.values()] for row in found]
    assert [row["array.rows"] for row in found] == [8, 16]


def test_list(command: Command, results: Path) -> None:
    lines = command("results", "list", results).out.splitlines()
    assert lines[0].split() == ["study", "ok", "infeasible", "failed", "model", "version"]
    assert lines[1].split()[:4] == ["small", "2", "2", "0"]


def test_mistakes(fails: Fails, results: Path, tmp_path: Path) -> None:
    fails("expected a file, found none", "results", "list", tmp_path / "none")
    fails("attempt to write a readonly database", "results", "query", "DELETE FROM points", results)
    fails("expected a name that ends in .csv or .parquet", "results", "export", results, "-o", tmp_path / "a.txt")
    fails("no study 'other', found 'small'", "results", "export", results, "-o", tmp_path / "a.csv", "--study", "other")
