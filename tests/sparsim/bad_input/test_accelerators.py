"""Accelerator files, ``.cfg`` files and ``--set`` that say what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw_configs.load import list_accelerators
from tests.sparsim.running import Command, Fails

SCALESIM = Path(__file__).parents[2] / "data" / "scalesim" / "scale.cfg"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  rows: 16", "  rows: 16\n  voltage: 1", "line 8: array.voltage: unknown field, expected one of type, rows"),
        ("  rows: 16", "  rows: 16\n  rows: 17", "line 8: the key 'rows' is repeated"),
        (
            "capacity_bytes: 256 KiB",
            "capacity_bytes: 256 MHz",
            "line 17: scratchpad.capacity_bytes: unknown unit 'MHz' in '256 MHz': expected a",
        ),
        (
            "capacity_bytes: 256 KiB",
            "capacity_bytes: -256 KiB",
            "line 17: scratchpad.capacity_bytes: expected more than zero, found '-256 KiB'",
        ),
        (
            "capacity_bytes: 256 KiB",
            "capacity_bytes: -5",
            "line 17: scratchpad.capacity_bytes: expected more than zero, found -5",
        ),
        (
            "capacity_bytes: 256 KiB",
            "capacity_bytes: 9e30",
            "line 17: scratchpad.capacity_bytes: expected at most 9007199254740992 B, found 9e+30",
        ),
        ("  rows: 16", "\trows: 16", "line 7: is no valid YAML: found character '\\t' that cannot start any token"),
        ("technology: 22nm", "technology: 27nm", "unknown technology '27nm': did you mean 28nm?"),
        ("energy_pj_per_bit: 8", "energy_pj_per_bit: .nan #", "expected a number from 0 to 1000000000, found nan"),
    ],
)
def test_yaml(tmp_path: Path, topology: Path, edge_yaml: str, fails: Fails, old: str, new: str, message: str) -> None:
    path = tmp_path / "chip.yaml"
    path.write_text(edge_yaml.replace(old, new, 1))
    fails(message, "run", topology, "-a", path, "--out", tmp_path / "out")
    fails(str(path), "hw", "check", path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a mapping of fields, found nothing"),
        (b"- a\n- b\n", "expected a mapping of fields, found a list"),
        (bytes(range(128, 256)), "is no UTF-8 text (byte 0)"),
        ("name: x\n".encode("utf-16"), "is no UTF-8 text (byte 0)"),
        (b"name: a\0b\n", "is no valid YAML: unacceptable character #x0000"),
    ],
)
def test_files_that_are_no_yaml(tmp_path: Path, topology: Path, fails: Fails, content: bytes, message: str) -> None:
    path = tmp_path / "chip.yaml"
    path.write_bytes(content)
    fails(f"{path}: {message}", "run", topology, "-a", path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_byte_order_mark_and_windows_line_ends(
    tmp_path: Path, topology: Path, edge_yaml: str, command: Command, encoding: str
) -> None:
    path = tmp_path / "my chip \u00e9.yaml"
    path.write_bytes(edge_yaml.replace("\n", "\r\n").encode(encoding))
    assert command("run", topology, "-a", path).out == command("run", topology, "-a", "edge_npu").out


def test_two_mistakes_are_two_lines(tmp_path: Path, topology: Path, edge_yaml: str, fails: Fails) -> None:
    path = tmp_path / "chip.yaml"
    path.write_text(edge_yaml.replace("  rows: 16", "  row: 16"))
    fails("array.row: unknown field, did you mean rows?", "run", topology, "-a", path, lines=2)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("edge", "unknown accelerator 'edge': did you mean edge_npu? (or a file: .yaml, .yml, .cfg)"),
        ("tpu", f"unknown accelerator 'tpu': expected one of {', '.join(list_accelerators())}"),
        ("none.yaml", "accelerator file 'none.yaml': expected a file, found none"),
        ("none.cfg", "accelerator file 'none.cfg': expected a file, found none"),
        ("/", "accelerator file '/': expected a name that ends in .yaml or .yml or .cfg"),
    ],
)
def test_names(topology: Path, fails: Fails, source: str, message: str) -> None:
    fails(message, "run", topology, "-a", source)


@pytest.mark.parametrize("suffix", ["yaml", "cfg"])
def test_folders(tmp_path: Path, topology: Path, fails: Fails, suffix: str) -> None:
    path = tmp_path / f"chip.{suffix}"
    path.mkdir()
    fails(f"accelerator file '{path}': expected a file, found a folder", "run", topology, "-a", path)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("array.row=3", "override 'array.row=3': unknown field array.row, did you mean array.rows?"),
        ("array", "override 'array': expected field=value, such as array.rows=64"),
        ("array.rows=0", "override array.rows=0: array.rows: expected a whole number from 1 to 65536, found 0"),
        ("array.rows=many", "override array.rows=many: array.rows: expected a whole number"),
        ("array.clock_hz=1 GB", "unknown unit 'GB' in '1 GB'"),
        ("name=[red]x[/red]", "override name=[red]x[/red], line 1: is no valid YAML"),
    ],
)
def test_settings(topology: Path, fails: Fails, setting: str, message: str) -> None:
    fails(message, "run", topology, "-a", "edge_npu", "--set", setting)
    fails(message, "hw", "show", "edge_npu", "--set", setting)


def test_a_setting_changes_the_accelerator(topology: Path, command: Command) -> None:
    outcome = command("run", topology, "-a", "edge_npu", "--set", "array.clock_hz=200 MHz")
    assert outcome.out.startswith("net on edge_npu (22nm, 200 MHz)\n")


def test_too_little_scratchpad_names_operator_and_bytes(tmp_path: Path, topology: Path, fails: Fails) -> None:
    """One element of input and weight, twice (double buffers), and an int32 sum: 2 + 2 + 4 x 2 = 12 at the least."""
    settings = ("scratchpad.capacity_bytes=8", "scratchpad.banks=1", "scratchpad.port_bytes=1")
    options = [text for setting in settings for text in ("--set", setting)]
    tile = "even its smallest tile exceeds the scratchpad of 8 bytes of 'edge_npu' by 4 bytes"
    message = f"operator 'first' (matmul) does not fit: {tile}; a larger scratchpad.capacity_bytes would help"
    fails(message, "run", topology, "-a", "edge_npu", *options, "--out", tmp_path / "out", code=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CALC", "USER", ""),
        ("Bandwidth : 10", "Bandwidth : 1000000000", "key Bandwidth: expected a whole number from 1 to 9007199, found"),
        ("Dataflow : os", "Dataflow : rs", "section [architecture_presets], key Dataflow: expected one of os, ws, is"),
        ("[general]", "", "is no SCALE-Sim configuration: File contains no section headers"),
    ],
)
def test_scalesim_cfg(
    tmp_path: Path, topology: Path, fails: Fails, command: Command, old: str, new: str, message: str
) -> None:
    path = tmp_path / "chip.cfg"
    path.write_text(SCALESIM.read_text().replace("CALC", "USER").replace(old, new, 1))
    if message:
        fails(message, "run", topology, "-a", path)
    else:
        assert command("run", topology, "-a", path).code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "section [architecture_presets], key ArrayHeight: expected a value, found no such section"),
        (bytes(range(128, 256)), "is no text file in UTF-8"),
    ],
)
def test_files_that_are_no_cfg(tmp_path: Path, topology: Path, fails: Fails, content: bytes, message: str) -> None:
    path = tmp_path / "chip.cfg"
    path.write_bytes(content)
    fails(f"{path}: {message}", "run", topology, "-a", path)
