"""docs/result.md names every key of a real result, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sparsim
from simulator.result import Limit
from sparsim.comparison_folder import write_comparison
from sparsim.export import JsonValue
from sparsim.output_folder import write_output_folder

PAGE = Path(__file__).parents[2] / "docs" / "result.md"
ROW = re.compile(r"^\| `([^`]+)` \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
UNITS = {"_bytes": "bytes", "_cycles": "cycles", "_pj": "pJ", "_mm2": "mm2", "_ms": "ms", "_mw": "mW", "_hz": "Hz"}


@pytest.fixture(scope="module")
def result() -> sparsim.Result:
    return sparsim.run("resnet9", "edge_npu")


def keys(value: JsonValue, name: str = "") -> set[str]:
    """Return the path of every figure, and of lists of objects."""
    if isinstance(value, dict):
        return {path for key, inner in value.items() for path in keys(inner, f"{name}.{key}" if name else key)}
    if isinstance(value, list):
        return {f"{name}[]"} | {path for item in value if isinstance(item, dict) for path in keys(item, f"{name}[]")}
    return {name}


def documented() -> dict[str, str]:
    """Return unit by key; the tables with a unit are those behind the first heading."""
    tables = PAGE.read_text(encoding="utf-8").partition("## ")[2]
    return {key: unit.strip() for key, unit, _ in ROW.findall(tables)}


def test_every_key_and_no_other(result: sparsim.Result) -> None:
    found = set(keys(sparsim.result_as_json(result)))
    shared = ("energy_pj", "cycle_losses")
    for name in shared:
        found = {key.replace(f"operators[].{name}.", f"{name}.") for key in found}
    assert found == documented().keys() - {f"{place}{name}" for name in shared for place in ("", "operators[].")}


def test_units_are_those_of_the_names() -> None:
    for key, unit in documented().items():
        for ending, expected in UNITS.items():
            if any(part.endswith(ending) for part in key.split(".")):
                assert unit == expected, key


def test_files_of_a_comparison(tmp_path: Path) -> None:
    written = write_comparison(sparsim.compare("resnet9", ["nm_array"], ["nm:2:4"]), tmp_path)
    table = PAGE.read_text(encoding="utf-8").partition("`sparsim compare")[2].partition("`--format json`")[0]
    assert set(re.findall(r"`([a-z_]+\.[a-z]+)`", table)) == {path.name for path in written}


def test_files_that_are_written(result: sparsim.Result, tmp_path: Path) -> None:
    written = write_output_folder(result, sparsim.load_accelerator("edge_npu"), tmp_path)
    table = PAGE.read_text(encoding="utf-8").partition("`sparsim compare")[0]
    named = {
        name for name in re.findall(r"`([^`]+)`", table) if name.endswith((".json", ".csv", ".txt", ".png", ".yaml"))
    }
    assert {path.name for path in written} == named - {"speedup_losses.png"}
    compressed = sparsim.run("resnet9", "nm_array", compression="nm:2:4")
    written = write_output_folder(compressed, sparsim.load_accelerator("nm_array"), tmp_path / "compressed")
    assert {path.name for path in written} == named


def test_limits_are_all_named() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{limit}`" in page for limit in Limit)
