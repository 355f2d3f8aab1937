"""``sparsim compare``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.sparsim.running import Command, Fails

TOO_SMALL = ("scratchpad.capacity_bytes=8", "scratchpad.banks=1", "scratchpad.port_bytes=1")


def test_table(command: Command, trained: Path) -> None:
    outcome = command("compare", trained, "--compress", "nm:2:4", "-a", "edge_npu", "-a", "os_array")
    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.split() for line in outcome.out.splitlines()]
    assert lines[0] == ["compression", "accelerator", "ms", "speed-up", "ideal", "mJ", "MB"]
    assert [line[:2] for line in lines[1::2]] == [["dense", "edge_npu"], ["nm:2:4", "edge_npu"]]
    assert [line[0] for line in lines[2::2]] == ["os_array", "os_array"]


def test_json_is_what_is_written(command: Command, trained: Path, tmp_path: Path) -> None:
    options = ("--compress", "nm:2:4", "-a", "edge_npu", "--activation-density", "0.5", "--format", "json")
    outcome = command("compare", trained, *options, "--out", tmp_path / "out")
    assert outcome.code == 0
    assert outcome.err == f"wrote 4 files to {tmp_path / 'out'}\n"
    assert outcome.out == (tmp_path / "out" / "comparison.json").read_text()
    with (tmp_path / "out" / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["compression"] for row in rows] == ["dense", "as stored", "nm:2:4"]
    assert [cell["compression"] for cell in json.loads(outcome.out)] == [row["compression"] for row in rows]


def test_weight_format(command: Command, trained: Path) -> None:
    """Bits of nm:2:4 weights as a bitmap: 4 of 8 bits, and one for each weight."""
    options = ("--compress", "nm:2:4", "-a", "edge_npu", "--weight-format", "bitmap", "--format", "json")
    _, cell = json.loads(command("compare", trained, *options).out)
    assert cell["metadata_bits"] > 0
    _, cell = json.loads(command("compare", trained, *options[:5], "dense", *options[6:]).out)
    assert cell["metadata_bits"] == 0


def test_no_plan_in_any_cell_is_2(command: Command, topology: Path) -> None:
    settings = [text for setting in TOO_SMALL for text in ("--set", setting)]
    outcome = command("compare", topology, "--compress", "nm:2:4", "-a", "edge_npu", *settings)
    assert outcome.code == 2
    assert outcome.out.count("no plan: ") == 2
    assert "does not fit" in outcome.out


def test_a_plan_in_some_cell_is_0(command: Command, topology: Path, tmp_path: Path, edge_yaml: str) -> None:
    small = tmp_path / "small.yaml"
    text = edge_yaml.replace("capacity_bytes: 256 KiB", "capacity_bytes: 8", 1)
    lines = ["  banks: 1" if line.startswith("  banks:") else line for line in text.splitlines()]
    lines = ["  port_bytes: 1" if line.startswith("  port_bytes:") else line for line in lines]
    small.write_text("\n".join(lines).replace("name: edge_npu", "name: small", 1))
    outcome = command("compare", topology, "-a", small, "-a", "edge_npu")
    assert (outcome.code, outcome.err) == (0, "")
    assert "no plan: dense on small: operator 'first' (matmul) does not fit" in outcome.out


def test_mistakes(fails: Fails, topology: Path) -> None:
    fails("two accelerators are called 'edge_npu'", "compare", topology, "-a", "edge_npu", "-a", "edge_npu")
    specs = ("--compress", "int8", "--compress", "int8")
    fails("the compression 'int8' is given twice", "compare", topology, "-a", "edge_npu", *specs)
    fails("dense is always the first row", "compare", topology, "-a", "edge_npu", "--compress", "dense")
    formats = ("-a", "edge_npu", "-a", "os_array", "--weight-format", "bitmap")
    fails("weight format 'bitmap': os_array decodes dense; ", "compare", topology, *formats)
    fails("of those compared edge_npu decodes it", "compare", topology, *formats)
    fails("the following arguments are required: -a/--accelerator", "compare", topology)


def test_an_output_folder_that_cannot_be(fails: Fails, topology: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    fails("expected a folder, found a file", "compare", topology, "-a", "edge_npu", "--out", tmp_path / "out")
