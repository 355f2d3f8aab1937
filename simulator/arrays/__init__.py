"""Array types, one a file; ``array_model`` picks the one that an accelerator names."""

from __future__ import annotations

from hw_configs.accelerator import Array
from simulator.arrays.eyeriss_v2 import EyerissV2Array
from simulator.arrays.mesh import MeshArray
from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.arrays.outer_product import outer_product_array
from simulator.arrays.precision import scaled_to_precision
from simulator.arrays.protocol import ArrayModel
from simulator.arrays.scalesim_sparse import ScalesimSparseArray
from simulator.arrays.sigma import sigma_array
from simulator.arrays.sparse_tensor_core import sparse_tensor_core_array
from simulator.arrays.systolic import SystolicArray
from workloads.errors import ConfigError


def array_model(array: Array) -> ArrayModel:
    """Return the cost model of ``array``, operands dense and of its widest format.

    Raises
    ------
    ConfigError
        When the type has no such dataflow, or the array's formats no such precision.
    """
    return scaled_to_precision(_parallel_model(array), array)


def _parallel_model(array: Array) -> ArrayModel:
    """Return the model at the array's widest format."""
    match array.type:
        case "mesh":
            _check_dataflow(array, ("os",), "mesh")
            return MeshArray(array.rows, array.cols)
        case "nm_systolic":
            _check_dataflow(array, ("os", "ws"), "nm_systolic")
            section = array.nm_systolic
            assert section is not None
            return NmSystolicArray(array.rows, array.cols, array.dataflow, section.max_m, section.patterns)
        case "scalesim_sparse":
            modes = array.scalesim_sparse
            assert modes is not None
            if modes.mode == "row_wise":
                _check_dataflow(array, ("ws",), "scalesim_sparse row_wise")
            return ScalesimSparseArray(array.rows, array.cols, array.dataflow, modes.mode, modes.block)
        case "sparse_tensor_core":
            _check_dataflow(array, ("os",), "sparse_tensor_core")
            return sparse_tensor_core_array(array)
        case "eyeriss_v2":
            _check_dataflow(array, ("ws",), "eyeriss_v2")
            assert array.eyeriss_v2 is not None
            return EyerissV2Array(rows=array.rows, cols=array.cols, section=array.eyeriss_v2)
        case "sigma":
            _check_dataflow(array, ("ws",), "sigma")
            return sigma_array(array)
        case "outer_product":
            _check_dataflow(array, ("os",), "outer_product")
            return outer_product_array(array)
        case _:
            return SystolicArray(array.rows, array.cols, array.dataflow)


def _check_dataflow(array: Array, dataflows: tuple[str, ...], kind: str) -> None:
    if array.dataflow not in dataflows:
        raise ConfigError(
            f"array.dataflow: expected {' or '.join(dataflows)} for array.type {kind}, found {array.dataflow}"
        )
