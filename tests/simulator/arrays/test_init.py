"""The array model that an accelerator names."""

from __future__ import annotations

import pytest

from hw_configs.accelerator import Array
from hw_configs.array_sections import EyerissV2, Sigma
from simulator.arrays import array_model
from simulator.arrays.eyeriss_v2 import EyerissV2Array
from simulator.arrays.mesh import MeshArray
from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.arrays.scalesim_sparse import ScalesimSparseArray
from simulator.arrays.sigma import SigmaArray
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


def test_eyeriss_v2():
    section = {"macs_per_pe": 2}
    model = array_model(array(type="eyeriss_v2", dataflow="ws", eyeriss_v2=section))

    assert model == EyerissV2Array(rows=8, cols=4, section=EyerissV2(macs_per_pe=2))


def test_sigma():
    section = {"distribution_bandwidth": 16, "reduction_bandwidth": 8}
    model = array_model(array(type="sigma", dataflow="ws", sigma=section))

    assert model == SigmaArray(num_multipliers=32, section=Sigma.model_validate(section))


@pytest.mark.parametrize(
    ("kind", "section"),
    [("eyeriss_v2", {}), ("sigma", {"distribution_bandwidth": 16, "reduction_bandwidth": 8})],
)
def test_sparse_stationary_weights_alone(kind, section):
    other = array(type=kind, dataflow="os", **{kind: section})
    with pytest.raises(ConfigError, match=rf"array\.dataflow: expected ws for array\.type {kind}, found os"):
        array_model(other)
