"""Array types, one a file; ``array_model`` picks the one that an accelerator names."""

from __future__ import annotations

from hw_configs.accelerator import Array
from simulator.arrays.mesh import MeshArray
from simulator.arrays.protocol import ArrayModel
from simulator.arrays.systolic import SystolicArray
from workloads.errors import ConfigError


def array_model(array: Array) -> ArrayModel:
    """Return the cost model of ``array``.

    Raises
    ------
    ConfigError
        When the type has no such dataflow.
    """
    if array.type == "mesh":
        if array.dataflow != "os":
            raise ConfigError(f"array.dataflow: expected os for array.type mesh, found {array.dataflow}")
        return MeshArray(array.rows, array.cols)
    return SystolicArray(array.rows, array.cols, array.dataflow)
