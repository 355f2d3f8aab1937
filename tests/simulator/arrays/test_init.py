"""The array model that an accelerator names."""

from __future__ import annotations

import pytest

from hw_configs.accelerator import Array
from simulator.arrays import array_model
from simulator.arrays.mesh import MeshArray
from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.arrays.scalesim_sparse import ScalesimSparseArray
from simulator.arrays.systolic import SystolicArray
from workloads.errors import ConfigError


def array(**changes: object) -> Array:
    fields = {
        "type": "systolic",
        "rows": 8,
        "cols": 4,
        "dataflow": "os",
        "clock_hz": "1 GHz",
        "formats": ("int8",),
        "accumulator_format": "int32",
    }
    return Array.model_validate(fields | changes)


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
def test_systolic(dataflow):
    assert array_model(array(dataflow=dataflow)) == SystolicArray(8, 4, dataflow)


def test_mesh():
    assert array_model(array(type="mesh")) == MeshArray(8, 4)


def test_mesh_has_one_dataflow():
    unchecked = array().model_copy(update={"type": "mesh", "dataflow": "ws"})
    with pytest.raises(ConfigError, match=r"array\.dataflow: expected os for array\.type mesh, found ws"):
        array_model(unchecked)


def test_nm_systolic():
    section = {"max_m": 8, "patterns": ["2:4", "2:8"]}

    found = array_model(array(type="nm_systolic", dataflow="ws", nm_systolic=section))

    assert found == NmSystolicArray(8, 4, "ws", 8, ((2, 4), (2, 8)))


def test_nm_systolic_has_two_dataflows():
    unchecked = array(type="nm_systolic", nm_systolic={}).model_copy(update={"dataflow": "is"})
    with pytest.raises(ConfigError, match=r"array\.dataflow: expected os or ws for array\.type nm_systolic, found is"):
        array_model(unchecked)


def test_scalesim_sparse():
    row_wise = {"mode": "row_wise", "block": 8}

    assert array_model(array(type="scalesim_sparse", scalesim_sparse={})) == ScalesimSparseArray(8, 4, "os")
    found = array_model(array(type="scalesim_sparse", dataflow="ws", scalesim_sparse=row_wise))
    assert found == ScalesimSparseArray(8, 4, "ws", "row_wise", 8)


def test_row_wise_scalesim_is_weight_stationary():
    wrong = array(type="scalesim_sparse", scalesim_sparse={"mode": "row_wise"})
    with pytest.raises(ConfigError, match="scalesim_sparse row_wise, found os"):
        array_model(wrong)
