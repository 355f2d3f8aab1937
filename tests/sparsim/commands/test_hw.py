"""``sparsim hw``: list, show, check and schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hw_configs.load import list_accelerators
from tests.sparsim.running import Command, Fails


def test_list_is_a_table(command: Command) -> None:
    outcome = command("hw", "list")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].split() == [
        *("name", "array", "dataflow", "clock", "scratchpad", "off-chip", "technology")
    ]
    for name in list_accelerators():
        assert f"\n{name} " in outcome.out
        assert f"\n{name}: " in outcome.out


def test_list_as_json(command: Command) -> None:
    rows = json.loads(command("hw", "list", "--format", "json").out)
    assert [row["name"] for row in rows] == list(list_accelerators())
    assert {row["name"]: row["array"] for row in rows}["edge_npu"] == "16x16"


@pytest.mark.parametrize("name", list_accelerators())
def test_what_show_prints_is_a_file(command: Command, tmp_path: Path, topology: Path, name: str) -> None:
    """Saved, it is valid, prints itself again, and costs the same."""
    shown = command("hw", "show", name)
    assert shown.code == 0
    path = tmp_path / "mine.yaml"
    path.write_text(shown.out)
    assert command("hw", "check", path).out == f"{path}: accelerator '{name}' is valid\n"
    assert command("hw", "show", path).out == shown.out
    assert command("run", topology, "-a", path).out == command("run", topology, "-a", name).out


def test_show_with_a_setting(command: Command) -> None:
    outcome = command("hw", "show", "edge_npu", "--set", "array.rows=64")
    assert "  rows: 64\n" in outcome.out
    assert "array.rows: 'override: array.rows=64'" in outcome.out


def test_check_names_the_mistake(fails: Fails, tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    fails("empty.yaml: expected a mapping of fields, found nothing", "hw", "check", tmp_path / "empty.yaml")
    fails("unknown accelerator 'edge': did you mean edge_npu?", "hw", "check", "edge")


@pytest.mark.parametrize("options", [(), ("--technology",)])
def test_schema_is_json(command: Command, options: tuple[str, ...]) -> None:
    schema = json.loads(command("hw", "schema", *options).out)
    assert schema["type"] == "object"
    assert ("array" in schema["properties"]) == (not options)
