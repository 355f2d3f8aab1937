"""The array model that an accelerator names."""

from __future__ import annotations

import pytest

from hw_configs.accelerator import Array
from simulator.arrays import array_model
from simulator.arrays.mesh import MeshArray
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
