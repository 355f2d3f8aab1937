"""``sparsim plan-table``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.sparsim.running import Command, Fails


def test_table(command: Command) -> None:
    outcome = command("plan-table", "resnet9", "--time-limit", "20")

    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert [line.split()[:3] for line in lines[1:4]] == [["resnet9", "no", budget] for budget in ("M_R", "M_H", "M_P")]
    assert lines[7].startswith("other: 6 of 6 optimal")


def test_json(command: Command) -> None:
    figures = json.loads(command("plan-table", "resnet9", "--format", "json").out)

    assert [row["budget"] for row in figures["rows"]] == ["M_R", "M_H", "M_P"] * 2
    assert figures["means"][0]["num_rows"] == 6


def test_a_file(command: Command, tmp_path: Path) -> None:
    outcome = command("plan-table", "resnet9", "--format", "csv", "--out", tmp_path / "table.csv")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", f"wrote {tmp_path / 'table.csv'}\n")
    with (tmp_path / "table.csv").open() as file:
        assert [row["network"] for row in csv.DictReader(file)] == ["resnet9"] * 6


def test_mistakes(fails: Fails) -> None:
    fails("unknown network 'resnet5'", "plan-table", "resnet5")
    fails("argument --time-limit: expected a number of seconds of more than 0", "plan-table", "--time-limit", "0")
    fails("argument --format: invalid choice: 'xml'", "plan-table", "--format", "xml")
