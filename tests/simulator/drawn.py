"""Hypothesis strategies: small nests of every shape, tilings of them, and machines."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from hw_configs.accelerator import Accelerator, Array, Dma, Memory, OffChip, SplitScratchpad, VectorUnit
from hw_configs.load import load_accelerator
from simulator.plan import LOOP_ORDERS, Operand, Tiling
from simulator.position_tiles import PositionTile
from simulator.streaming import EVERYTHING, Streaming
from workloads.formats import INT8, INT32
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest
from workloads.operand_storage import OperandStorage

_BASE = load_accelerator("edge_npu")
_CLOCK_HZ = 10**9
BITS = st.sampled_from([4, 8, 16, 32])
OFF_CHIP_FRACTIONS = st.sampled_from([1.0, 1.0, 0.5, 0.375, 1.25])


def make_accelerator(
    *,
    array: str = "systolic",
    dataflow: str = "os",
    rows: int = 4,
    cols: int = 4,
    lanes: int = 4,
    capacity_bytes: int | tuple[int, int, int] = 2**20,
    port_bytes: int = 64,
    latency_cycles: int = 0,
    channels: int = 1,
    burst_bytes: int = 1,
    bytes_per_1000_cycles: int | None = 8000,
) -> Accelerator:
    """An int8 accelerator at 1 GHz; three capacities make a split scratchpad, no bandwidth an unbounded one."""

    def memory(capacity: int) -> Memory:
        return Memory(capacity_bytes=max(capacity, port_bytes), port_bytes=port_bytes)

    if isinstance(capacity_bytes, tuple):
        inputs, weights, outputs = map(memory, capacity_bytes)
        scratchpad: Memory | SplitScratchpad = SplitScratchpad(input=inputs, weight=weights, output=outputs)
    else:
        scratchpad = memory(capacity_bytes)
    bandwidth = None if bytes_per_1000_cycles is None else bytes_per_1000_cycles * _CLOCK_HZ // 1000
    return _BASE.model_copy(
        update={
            "name": "drawn",
            "array": Array(
                type=array,
                rows=rows,
                cols=cols,
                dataflow=dataflow,
                clock_hz=_CLOCK_HZ,
                formats=(INT8,),
                accumulator_format=INT32,
            ),
            "vector_unit": VectorUnit(lanes=lanes, format=INT32),
            "scratchpad": scratchpad,
            "dma": Dma(channels=channels, latency_cycles=latency_cycles, burst_bytes=burst_bytes),
            "off_chip": OffChip(kind="drawn", bandwidth_bytes_per_second=bandwidth, energy_pj_per_bit=8.0),
            "sources": {},
        }
    )


@st.composite
def accelerators(draw: st.DrawFn, *, is_split: bool | None = None) -> Accelerator:
    """Arrays of all types and dataflows with DMAs of all kinds, and a scratchpad that is shared or split."""
    is_split = draw(st.booleans()) if is_split is None else is_split
    array, dataflow = draw(
        st.sampled_from([("systolic", "os"), ("systolic", "ws"), ("systolic", "is"), ("mesh", "os")])
    )
    return make_accelerator(
        array=array,
        dataflow=dataflow,
        rows=draw(st.integers(1, 6)),
        cols=draw(st.integers(1, 6)),
        lanes=draw(st.integers(1, 8)),
        capacity_bytes=(2**20, 2**20, 2**20) if is_split else 2**20,
        port_bytes=draw(st.sampled_from([1, 4, 64, 1024])),
        latency_cycles=draw(st.sampled_from([0, 1, 7, 100])),
        channels=draw(st.integers(1, 4)),
        burst_bytes=draw(st.sampled_from([1, 3, 32])),
        bytes_per_1000_cycles=draw(st.sampled_from([None, 300, 1000, 6400, 8000, 100_000])),
    )


@st.composite
def windows(draw: st.DrawFn, largest: int = 7) -> SpatialAxis:
    """An axis with stride, dilation and pads; some windows lie wholly in the padding."""
    size, kernel = draw(st.integers(1, largest)), draw(st.integers(1, 3))
    stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    before, after = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    positions = (size + before + after - dilation * (kernel - 1) - 1) // stride + 1
    return SpatialAxis(
        num_positions=max(1, positions),
        input_size=size,
        kernel=kernel,
        stride=stride,
        dilation=dilation,
        pad_begin=before,
    )


@st.composite
def operand_storages(draw: st.DrawFn) -> OperandStorage:
    """Bits an element that are fractions of two: sums of them are exact."""
    return OperandStorage(
        format="drawn",
        off_chip_value_bits=draw(st.sampled_from([0.0, 0.5, 2.0, 2.75, 6.125])),
        off_chip_metadata_bits=draw(st.sampled_from([0.0, 0.25, 1.0])),
        scratchpad_value_bits=draw(st.sampled_from([0.5, 2.75, 8.0])),
        scratchpad_metadata_bits=draw(st.sampled_from([0.0, 0.25, 3.5])),
    )


def _storage(draw: st.DrawFn) -> dict[str, object]:
    stored = st.none() | operand_storages()
    return {
        "input_bits": draw(BITS),
        "weight_bits": draw(BITS),
        "output_bits": draw(BITS),
        "resident_bits": draw(st.sampled_from([0, 32, 333])),
        "input_storage": draw(stored),
        "weight_storage": draw(stored),
        "output_storage": draw(stored),
    }


@st.composite
def convolutions(draw: st.DrawFn) -> MatrixNest:
    """Convolution in one to three dimensions, grouped or not."""
    axes = draw(st.lists(windows(), min_size=1, max_size=2) | st.lists(windows(3), min_size=3, max_size=3))
    groups, batch, filters = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 5))
    positions = batch * math.prod(axis.num_positions for axis in axes)
    return MatrixNest(
        groups=groups,
        batch=batch,
        axes=tuple(axes),
        num_filters=filters,
        num_channels=draw(st.integers(1, 5)),
        k_per_channel=math.prod(axis.kernel for axis in axes),
        num_output_elements=groups * positions * filters,
        fused_operations_per_output=draw(st.sampled_from([0, 0, 1, 7])),
        **_storage(draw),
    )


@st.composite
def transposed_convolutions(draw: st.DrawFn) -> MatrixNest:
    """The kernel multiplies N, and results overlap or leave holes: outputs are any number a filter."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2))
    groups, batch, filters = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 4))
    return MatrixNest(
        groups=groups,
        batch=batch,
        axes=tuple(SpatialAxis(num_positions=size, input_size=size) for size in sizes),
        num_filters=filters,
        num_channels=draw(st.integers(1, 5)),
        n_per_filter=draw(st.integers(1, 4)),
        num_output_elements=groups * filters * draw(st.integers(1, 40)),
        **_storage(draw),
    )


@st.composite
def products(draw: st.DrawFn) -> MatrixNest:
    """GEMM and batched products."""
    groups, rows, filters = draw(st.integers(1, 6)), draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return MatrixNest(
        groups=groups,
        batch=rows,
        axes=(),
        num_filters=filters,
        num_channels=draw(st.integers(1, 12)),
        num_output_elements=groups * rows * filters,
        **_storage(draw),
    )


@st.composite
def recurrences(draw: st.DrawFn) -> MatrixNest:
    """LSTM-like: steps outermost, the batch innermost, several gates a hidden unit."""
    steps, batch, hidden = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    directions = draw(st.integers(1, 2))
    return MatrixNest(
        groups=directions,
        batch=batch,
        axes=(SpatialAxis(num_positions=steps, input_size=steps),),
        num_filters=hidden,
        n_per_filter=draw(st.sampled_from([1, 3, 4])),
        num_channels=hidden + draw(st.integers(1, 4)),
        num_output_elements=directions * steps * batch * hidden,
        sequential=True,
        **_storage(draw),
    )


@st.composite
def streams(draw: st.DrawFn) -> VectorNest:
    """Element-wise work, rows, reductions, copies."""
    positions = draw(st.integers(1, 40))
    return VectorNest(
        groups=1,
        axes=(),
        num_positions=positions,
        input_bits=draw(st.sampled_from([0, 8, 100, 8 * positions, 37 * positions])),
        output_bits=draw(st.sampled_from([8, 8 * positions, 35])),
        resident_bits=draw(st.sampled_from([0, 64, 99])),
        num_operations=draw(st.sampled_from([0, 1, positions, 5 * positions + 3])),
        input_off_chip_fraction=draw(OFF_CHIP_FRACTIONS),
        output_off_chip_fraction=draw(OFF_CHIP_FRACTIONS),
    )


@st.composite
def poolings(draw: st.DrawFn) -> VectorNest:
    """Windows over each channel."""
    axes = draw(st.lists(windows(), min_size=1, max_size=2))
    groups, positions = draw(st.integers(1, 6)), math.prod(axis.num_positions for axis in axes)
    return VectorNest(
        groups=groups,
        axes=tuple(axes),
        num_positions=positions,
        input_bits=draw(BITS),
        output_bits=draw(BITS),
        resident_bits=0,
        num_operations=groups * positions * math.prod(axis.kernel for axis in axes),
        input_off_chip_fraction=draw(OFF_CHIP_FRACTIONS),
        output_off_chip_fraction=draw(OFF_CHIP_FRACTIONS),
    )


def matrix_nests() -> st.SearchStrategy[MatrixNest]:
    """Nests of the array."""
    return st.one_of(convolutions(), transposed_convolutions(), products(), recurrences())


def nests() -> st.SearchStrategy[MatrixNest | VectorNest]:
    """Nests of array and vector unit."""
    return st.one_of(convolutions(), transposed_convolutions(), products(), recurrences(), streams(), poolings())


@st.composite
def position_tiles(draw: st.DrawFn, nest: MatrixNest | VectorNest) -> PositionTile:
    """A run, also one longer than all positions; or a block where there are two axes for it."""
    if len(nest.axes) >= 2 and draw(st.booleans()) and not getattr(nest, "sequential", False):
        rows, cols = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        return PositionTile(num_positions=rows * cols, block=(rows, cols))
    total = nest.m if isinstance(nest, MatrixNest) else nest.num_positions
    return PositionTile(num_positions=draw(st.integers(1, total + 2)))


def streamings() -> st.SearchStrategy[Streaming]:
    """Everything streams, or operands lie whole, in any combination; half of an input or output may."""
    parts = st.sampled_from([0.0, 0.0, 0.5, 1.0, 1.0])
    one_or_nothing = st.sampled_from([0.0, 1.0])
    return st.just(EVERYTHING) | st.builds(
        Streaming,
        input_fraction=parts,
        weight_fraction=one_or_nothing,
        resident_fraction=one_or_nothing,
        output_fraction=parts,
    )


@st.composite
def tilings(draw: st.DrawFn, nest: MatrixNest | VectorNest) -> Tiling:
    """Any sizes (also above the loops'), all orders, anything held, anything whole."""
    matrix = nest if isinstance(nest, MatrixNest) else None
    return Tiling(
        position_tile=draw(position_tiles(nest)),
        filter_tile=draw(st.integers(1, (matrix.num_filters if matrix else 1) + 1)),
        channel_tile=draw(st.integers(1, (matrix.num_channels if matrix else 1) + 1)),
        group_tile=draw(st.integers(1, nest.groups + 1)),
        loop_order=draw(st.sampled_from(LOOP_ORDERS)),
        held=draw(st.frozensets(st.sampled_from(list(Operand)))),
        streaming=draw(streamings()),
    )


@st.composite
def tiled_nests(draw: st.DrawFn) -> tuple[MatrixNest | VectorNest, Tiling]:
    """A nest with a tiling of it."""
    nest = draw(nests())
    return nest, draw(tilings(nest))
