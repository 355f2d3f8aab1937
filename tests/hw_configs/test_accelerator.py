"""The accelerator schema: what it refuses, each message with file, line, field, expected and found."""

from pathlib import Path

import pytest

from hw_configs.accelerator import Accelerator, Memory, SplitScratchpad
from hw_configs.load import load_accelerator
from workloads.errors import ConfigError

GOOD = """\
name: tiny
technology: 45nm
array:
  rows: 4
  cols: 8
  dataflow: os
  clock_hz: 100 MHz
  formats: [int8]
  accumulator_format: int32
vector_unit: {lanes: 4, format: int32}
scratchpad:
  capacity_bytes: 16 KiB
  banks: 2
  port_bytes: 16
off_chip:
  kind: DRAM
  bandwidth_bytes_per_second: 1.6 GB/s
  energy_pj_per_bit: 8
"""

SPLIT = GOOD.replace(
    "  capacity_bytes: 16 KiB\n  banks: 2\n  port_bytes: 16\n",
    "  input: {capacity_bytes: 8 KiB, port_bytes: 16}\n"
    "  weight: {capacity_bytes: 4 KiB, port_bytes: 8}\n"
    "  output: {capacity_bytes: 2 KiB, port_bytes: 8}\n",
)


def load(tmp_path: Path, text: str) -> Accelerator:
    path = tmp_path / "tiny.yaml"
    path.write_text(text)
    return load_accelerator(path)


def message(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    return str(error.value).replace(f"{tmp_path}/", "")


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    accelerator = load(tmp_path, GOOD)
    assert isinstance(accelerator.scratchpad, Memory)
    assert accelerator.scratchpad.capacity_bytes == 16_384
    assert accelerator.scratchpad.bandwidth_bytes_per_cycle == 2 * 1 * 16
    # 1.6 GB/s at 100 MHz.
    assert accelerator.off_chip_bytes_per_cycle == 16.0
    assert str(accelerator.array.default_format) == "int8"
    assert accelerator.technology.name == "45nm"
    assert (accelerator.dma.channels, accelerator.dma.latency_cycles, accelerator.dma.burst_bytes) == (1, 0, 1)
    assert hash(accelerator) == hash(load(tmp_path, GOOD))


def test_a_split_scratchpad(tmp_path: Path) -> None:
    pad = load(tmp_path, SPLIT).scratchpad
    assert isinstance(pad, SplitScratchpad)
    assert (pad.input.capacity_bytes, pad.weight.capacity_bytes, pad.output.capacity_bytes) == (8192, 4096, 2048)


def test_unbounded_bandwidth(tmp_path: Path) -> None:
    accelerator = load(tmp_path, GOOD.replace("1.6 GB/s", "null"))
    assert accelerator.off_chip.bandwidth_bytes_per_second is None
    assert accelerator.off_chip_bytes_per_cycle == float("inf")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("rows: 4", "rows: 0", "line 4: array.rows: expected a whole number from 1 to 65536, found 0"),
        ("rows: 4", "rows: -4", "line 4: array.rows: expected a whole number from 1 to 65536, found -4"),
        ("rows: 4", "rows: true", "line 4: array.rows: expected a whole number from 1 to 65536, found True"),
        ("rows: 4", "rows: 4.5", "line 4: array.rows: expected a whole number from 1 to 65536, found 4.5"),
        ("rows: 4", "rows: '4'", "line 4: array.rows: expected a whole number from 1 to 65536, found '4'"),
        ("rows: 4", "rows:", "line 4: array.rows: expected a whole number from 1 to 65536, found None"),
        (
            "rows: 4",
            "rows: 99999999999999999999",
            "line 4: array.rows: expected a whole number from 1 to 65536, found 99999999999999999999",
        ),
        ("  rows: 4\n", "", "line 3: array.rows: is missing, expected a whole number from 1 to 65536"),
        ("rows: 4", "rows: 4\n  row: 5", "line 5: array.row: unknown field, did you mean rows?"),
        (
            "rows: 4",
            "rows: 4\n  zzz: 5",
            "line 5: array.zzz: unknown field, expected one of type, rows, cols, dataflow,",
        ),
        ("name: tiny", "name: tiny\nscratchpda: 3", "line 2: scratchpda: unknown field, did you mean scratchpad?"),
        ("rows: 4", "rows: 4\n  rows: 5", "line 5: the key 'rows' is repeated"),
        ("dataflow: os", "dataflow: rs", "line 6: array.dataflow: expected one of os, ws, is, found 'rs'"),
        (
            "rows: 4",
            "type: cube\n  rows: 4",
            "line 4: array.type: expected one of systolic, mesh, nm_systolic, sparse_tensor_core, ",
        ),
        (
            "100 MHz",
            "100 MB",
            "line 7: array.clock_hz: unknown unit 'MB' in '100 MB': expected a number with one of Hz,",
        ),
        (
            "100 MHz",
            ".nan",
            "line 7: array.clock_hz: expected a number with one of Hz, KHz, kHz, MHz, GHz, THz, found nan",
        ),
        (
            "[int8]",
            "[int8, int99]",
            "line 8: array.formats[1]: element format 'int99': 99 bits is not a width that int",
        ),
        ("[int8]", "[8]", "line 8: array.formats[0]: expected an element format such as int8 or fp16, found 8"),
        (
            "[int8]",
            "[]",
            "line 8: array.formats: expected a list of at least 1, each an element format such as int8 or fp16",
        ),
        ("[int8]", "int8", "line 8: array.formats: expected a list of at least 1, each an element format"),
        (
            "[int8]",
            "[int8, fp16]",
            "line 3: array: expected a floating-point accumulator for fp16, found int32",
        ),
        ("[int8]", "[int64]", "line 3: array: expected an accumulator of at least 64 bits for int64, found int32"),
        (
            "rows: 4\n  cols: 8\n  dataflow: os",
            "type: mesh\n  rows: 4\n  cols: 8\n  dataflow: ws",
            "line 3: array: a mesh array runs the os dataflow only, found ws",
        ),
        ("16 KiB", "-16 KiB", "line 12: scratchpad.capacity_bytes: expected more than zero, found '-16 KiB'"),
        ("16 KiB", "0", "line 12: scratchpad.capacity_bytes: expected more than zero, found 0"),
        (
            "16 KiB",
            "512K B",
            "line 12: scratchpad.capacity_bytes: expected a number with one of B, KB, kB, MB, GB, TB, KiB",
        ),
        ("16 KiB", "1e30", "line 12: scratchpad.capacity_bytes: expected at most 9007199254740992 B, found 1e+30"),
        ("16 KiB", "true", "line 12: scratchpad.capacity_bytes: expected a number with one of B, KB"),
        (
            "16 KiB",
            "31",
            "line 11: scratchpad: expected at least banks x port_bytes = 2 x 16 = 32 bytes of capacity, found 31",
        ),
        (
            "  capacity_bytes: 16 KiB\n",
            "",
            "line 11: scratchpad.capacity_bytes: is missing, expected a size: a number, or",
        ),
        (
            "energy_pj_per_bit: 8",
            "energy_pj_per_bit: -8",
            "line 18: off_chip.energy_pj_per_bit: expected a number from 0 to",
        ),
        (
            "energy_pj_per_bit: 8",
            "energy_pj_per_bit: '8'",
            "line 18: off_chip.energy_pj_per_bit: expected a number from 0 to",
        ),
        (
            "energy_pj_per_bit: 8",
            "energy_pj_per_bit: .inf",
            "line 18: off_chip.energy_pj_per_bit: expected a number from",
        ),
        (
            "  bandwidth_bytes_per_second: 1.6 GB/s\n",
            "",
            "line 15: off_chip.bandwidth_bytes_per_second: is missing, expected a bandwidth: a number, or text",
        ),
        ("kind: DRAM", "kind: ''", "line 16: off_chip.kind: expected text, found ''"),
        (
            "vector_unit: {lanes: 4",
            "vector_unit: {lanes: 0",
            "line 10: vector_unit.lanes: expected a whole number from 1 to",
        ),
        ("technology: 45nm", "technology: 46nm", "line 2: technology: unknown technology '46nm': did you mean 45nm?"),
        (
            "technology: 45nm",
            "technology: 45",
            "line 2: technology: expected a mapping with name, description, node_nm",
        ),
        ("technology: 45nm\n", "", "tiny.yaml: technology: is missing, expected a mapping with name"),
        ("name: tiny", "name: 3", "line 1: name: expected text, found 3"),
        (
            "name: tiny",
            "name: tiny\nsources: {array.row: x}",
            "line 2: sources: unknown field array.row, did you mean array.rows?",
        ),
        ("name: tiny", "name: tiny\nsources: {array.rows: 3}", "line 2: sources.array.rows: expected text, found 3"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = message(tmp_path, GOOD.replace(old, new, 1))
    assert found.startswith(expected if expected.startswith("tiny") else f"tiny.yaml, {expected}")
    assert "\n" not in found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "weight: {capacity_bytes: 4 KiB, ",
            "weight: {",
            "line 13: scratchpad.weight.capacity_bytes: is missing, expected",
        ),
        ("4 KiB", "4 KX", "line 13: scratchpad.weight.capacity_bytes: unknown unit 'KX' in '4 KX'"),
        ("  output:", "  ouput:", "line 14: scratchpad.ouput: unknown field, did you mean output?"),
        (
            "  output:",
            "  banks: 2\n  output:",
            "line 14: scratchpad.banks: unknown field, expected one of input, weight, output",
        ),
    ],
)
def test_mistakes_in_a_split_scratchpad(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SPLIT
    assert f"tiny.yaml, {expected}" in message(tmp_path, SPLIT.replace(old, new, 1))


def test_a_scratchpad_that_is_no_mapping(tmp_path: Path) -> None:
    text = GOOD.replace("scratchpad:\n  capacity_bytes: 16 KiB\n  banks: 2\n  port_bytes: 16\n", "scratchpad: 16 KiB\n")
    found = message(tmp_path, text)
    assert found.startswith("tiny.yaml, line 11: scratchpad: expected a mapping with capacity_bytes, banks,")
    assert found.endswith("found '16 KiB'")


def test_a_misspelt_field_is_missing_and_unknown(tmp_path: Path) -> None:
    missing, unknown = message(tmp_path, GOOD.replace("  capacity_bytes:", "  capacity:")).splitlines()
    assert missing.startswith("tiny.yaml, line 11: scratchpad.capacity_bytes: is missing, expected a size")
    assert unknown == "tiny.yaml, line 12: scratchpad.capacity: unknown field, did you mean capacity_bytes?"


def test_all_mistakes_in_one_message(tmp_path: Path) -> None:
    text = GOOD.replace("rows: 4", "rows: 0").replace("16 KiB", "16 KX").replace("kind: DRAM", "knd: DRAM")
    lines = message(tmp_path, text).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "tiny.yaml, line 4",
        "tiny.yaml, line 12",
        "tiny.yaml, line 15",
        "tiny.yaml, line 16",
    ]
    assert lines[2].startswith("tiny.yaml, line 15: off_chip.kind: is missing, expected text")
    assert lines[3].startswith("tiny.yaml, line 16: off_chip.knd: unknown field, did you mean kind?")


def test_a_technology_in_place_and_one_beside(tmp_path: Path) -> None:
    technology = (
        "{name: own, node_nm: 40, sram_node_nm: 45, add: {int8: &o {energy_pj: 1, area_um2: 1, source: x}}, "
        "multiply: {int8: *o}, register_energy_pj_per_bit: &s {value: 1, source: x}, register_area_um2_per_bit: *s, "
        "logic_leakage_mw_per_mm2: *s}"
    )
    assert load(tmp_path, GOOD.replace("45nm", technology)).technology.name == "own"
    (tmp_path / "own.yaml").write_text(technology)
    assert load(tmp_path, GOOD.replace("45nm", "own.yaml")).technology.node_nm == 40
    wrong = technology.replace("node_nm: 40", "node_nm: 0")
    found = message(tmp_path, GOOD.replace("45nm", wrong))
    assert found == "tiny.yaml, line 2: technology.node_nm: expected a number from 1 to 1000, found 0"
    found = message(tmp_path, GOOD.replace("45nm", "none.yaml"))
    assert found == "tiny.yaml, line 2: technology: technology file 'none.yaml': expected a file, found none"


def test_a_name_needs_a_loader() -> None:
    with pytest.raises(ValueError, match="found the name '45nm' with nothing to look it up in"):
        Accelerator.model_validate({"technology": "45nm"})


@pytest.mark.parametrize("name", ["ternary", "binary", "pow2"])
def test_weights_without_multiplication_add_up_to_integers(tmp_path: Path, name: str) -> None:
    formats = load(tmp_path, GOOD.replace("[int8]", f"[int8, {name}]")).array.formats
    assert str(formats[0]) == "int8"
    assert str(formats[1]).startswith(name)


def test_floats_need_a_floating_point_accumulator(tmp_path: Path) -> None:
    found = message(tmp_path, GOOD.replace("[int8]", "[int8, fp16]"))
    assert "expected a floating-point accumulator for fp16, found int32" in found
