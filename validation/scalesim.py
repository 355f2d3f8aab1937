"""SCALE-Sim v3: dense layers on a systolic array, without stalls."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from simulator.arrays.protocol import ScratchpadAccesses, TileCycles
from simulator.arrays.systolic import SystolicArray
from validation.check import Check, Comparison
from validation.table import TableRow
from workloads.errors import NetworkError
from workloads.formats import INT8
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import Convolution, MatMul, Operator, Window
from workloads.tensor import Tensor, TensorRole

SOURCE = "SCALE-Sim v3, github.com/scalesim-project/SCALE-Sim, commit fab89b7"
FILE_NAME = "scalesim_v3.csv"
_CONVOLUTION_COLUMNS = ("ifmap_h", "ifmap_w", "filt_h", "filt_w", "channels", "num_filters", "stride")
COLUMNS = (*_CONVOLUTION_COLUMNS, "M", "N", "K", "array_rows", "array_cols", "dataflow", "sparsity", "stall_cycles")

Sizes = tuple[int, int, int]


def is_dense_without_stalls(row: TableRow) -> bool:
    """Return whether the row is of a dense layer that never waited."""
    return row.text("sparsity") == "dense" and row.number("stall_cycles") == 0


def _is_convolution(row: TableRow) -> bool:
    return not row.is_empty("ifmap_h")


def _printed_sizes(row: TableRow) -> Sizes:
    return row.size("M"), row.size("N"), row.size("K")


def _sizes(row: TableRow) -> Sizes:
    """Return M, N, K: a convolution is lowered as any other of a network, a matrix product is taken as printed."""
    sizes = _lowered_sizes(row) if _is_convolution(row) else _printed_sizes(row)
    if math.prod(sizes) >= 2**62:
        raise row.error("M", "fewer than 2^62 multiply-accumulates in the layer")
    return sizes


def _array(row: TableRow) -> SystolicArray:
    dataflow = row.choice("dataflow", ("os", "ws", "is"))
    return SystolicArray(row.size("array_rows"), row.size("array_cols"), dataflow)


def _lowered_sizes(row: TableRow) -> Sizes:
    """Return M, N, K of the row's convolution, lowered from its network."""
    network = layer_network(row)
    nest = lower(network.operators[0], network.tensors)
    assert isinstance(nest, MatrixNest)
    return nest.m, nest.n, nest.k


def layer_network(row: TableRow) -> Network:
    """Return the row's layer as a network of one operator."""
    work, shapes = _convolution(row) if _is_convolution(row) else _product(row)
    roles = (TensorRole.INPUT, TensorRole.WEIGHT, TensorRole.OUTPUT)
    operator = Operator(name="layer", work=work, inputs=("x", "w"), outputs=("y",))
    try:
        tensors = {
            name: Tensor(name=name, shape=shape, format=INT8, role=role)
            for name, shape, role in zip("xwy", shapes, roles, strict=True)
        }
        return Network(name="row", operators=(operator,), tensors=tensors)
    except NetworkError as error:
        column = "ifmap_h" if _is_convolution(row) else "M"
        raise row.error(column, f"sizes that make a layer ({error})") from None


def _product(row: TableRow) -> tuple[MatMul, tuple[tuple[int, ...], ...]]:
    m, n, k = _printed_sizes(row)
    return MatMul(), ((m, k), (k, n), (m, n))


def _convolution(row: TableRow) -> tuple[Convolution, tuple[tuple[int, ...], ...]]:
    """Return the row's convolution with the shapes of its input, weight and output.

    SCALE-Sim counts ceil((H - Fh + s) / s) output rows of an unpadded input: a last window that does not fit counts,
    as if the input were padded at its end.
    """
    size_in = row.size("ifmap_h"), row.size("ifmap_w")
    kernel = row.size("filt_h"), row.size("filt_w")
    stride, channels, filters = row.size("stride"), row.size("channels"), row.size("num_filters")
    size_out = tuple(-(-(size_in[axis] - kernel[axis] + stride) // stride) for axis in (0, 1))
    reach = tuple((size_out[axis] - 1) * stride + kernel[axis] for axis in (0, 1))
    window = Window(
        kernel=kernel,
        strides=(stride, stride),
        dilations=(1, 1),
        pads_begin=(0, 0),
        pads_end=tuple(reach[axis] - size_in[axis] for axis in (0, 1)),
    )
    shapes = ((1, channels, *size_in), (filters, channels, *kernel), (1, filters, *size_out))
    return Convolution(window=window), shapes


def _compare_sizes(row: TableRow) -> Comparison | None:
    if not _is_convolution(row):
        return None
    return Comparison(expected=_printed_sizes(row), ours=_lowered_sizes(row))


def _tile_cycles(row: TableRow) -> TileCycles:
    m, n, k = (np.asarray(size, dtype=np.int64) for size in _sizes(row))
    return _array(row).tile_cycles(m, n, k)


def _scratchpad_accesses(row: TableRow) -> ScratchpadAccesses:
    m, n, k = (np.asarray(size, dtype=np.int64) for size in _sizes(row))
    return _array(row).scratchpad_accesses(m, n, k)


def _total_cycles(row: TableRow) -> float:
    """Return the index of the last cycle, which is what SCALE-Sim prints."""
    cycles = _tile_cycles(row)
    return int(cycles.fill + cycles.stream) - 1


def _mapping_efficiency_pct(row: TableRow) -> float:
    """Return useful over available multiply-accumulates while operands stream, to SCALE-Sim's six decimals."""
    available = int(_tile_cycles(row).stream) * _array(row).num_pes
    return round(100 * math.prod(_sizes(row)) / available, 6)


def _compare_output_writes(row: TableRow) -> Comparison | None:
    """Return output writes where sums leave after every fold.

    Output-stationary, SCALE-Sim counts R + C words a fold more than the M x N results that there are.
    """
    if not is_dense_without_stalls(row) or row.text("dataflow") == "os" or row.is_empty("sram_ofmap_writes"):
        return None
    ours = int(_scratchpad_accesses(row).output_write)
    return Comparison(expected=(row.number("sram_ofmap_writes"),), ours=(ours,))


def _check(name: str, column: str, ours: Callable[[TableRow], float], tolerance_fraction: float = 0.0) -> Check:
    """Return a check of ``column`` on the dense rows without stalls; rows where it is empty were not measured."""

    def compare(row: TableRow) -> Comparison | None:
        if not is_dense_without_stalls(row) or row.is_empty(column):
            return None
        return Comparison(expected=(row.number(column),), ours=(ours(row),))

    return Check(
        name=name,
        file_name=FILE_NAME,
        columns=(*COLUMNS, column),
        source=SOURCE,
        tolerance_fraction=tolerance_fraction,
        compare=compare,
    )


CHECKS = (
    _check("scalesim_cycles", "total_cycles", _total_cycles),
    _check("scalesim_input_reads", "sram_ifmap_reads", lambda row: int(_scratchpad_accesses(row).input_read)),
    _check("scalesim_weight_reads", "sram_filter_reads", lambda row: int(_scratchpad_accesses(row).weight_read)),
    _check("scalesim_mapping_efficiency", "mapping_eff_pct", _mapping_efficiency_pct, tolerance_fraction=1e-5),
    Check(
        name="scalesim_output_writes",
        file_name=FILE_NAME,
        columns=(*COLUMNS, "sram_ofmap_writes"),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_output_writes,
    ),
    Check(
        name="scalesim_convolution_sizes",
        file_name=FILE_NAME,
        columns=(*_CONVOLUTION_COLUMNS, "M", "N", "K"),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_sizes,
    ),
)
"""In the order that they are printed. Convolution sizes hold for sparse and stalled rows too."""
