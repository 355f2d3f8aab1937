"""Every number in a shipped file has its source, and hangs together with the others."""

from pathlib import Path

import pytest

import hw_configs
from hw_configs.accelerator import Memory
from hw_configs.load import list_accelerators, list_technologies, load_accelerator, load_technology
from hw_configs.node_scaling import area_factor, energy_factor
from hw_configs.show import leaf_fields
from hw_configs.yaml_source import read_yaml

FOLDER = Path(hw_configs.__file__).parent / "accelerators"
SUPPLY_V = {"28nm": 0.9, "22nm": 0.8}


@pytest.mark.parametrize("name", list_accelerators())
def test_every_field_has_a_source(name: str) -> None:
    tree = read_yaml(FOLDER / f"{name}.yaml").tree
    sources = tree.pop("sources")
    assert isinstance(sources, dict)
    fields = {field for field, _ in leaf_fields(tree)} - {"name", "description", "array.type"}
    assert fields == set(sources)
    for field, source in sources.items():
        assert isinstance(source, str)
        assert source.startswith("assumed: ") or any(character.isdigit() for character in source), field


@pytest.mark.parametrize("name", list_accelerators())
def test_names_and_defaults(name: str) -> None:
    accelerator = load_accelerator(name)
    assert accelerator.name == name
    assert accelerator.description
    # Nothing numeric is left to a default, which would have no source.
    tree = read_yaml(FOLDER / f"{name}.yaml").tree
    assert {"array", "vector_unit", "scratchpad", "dma", "off_chip"} <= set(tree)


@pytest.mark.parametrize(
    "name", [name for name in list_accelerators() if load_accelerator(name).array.type in ("systolic", "mesh")]
)
def test_scratchpad_feeds_the_array(name: str) -> None:
    # A cycle at full rate: output-stationary takes a row and a column of operands and drains a row of sums;
    # weight-stationary takes a column of inputs and a row of weights and reads and writes a row of sums.
    accelerator = load_accelerator(name)
    array, pad = accelerator.array, accelerator.scratchpad
    assert isinstance(pad, Memory)
    operand, total = array.formats[0].bits // 8, array.accumulator_format.bits // 8
    if array.dataflow == "os":
        needed = (array.rows + array.cols) * operand + array.cols * total
    else:
        needed = (array.rows + array.cols) * operand + 2 * array.cols * total
    assert pad.bandwidth_bytes_per_cycle >= needed + accelerator.off_chip_bytes_per_cycle


def test_what_the_issue_asks_for() -> None:
    assert load_accelerator("tpu_like").array.dataflow == "ws"
    assert load_accelerator("os_array").array.dataflow == "os"
    capacities = {name: load_accelerator(name).scratchpad for name in ("edge_npu", "mcu")}
    assert {name: pad.capacity_bytes for name, pad in capacities.items() if isinstance(pad, Memory)} == {
        "edge_npu": 256 * 1024,
        "mcu": 320 * 1024,
    }


@pytest.mark.parametrize("name", sorted(SUPPLY_V))
def test_smaller_nodes_are_45_nm_scaled(name: str) -> None:
    base, scaled = load_technology("45nm"), load_technology(name)
    energy = energy_factor(scaled.node_nm, SUPPLY_V[name]) / energy_factor(45, 0.9)
    area = area_factor(scaled.node_nm)
    for ours, theirs in ((scaled.add, base.add), (scaled.multiply, base.multiply)):
        assert set(ours) == set(theirs)
        for format, cost in ours.items():
            assert cost.energy_pj == pytest.approx(theirs[format].energy_pj * energy, rel=1e-3)
            assert cost.area_um2 == pytest.approx(theirs[format].area_um2 * area, rel=1e-3)
    assert scaled.register_energy_pj_per_bit.value == pytest.approx(
        base.register_energy_pj_per_bit.value * energy, rel=2e-3
    )
    assert scaled.register_area_um2_per_bit.value == pytest.approx(
        base.register_area_um2_per_bit.value * area, rel=2e-3
    )
    # Off-current a micron of width unchanged: leakage a mm2 goes with voltage over node.
    leakage = base.logic_leakage_mw_per_mm2.value * 45 / scaled.node_nm * SUPPLY_V[name] / 0.9
    assert scaled.logic_leakage_mw_per_mm2.value == pytest.approx(leakage, rel=1e-3)


@pytest.mark.parametrize("name", list_technologies())
def test_technology_names(name: str) -> None:
    technology = load_technology(name)
    assert technology.name == name == f"{technology.node_nm:g}nm"
