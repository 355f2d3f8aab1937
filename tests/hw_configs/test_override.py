"""Changes to fields before they are checked."""

from pathlib import Path

import pytest

from hw_configs.accelerator import Memory, SplitScratchpad
from hw_configs.load import load_accelerator
from hw_configs.override import split_override
from workloads.errors import ConfigError


def message(*overrides: str) -> str:
    with pytest.raises(ConfigError) as error:
        load_accelerator("edge_npu", overrides=overrides)
    return str(error.value)


def test_values_with_and_without_units() -> None:
    accelerator = load_accelerator(
        "edge_npu",
        overrides=[
            "array.rows=64",
            "scratchpad.capacity_bytes = 512 KiB",
            "array.formats=[int8, int4]",
            "off_chip.bandwidth_bytes_per_second=null",
            "name=my=npu",
        ],
    )
    assert accelerator.array.rows == 64
    assert isinstance(accelerator.scratchpad, Memory)
    assert accelerator.scratchpad.capacity_bytes == 512 * 1024
    assert [str(format) for format in accelerator.array.formats] == ["int8", "int4"]
    assert accelerator.off_chip_bytes_per_cycle == float("inf")
    assert accelerator.name == "my=npu"
    # What was not named stays.
    assert accelerator.array.cols == load_accelerator("edge_npu").array.cols


def test_the_last_one_wins() -> None:
    assert load_accelerator("mcu", overrides=["array.rows=8", "array.rows=16"]).array.rows == 16


def test_a_default_that_the_file_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    text = Path(__file__).parents[2].joinpath("hw_configs/accelerators/mcu.yaml").read_text()
    path.write_text(text[: text.index("dma:")] + text[text.index("off_chip:") : text.index("sources:")])
    assert load_accelerator(path).dma.latency_cycles == 0
    changed = load_accelerator(path, overrides=["dma.latency_cycles=7"])
    assert changed.dma.latency_cycles == 7
    assert changed.sources == {"dma.latency_cycles": "override: dma.latency_cycles=7"}


def test_the_source_of_an_override_is_the_override() -> None:
    changed = load_accelerator("edge_npu", overrides=["array.rows=64"])
    assert changed.sources["array.rows"] == "override: array.rows=64"
    assert changed.sources["array.cols"] == load_accelerator("edge_npu").sources["array.cols"]


def test_a_whole_section() -> None:
    memory = "{capacity_bytes: 64 KiB, port_bytes: 16}"
    changed = load_accelerator(
        "edge_npu", overrides=[f"scratchpad={{input: {memory}, weight: {memory}, output: {memory}}}"]
    )
    assert isinstance(changed.scratchpad, SplitScratchpad)
    assert not any(field.startswith("scratchpad.") for field in changed.sources)


def test_technologies() -> None:
    assert load_accelerator("edge_npu", overrides=["technology=45nm"]).technology.name == "45nm"
    base = load_accelerator("edge_npu").technology
    changed = load_accelerator("edge_npu", overrides=["technology.multiply.int8.energy_pj=0.5"]).technology
    assert changed.multiply["int8"].energy_pj == 0.5
    assert changed.add == base.add
    both = load_accelerator("edge_npu", overrides=["technology=45nm", "technology.sram_node_nm=32"]).technology
    assert (both.node_nm, both.sram_node_nm) == (45, 32)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("array.rows=0", "override array.rows=0: array.rows: expected a whole number from 1 to 65536, found 0"),
        (
            "array.rows=64 KiB",
            "override array.rows=64 KiB: array.rows: expected a whole number from 1 to 65536, found '64 KiB'",
        ),
        ("array.clock_hz=1 GB", "override array.clock_hz=1 GB: array.clock_hz: unknown unit 'GB' in '1 GB'"),
        ("array.row=64", "override 'array.row=64': unknown field array.row, did you mean array.rows?"),
        ("aray.rows=64", "override 'aray.rows=64': unknown field aray, did you mean array?"),
        ("rows=64", "override 'rows=64': unknown field rows, expected one of name, description, technology, array"),
        ("array.rows.x=64", "override 'array.rows.x=64': array.rows has no fields of its own"),
        ("sources.array.rows=x", "override 'sources.array.rows=x': unknown field sources"),
        ("array.rows", "override 'array.rows': expected field=value, such as array.rows=64"),
        ("array.rows=", "override 'array.rows=': expected field=value"),
        ("=3", "override '=3': expected field=value"),
        ("array..rows=3", "override 'array..rows=3': expected field=value"),
        ("array.rows=[1", "override array.rows=[1, line 1: is no valid YAML"),
        (
            "scratchpad.input.capacity_bytes=1 KiB",
            "scratchpad.port_bytes: unknown field, expected one of input, weight, output",
        ),
        ("technology=46nm", "override technology=46nm: technology: unknown technology '46nm': did you mean"),
        (
            "technology.node=3",
            "override 'technology.node=3': unknown field technology.node, did you mean technology.node_nm?",
        ),
    ],
)
def test_mistakes(override: str, expected: str) -> None:
    assert expected in message(override)


def test_all_mistakes_in_one_message() -> None:
    assert message("array.row=64", "dma").splitlines() == [
        "override 'array.row=64': unknown field array.row, did you mean array.rows?",
        "override 'dma': expected field=value, such as array.rows=64",
    ]


def test_split() -> None:
    assert split_override("array.rows=64") == (("array", "rows"), 64)
