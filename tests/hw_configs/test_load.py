"""Shipped names, files, and what loading costs."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import hw_configs
from hw_configs.accelerator import Accelerator
from hw_configs.load import (
    accelerator_rows,
    list_accelerators,
    list_technologies,
    load_accelerator,
    load_technology,
    show_accelerator,
)
from workloads.errors import ConfigError

SHIPPED = Path(hw_configs.__file__).parent / "accelerators"


def test_lists() -> None:
    assert {"edge_npu", "mcu", "os_array", "tpu_like"} <= set(list_accelerators())
    assert list_accelerators() == tuple(sorted(list_accelerators()))
    assert list_technologies() == ("22nm", "28nm", "45nm")


@pytest.mark.parametrize("name", list_accelerators())
def test_a_dumped_accelerator_loads_back_equal(name: str, tmp_path: Path) -> None:
    for overrides in ([], ["array.rows=8", "technology.node_nm=40", "off_chip.bandwidth_bytes_per_second=null"]):
        accelerator = load_accelerator(name, overrides=overrides)
        path = tmp_path / "dumped.yaml"
        path.write_text(show_accelerator(accelerator))
        assert load_accelerator(path) == accelerator


def test_name_path_and_text_of_a_path_agree() -> None:
    path = SHIPPED / "mcu.yaml"
    assert load_accelerator("mcu") == load_accelerator(path) == load_accelerator(str(path))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("tpu_lke", "unknown accelerator 'tpu_lke': did you mean tpu_like? (or a file: .yaml, .yml, .cfg)"),
        ("zzz", f"unknown accelerator 'zzz': expected one of {', '.join(list_accelerators())} (or a file"),
        ("none.yaml", "accelerator file 'none.yaml': expected a file, found none"),
        ("none.cfg", "accelerator file 'none.cfg': expected a file, found none"),
        ("some/where", "accelerator file 'some/where': expected a name that ends in .yaml or .yml or .cfg"),
        ("", "unknown accelerator"),
    ],
)
def test_sources_that_are_none(source: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as error:
        load_accelerator(source)
    assert str(error.value).startswith(expected if source else "accelerator file")


def test_folders_and_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    with pytest.raises(ConfigError, match=r"folder.yaml': expected a file, found a folder"):
        load_accelerator(folder)
    with pytest.raises(ConfigError, match=r"expected a name that ends in .yaml or .yml"):
        load_technology(tmp_path)


def test_a_scalesim_file_with_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scale.cfg"
    path.write_text("")
    stand_in = type(sys)("hw_configs.scalesim_config")

    def load_scalesim_config(source: Path) -> Accelerator:
        assert source == path
        return load_accelerator("os_array")

    stand_in.load_scalesim_config = load_scalesim_config  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hw_configs.scalesim_config", stand_in)
    assert load_accelerator(path) == load_accelerator("os_array")
    changed = load_accelerator(path, overrides=["array.rows=32"])
    assert changed.array.rows == 32
    assert changed.array.cols == 128
    with pytest.raises(ConfigError, match=r"override array.rows=0: array.rows: expected a whole number"):
        load_accelerator(path, overrides=["array.rows=0"])


def test_rows() -> None:
    row = {row.name: row for row in accelerator_rows()}["tpu_like"]
    assert (row.array, row.dataflow, row.clock, row.scratchpad) == ("256x256", "ws", "700 MHz", "28 MiB")
    assert (row.off_chip_bandwidth, row.technology) == ("34 GB/s", "28nm")
    assert row.description


def test_loading_is_quick() -> None:
    load_accelerator("mcu")
    start = time.process_time()
    load_accelerator("edge_npu")
    assert time.process_time() - start < 0.05


def test_importing_brings_in_nothing_heavy() -> None:
    heavy = "{'matplotlib', 'onnx', 'numba', 'networkx', 'pulp'}"
    script = f"import sys, hw_configs.load; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", script], check=True)
