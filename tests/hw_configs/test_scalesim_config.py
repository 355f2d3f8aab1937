"""SCALE-Sim .cfg files: what is read, what is assumed, and each mistake's message."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from hw_configs.accelerator import Accelerator, SplitScratchpad
from hw_configs.array_sections import ScalesimSparse
from hw_configs.load import load_accelerator
from hw_configs.scalesim_config import load_scalesim_config
from hw_configs.technology import OperationCost, Sourced, Technology
from workloads.errors import ConfigError
from workloads.formats import INT8, INT32

DATA = Path(__file__).parents[1] / "data" / "scalesim"
EXAMPLE = (DATA / "scale.cfg").read_text()


def _technology() -> Technology:
    cost = {"int8": OperationCost(energy_pj=1.0, area_um2=1.0, source="test")}
    number = Sourced(value=1.0, source="test")
    return Technology(
        name="test",
        node_nm=45.0,
        sram_node_nm=45.0,
        add=cost,
        multiply=cost,
        register_energy_pj_per_bit=number,
        register_area_um2_per_bit=number,
        logic_leakage_mw_per_mm2=number,
    )


def _load(tmp_path: Path, text: str) -> Accelerator:
    path = tmp_path / "chip.cfg"
    path.write_text(text)
    return load_scalesim_config(path, technology=_technology())


def test_example_file() -> None:
    accelerator = load_scalesim_config(DATA / "scale.cfg", technology=_technology())
    array = accelerator.array
    assert accelerator.name == "scale_example_run_32x32_os"
    assert (array.type, array.rows, array.cols, array.dataflow) == ("systolic", 32, 16, "os")
    assert (array.clock_hz, array.formats, array.accumulator_format) == (10**9, (INT8,), INT32)
    assert accelerator.vector_unit.lanes == 16
    scratchpad = accelerator.scratchpad
    assert isinstance(scratchpad, SplitScratchpad)
    capacities = [memory.capacity_bytes for memory in (scratchpad.input, scratchpad.weight, scratchpad.output)]
    assert capacities == [65536, 131072, 32768]
    assert accelerator.technology.name == "test"


def test_calc_is_unbounded_bandwidth() -> None:
    accelerator = load_scalesim_config(DATA / "scale.cfg", technology=_technology())
    assert accelerator.off_chip.bandwidth_bytes_per_second is None
    assert math.isinf(accelerator.off_chip_bytes_per_cycle)


@pytest.mark.parametrize("bandwidth", ["10", "10,10", "10, 10, 10"])
def test_user_bandwidth_is_words_a_cycle(tmp_path: Path, bandwidth: str) -> None:
    text = EXAMPLE.replace("Bandwidth : 10", f"Bandwidth : {bandwidth}").replace("CALC", "USER")
    assert _load(tmp_path, text).off_chip_bytes_per_cycle == 10.0


def test_the_widest_link_is_the_last_that_is_exact(tmp_path: Path) -> None:
    """2**53 bytes a second at 1 GHz: 9,007,199.25 words a cycle."""
    text = EXAMPLE.replace("Bandwidth : 10", "Bandwidth : 9007199").replace("CALC", "USER")
    assert _load(tmp_path, text).off_chip.bandwidth_bytes_per_second == 9_007_199 * 10**9


@pytest.mark.parametrize("dataflow", ["os", "ws", "is", "WS"])
def test_dataflows(tmp_path: Path, dataflow: str) -> None:
    assert (
        _load(tmp_path, EXAMPLE.replace("Dataflow : os", f"Dataflow : {dataflow}")).array.dataflow == dataflow.lower()
    )


def test_ports_are_wide_enough_for_any_edge_of_the_array(tmp_path: Path) -> None:
    """32 rows of a 4-byte partial sum read and written: 256 bytes a cycle; a 1 KiB memory can give all it has."""
    scratchpad = _load(tmp_path, EXAMPLE).scratchpad
    assert isinstance(scratchpad, SplitScratchpad)
    assert scratchpad.output.bandwidth_bytes_per_cycle == 256
    text = EXAMPLE.replace("ArrayHeight:    32", "ArrayHeight: 500").replace("OfmapSramSzkB:   32", "OfmapSramSzkB: 1")
    scratchpad = _load(tmp_path, text).scratchpad
    assert isinstance(scratchpad, SplitScratchpad)
    assert scratchpad.output.bandwidth_bytes_per_cycle == 1024


def test_shipped_technology_and_the_general_loader() -> None:
    accelerator = load_accelerator(DATA / "scale.cfg")
    assert accelerator == load_scalesim_config(DATA / "scale.cfg")
    assert accelerator.technology.node_nm == 45
    assert load_accelerator(DATA / "scale.cfg", overrides=("array.rows=64",)).array.rows == 64


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ArrayHeight:    32\n", "", "[architecture_presets], key ArrayHeight: expected a value, found no such key"),
        ("run_name", "name", "section [general], key run_name: expected a value, found no such key"),
        (
            "[run_presets]",
            "[presets]",
            "section [run_presets], key InterfaceBandwidth: expected a value, found no such s",
        ),
        ("Dataflow : os", "Dataflow : rs", "key Dataflow: expected one of os, ws, is, found 'rs'"),
        ("CALC", "AUTO", "section [run_presets], key InterfaceBandwidth: expected one of calc, user, found 'AUTO'"),
        ("ArrayWidth:     16", "ArrayWidth: x", "key ArrayWidth: expected a whole number from 1 to 65536, found 'x'"),
        ("ArrayWidth:     16", "ArrayWidth: 0", "key ArrayWidth: expected a whole number from 1 to 65536, found '0'"),
        ("ArrayWidth:     16", "ArrayWidth: 99999", "expected a whole number from 1 to 65536, found '99999'"),
        ("kB:   64", "kB: -64", "key IfmapSramSzkB: expected a whole number from 1 to 1073741824, found '-64'"),
        ("kB:   64", "kB: 64.5", "key IfmapSramSzkB: expected a whole number from 1 to 1073741824, found '64.5'"),
        (
            "Bandwidth : 10",
            "Bandwidth : 10,20",
            "key Bandwidth: expected one number, or the same one for every interface",
        ),
        ("Bandwidth : 10", "Bandwidth : 10,", "key Bandwidth: expected a whole number from 1 to 9007199, found ''"),
        ("Bandwidth : 10", "Bandwidth : 9007200", "expected a whole number from 1 to 9007199, found '9007200'"),
        ("ArrayWidth:", "ArrayHeight:", "is no SCALE-Sim configuration: .* option 'arrayheight' .* already exists"),
        ("[general]", "", "is no SCALE-Sim configuration: File contains no section headers"),
    ],
)
def test_mistakes_name_file_section_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = EXAMPLE.replace(old, new, 1)
    if "Bandwidth :" in old:
        text = text.replace("CALC", "USER")
    assert text != EXAMPLE
    with pytest.raises(ConfigError, match=r"chip\.cfg.*" + re.escape(message).replace(r"\.\*", ".*")):
        _load(tmp_path, text)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.cfg: cannot be read: No such file"):
        load_scalesim_config(tmp_path / "none.cfg")
    (tmp_path / "binary.cfg").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ConfigError, match=r"binary\.cfg: is no text file in UTF-8"):
        load_scalesim_config(tmp_path / "binary.cfg")


SPARSE = EXAMPLE.replace("SparsitySupport: false", "SparsitySupport: true\nOptimizedMapping: false\nBlockSize: 8")
ROW_WISE = SPARSE.replace("OptimizedMapping: false", "OptimizedMapping: true").replace("Dataflow : os", "Dataflow : ws")


def test_sparsity_is_off_unless_asked_for(tmp_path: Path) -> None:
    assert _load(tmp_path, EXAMPLE).array.type == "systolic"
    assert _load(tmp_path, EXAMPLE.replace("[sparsity]\nSparsitySupport: false\n", "")).array.scalesim_sparse is None


def test_layer_wise_sparsity(tmp_path: Path) -> None:
    array = _load(tmp_path, SPARSE).array
    assert (array.type, array.scalesim_sparse) == ("scalesim_sparse", ScalesimSparse(mode="layer_wise"))


def test_row_wise_sparsity(tmp_path: Path) -> None:
    array = _load(tmp_path, ROW_WISE).array
    assert (array.type, array.scalesim_sparse) == ("scalesim_sparse", ScalesimSparse(mode="row_wise", block=8))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SPARSE.replace("true", "yes"), "[sparsity], key SparsitySupport: expected one of true, false, found 'yes'"),
        (SPARSE.replace("OptimizedMapping: false", ""), "key OptimizedMapping: expected a value, found no such key"),
        (
            ROW_WISE.replace("BlockSize: 8", ""),
            "section [sparsity], key BlockSize: expected a value, found no such key",
        ),
        (
            ROW_WISE.replace("BlockSize: 8", "BlockSize: 64"),
            "BlockSize: expected a whole number from 1 to 32, found '64'",
        ),
        (ROW_WISE.replace("BlockSize: 8", "BlockSize: 7"), "key BlockSize: expected an even number, found '7'"),
        (
            ROW_WISE.replace("Dataflow : ws", "Dataflow : os"),
            "key Dataflow: expected ws with OptimizedMapping in section [sparsity], found 'os'",
        ),
    ],
)
def test_mistakes_in_sparsity(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        _load(tmp_path, text)
