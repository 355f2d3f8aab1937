"""Candidate tile sizes of a nest with what each costs on a machine, as the arrays that the kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.arrays.protocol import Dimension, Int64Array
from simulator.kernels import tile_loops
from simulator.kernels.position_splits import Splits
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.plan import LOOP_ORDERS, Operand, Tiling
from simulator.position_tiles import PositionTile, split_positions
from simulator.streaming import EVERYTHING, Streaming
from simulator.unit_costs import UnitCosts
from workloads.loop_nest import MatrixNest, VectorNest

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
Number = TypeVar("Number", np.int64, np.float64)

DIMENSION_NUMBER = {Dimension.M: 0, Dimension.N: 1, Dimension.K: 2}
HOLD_BITS = (Operand.INPUT, Operand.WEIGHT, Operand.OUTPUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Tile sizes to choose from, one tuple a loop."""

    position_tiles: tuple[PositionTile, ...]
    filter_tiles: tuple[int, ...] = (1,)
    channel_tiles: tuple[int, ...] = (1,)
    group_tiles: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes:
    """Candidate sizes, none above the loop's; distinct tile sizes; which of these each full and last tile has."""

    tiles: Int64Array
    values: Int64Array
    full: Int64Array
    rest: Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """Cycles of a tile by (group, position, filter, channel) size."""

    cycles: Int64Array
    chained_cycles: Int64Array
    operand_port_cycles: Int64Array
    output_port_bits: Int64Array
    chained_operand_port_cycles: Int64Array
    chained_output_port_bits: Int64Array
    access_pj: FloatArray
    num_folds: Int64Array
    accumulates: BoolArray


def build_tile_space(
    nest: MatrixNest | VectorNest,
    candidates: Candidates,
    machine: Machine,
    *,
    decoding: bool = True,
) -> TileSpace:
    """Return the kernel's view of ``nest`` with ``candidates`` on ``machine``, all operands streamed.

    Without ``decoding`` the decoders of compressed operands always keep up.
    """
    splits = split_positions(nest, candidates.position_tiles)
    matrix = nest if isinstance(nest, MatrixNest) else None
    num_filters = matrix.num_filters if matrix else 1
    num_channels = matrix.num_channels if matrix else 1
    groups = _sizes(nest.groups, candidates.group_tiles)
    filters = _sizes(num_filters, candidates.filter_tiles)
    channels = _sizes(num_channels, candidates.channel_tiles)
    positions, tile_size = np.unique(splits.positions, return_inverse=True)
    grid = np.ix_(groups.values, positions, filters.values, channels.values)
    tables = _matrix_tables(matrix, grid, machine, decoding) if matrix else _vector_tables(nest, grid, machine)  # type: ignore[arg-type]
    count_begin, count_size, size_count = _counts(splits, tile_size)
    off_chip, scratchpad = _stored_bits(nest)
    costs = machine.costs_for(matrix) if matrix else machine.costs
    return TileSpace(
        num_groups=nest.groups,
        num_filters=num_filters,
        num_channels=num_channels,
        group_tiles=groups.tiles,
        filter_tiles=filters.tiles,
        channel_tiles=channels.tiles,
        tile_begin=splits.begin,
        tile_input=splits.inputs,
        tile_fresh=splits.fresh,
        tile_output=splits.outputs,
        tile_size=tile_size.astype(np.int64),
        count_begin=count_begin,
        count_size=count_size,
        size_count=size_count,
        stand_in_begin=splits.stand_in_begin,
        stand_in=splits.stand_in,
        stand_in_weight=splits.stand_in_weight,
        group_size=groups.full,
        group_rest_size=groups.rest,
        filter_size=filters.full,
        filter_rest_size=filters.rest,
        channel_size=channels.full,
        channel_rest_size=channels.rest,
        array_cycles=tables.cycles,
        chained_cycles=tables.chained_cycles,
        operand_port_cycles=tables.operand_port_cycles,
        output_port_bits=tables.output_port_bits,
        chained_operand_port_cycles=tables.chained_operand_port_cycles,
        chained_output_port_bits=tables.chained_output_port_bits,
        access_pj=tables.access_pj,
        positions=positions,
        groups=groups.values,
        filters=filters.values,
        output_port_width_bits=8 * machine.memories[2].bandwidth_bytes_per_cycle,
        num_lanes=machine.num_lanes,
        fused_operations=matrix.fused_operations_per_position if matrix else 0.0,
        columns_per_filter=matrix.n_per_filter if matrix else 1,
        k_split_pj=k_split_bits(matrix, machine).energy_pj(costs).item() if matrix else 0.0,
        chained_saving_pj=chained_saving_bits(matrix, machine).energy_pj(costs).item() if matrix else 0.0,
        single_fold=tables.num_folds == 1,
        accumulates=tables.accumulates,
        streamed_dimension=DIMENSION_NUMBER[machine.array.streamed_dimension] if matrix else -1,
        sequential=matrix.sequential if matrix else False,
        input_bits=float(off_chip[0]),
        weight_bits=float(off_chip[1]),
        output_bits=float(off_chip[2]),
        input_scratchpad_bits=float(scratchpad[0]),
        weight_scratchpad_bits=float(scratchpad[1]),
        output_scratchpad_bits=scratchpad[2],
        output_buffer_bits=float(scratchpad[2]),
        accumulator_bits=machine.accumulator_bits if matrix else 0,
        resident_bits=nest.resident_bits,
    )


def _stored_bits(
    nest: MatrixNest | VectorNest,
) -> tuple[tuple[float, float, float], tuple[float, float, int]]:
    """Bits of one unit of input, weight and output, off-chip and in the scratchpad.

    Units are elements, those of a filter and channel for weights; bits of a stream without windows.
    """
    if isinstance(nest, VectorNest):
        inputs, outputs = (nest.input_bits, nest.output_bits) if nest.axes else (1, 1)
        off_chip = (inputs * nest.input_off_chip_fraction, 0.0, outputs * nest.output_off_chip_fraction)
        return off_chip, (float(inputs), 0.0, outputs)
    kernel = nest.n_per_filter * nest.k_per_channel
    inputs_stored, weights, outputs_stored = nest.stored_input, nest.stored_weight, nest.stored_output
    return (
        (inputs_stored.off_chip_bits, weights.off_chip_bits * kernel, outputs_stored.off_chip_bits),
        (inputs_stored.scratchpad_bits, weights.scratchpad_bits * kernel, nest.output_bits),
    )


def candidates_of(tiling: Tiling) -> Candidates:
    """Return the candidates among which ``tiling`` is the only choice of sizes."""
    return Candidates(
        position_tiles=(tiling.position_tile,),
        filter_tiles=(tiling.filter_tile,),
        channel_tiles=(tiling.channel_tile,),
        group_tiles=(tiling.group_tile,),
    )


def space_of(nest: MatrixNest | VectorNest, tiling: Tiling, machine: Machine, *, decoding: bool = True) -> TileSpace:
    """Return the kernel's view of ``nest`` when ``tiling`` is the only choice."""
    space = build_tile_space(nest, candidates_of(tiling), machine, decoding=decoding)
    return with_streaming(space, tiling.streaming)


def with_streaming(space: TileSpace, streaming: Streaming) -> TileSpace:
    """Return ``space``, of which all operands are streamed, when what ``streaming`` leaves out lies whole.

    That moves no bits off-chip and takes no buffer.
    """
    if streaming == EVERYTHING:
        return space
    return space._replace(
        input_bits=space.input_bits * streaming.input_fraction,
        weight_bits=space.weight_bits * streaming.weight_fraction,
        output_bits=space.output_bits * streaming.output_fraction,
        input_scratchpad_bits=space.input_scratchpad_bits * streaming.input_fraction,
        weight_scratchpad_bits=space.weight_scratchpad_bits * streaming.weight_fraction,
        output_buffer_bits=space.output_buffer_bits * streaming.output_fraction,
        resident_bits=round(space.resident_bits * streaming.resident_fraction),
    )


def order_number(tiling: Tiling) -> int:
    """Return the kernels' number of the tiling's loop order."""
    return LOOP_ORDERS.index(tiling.loop_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBits:
    """Bits that cross the scratchpad's ports to and from the array or vector unit, by operand."""

    input_read: Int64Array
    weight_read: Int64Array
    output_read: Int64Array
    output_write: Int64Array

    def energies_pj(self, costs: UnitCosts) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the scratchpad energy of moving input, weight and output."""
        read, write = costs.scratchpad_read_pj_per_bit, costs.scratchpad_write_pj_per_bit
        outputs = self.output_read * read[2] + self.output_write * write[2]
        return np.asarray(self.input_read * read[0]), np.asarray(self.weight_read * read[1]), np.asarray(outputs)

    def energy_pj(self, costs: UnitCosts) -> FloatArray:
        """Return the scratchpad energy of all three."""
        inputs, weights, outputs = self.energies_pj(costs)
        return np.asarray(inputs + weights + outputs)


_PORTS = ("input_read", "weight_read", "output_read", "output_write")


def port_bits_of(
    nest: MatrixNest | VectorNest, space: TileSpace, machine: Machine, records: Int64Array
) -> tuple[PortBits, ...]:
    """Return what each tiling among ``records`` of ``space``, which is of ``nest``, moves through the ports."""
    tiles, k_split, saving = _port_tables(nest, space, machine)
    sums = []
    for port in _PORTS:
        table = _full(getattr(tiles, port).astype(float), space.access_pj.shape)
        counted = space._replace(
            access_pj=table,
            k_split_pj=float(getattr(k_split, port)),
            chained_saving_pj=float(getattr(saving, port)),
        )
        sums.append(tile_loops.access_totals(counted, records).astype(np.int64))
    return tuple(PortBits(**dict(zip(_PORTS, one, strict=True))) for one in zip(*sums, strict=True))


def _port_tables(
    nest: MatrixNest | VectorNest, space: TileSpace, machine: Machine
) -> tuple[PortBits, PortBits, PortBits]:
    """Bits of a tile of each size, all its groups; of one more cut of every reduction; those that chaining saves."""
    nothing = PortBits(**{port: np.array(0) for port in _PORTS})
    if not isinstance(nest, MatrixNest):
        g, m, _, _ = np.ix_(space.groups, space.positions, space.filters, space.filters[:1])
        return (vector_port_bits(nest, g, m) if nest.num_operations else nothing), nothing, nothing
    channels = _sizes(space.num_channels, tuple(space.channel_tiles.tolist())).values
    g, m, filters, k = np.ix_(space.groups, space.positions, space.filters, channels)
    bits = matrix_port_bits(nest, machine, m, filters * nest.n_per_filter, k * nest.k_per_channel)
    tiles = PortBits(**{port: g * getattr(bits, port) for port in _PORTS})
    return tiles, k_split_bits(nest, machine), chained_saving_bits(nest, machine)


def without_metadata(nest: MatrixNest) -> MatrixNest:
    """Return ``nest`` as if where the values of compressed operands belong were known without being told."""
    stored = (nest.input_storage, nest.weight_storage)
    inputs, weights = (
        replace(one, scratchpad_metadata_bits=0.0) if one and one.scratchpad_metadata_bits else one for one in stored
    )
    return replace(nest, input_storage=inputs, weight_storage=weights)


def decode_cycles(nest: MatrixNest, machine: Machine, m: Int64Array, n: Int64Array, k: Int64Array) -> Int64Array:
    """Return the cycles in which decoders at the array hand out the non-zeros that a tile reads; 0 where they keep up.

    Inputs and weights have a decoder each.
    """
    rates = machine.decoded_elements_per_cycle
    accesses = machine.array_for(nest).scratchpad_accesses(m, n, k)
    cycles = np.zeros_like(accesses.input_read)
    if nest.input_storage and rates[0]:
        cycles = np.maximum(cycles, _nonzeros(accesses.input_read, nest.input_density_fraction, rates[0]))
    if nest.weight_storage and rates[1]:
        cycles = np.maximum(cycles, _nonzeros(accesses.weight_read, nest.weight_density_fraction, rates[1]))
    return cycles


def _nonzeros(elements: Int64Array, density_fraction: float, elements_per_cycle: int) -> Int64Array:
    return np.asarray(np.ceil(elements * (density_fraction / elements_per_cycle) - 1e-6), dtype=np.int64)


def matrix_port_bits(nest: MatrixNest, machine: Machine, m: Int64Array, n: Int64Array, k: Int64Array) -> PortBits:
    """Return the bits that an (m x k) by (k x n) tile moves.

    Sums that stay in the PEs leave once, in the output's format; others move as accumulators.
    """
    accesses = machine.array_for(nest).scratchpad_accesses(m, n, k)
    wide = max(machine.accumulator_bits, nest.output_bits)
    return PortBits(
        input_read=_whole_bits(accesses.input_read, nest.stored_input.scratchpad_bits),
        weight_read=_whole_bits(accesses.weight_read, nest.stored_weight.scratchpad_bits),
        output_read=accesses.output_read * wide,
        output_write=accesses.output_read * wide + (accesses.output_write - accesses.output_read) * nest.output_bits,
    )


def k_split_bits(nest: MatrixNest, machine: Machine) -> PortBits:
    """Return what one more cut of every reduction moves beyond a result a tile: sums are wide, and are read back."""
    outputs = np.array(nest.groups * nest.m * nest.n)
    wide = max(machine.accumulator_bits, nest.output_bits)
    nothing = np.array(0)
    return PortBits(
        input_read=nothing,
        weight_read=nothing,
        output_read=outputs * wide,
        output_write=outputs * (wide - nest.output_bits),
    )


def chained_saving_bits(nest: MatrixNest, machine: Machine) -> PortBits:
    """Return what one more chained tile along the streamed loop does not move: the operand that stays on the array."""
    nothing = np.array(0)
    weights = _whole_bits(np.array(nest.groups * nest.n * nest.k), nest.stored_weight.scratchpad_bits)
    inputs = _whole_bits(np.array(nest.groups * nest.m * nest.k), nest.stored_input.scratchpad_bits)
    outputs = np.array(nest.groups * nest.m * nest.n * nest.output_bits)
    streamed = machine.array.streamed_dimension
    return PortBits(
        input_read=inputs if streamed is Dimension.N else nothing,
        weight_read=weights if streamed is Dimension.M else nothing,
        output_read=nothing,
        output_write=outputs if streamed is Dimension.K else nothing,
    )


def vector_port_bits(nest: VectorNest, g: Int64Array, m: Int64Array) -> PortBits:
    """Return the bits that ``m`` positions of ``g`` groups move; a window reads each of its elements."""
    window = int(np.prod([axis.kernel for axis in nest.axes], dtype=np.int64))
    inputs = g * m * nest.input_bits * window if nest.axes else _share(nest.input_bits, m, nest.num_positions)
    outputs = g * m * nest.output_bits if nest.axes else _share(nest.output_bits, m, nest.num_positions)
    nothing = np.zeros_like(inputs)
    return PortBits(input_read=inputs, weight_read=nothing, output_read=nothing, output_write=outputs)


def _share(total: int, part: Int64Array, whole: int) -> Int64Array:
    """``total * part // whole`` in Python's integers: the products of long streams leave int64."""
    shares = [total * one // whole for one in part.ravel().tolist()]
    return np.array(shares, dtype=np.int64).reshape(part.shape)


def _matrix_tables(nest: MatrixNest, grid: tuple[Int64Array, ...], machine: Machine, decoding: bool) -> _Tables:
    g, m, n, k = grid[0], grid[1], grid[2] * nest.n_per_filter, grid[3] * nest.k_per_channel
    array = machine.array_for(nest)
    cycles = array.tile_cycles(m, n, k)
    bits = matrix_port_bits(nest, machine, m, n, k)
    shape = np.broadcast_shapes(*(axis.shape for axis in grid))
    load = [_full(g * part, shape) for part in port_load(machine, bits)]
    chained_load = list(load)
    if machine.array.streamed_dimension is not Dimension.K:
        chained_bits = _without_the_operand_that_stays(bits, machine)
        chained_load = [_full(g * part, shape) for part in port_load(machine, chained_bits)]
    if decoding and machine.decodes_slowly:
        decoded = _full(g * decode_cycles(nest, machine, m, n, k), shape)
        load[0], chained_load[0] = np.maximum(load[0], decoded), np.maximum(chained_load[0], decoded)
    one = np.ones_like(k.ravel())
    return _Tables(
        cycles=_full(g * (cycles.fill + cycles.stream), shape),
        chained_cycles=_full(g * cycles.stream, shape),
        operand_port_cycles=load[0],
        output_port_bits=load[1],
        chained_operand_port_cycles=chained_load[0],
        chained_output_port_bits=chained_load[1],
        access_pj=_full(g * bits.energy_pj(machine.costs_for(nest)), shape),
        num_folds=_full(g * cycles.num_folds, shape),
        accumulates=array.scratchpad_accesses(one, one, k.ravel()).output_read > 0,
    )


def _vector_tables(nest: VectorNest, grid: tuple[Int64Array, ...], machine: Machine) -> _Tables:
    """Every lane does one operation a cycle; a copy without operations is the DMA's work alone."""
    g, m = grid[0], grid[1]
    shape = (g.size, m.size, 1, 1)
    zero = np.zeros(shape, dtype=np.int64)
    never = np.zeros(1, dtype=bool)
    if nest.num_operations == 0:
        return _Tables(
            cycles=zero,
            chained_cycles=zero,
            operand_port_cycles=zero,
            output_port_bits=zero,
            chained_operand_port_cycles=zero,
            chained_output_port_bits=zero,
            access_pj=zero.astype(float),
            num_folds=zero,
            accumulates=never,
        )
    operations = _ceil(nest.num_operations, nest.groups * nest.num_positions)
    bits = vector_port_bits(nest, g, m)
    operand_cycles, output_bits = (_full(load, shape) for load in port_load(machine, bits))
    cycles = _full(_ceil(g * m * operations, machine.num_lanes), shape)
    return _Tables(
        cycles=cycles,
        chained_cycles=cycles,
        operand_port_cycles=operand_cycles,
        output_port_bits=output_bits,
        chained_operand_port_cycles=operand_cycles,
        chained_output_port_bits=output_bits,
        access_pj=_full(bits.energy_pj(machine.costs), shape),
        num_folds=zero,
        accumulates=never,
    )


def _without_the_operand_that_stays(bits: PortBits, machine: Machine) -> PortBits:
    """What a tile moves when it follows another on the array: the mapped weights or inputs are there already."""
    nothing = np.zeros_like(bits.input_read)
    if machine.array.streamed_dimension is Dimension.M:
        return replace(bits, weight_read=nothing)
    return replace(bits, input_read=nothing)


def port_load(machine: Machine, bits: PortBits) -> tuple[Int64Array, Int64Array]:
    """Return the cycles that input and weight ports need, and the bits that output ports move.

    Where one memory serves all operands, all of its bits count as outputs'.
    Assumes DMA transfers use cycles and banks that the array leaves free, and banks never conflict.
    """
    outputs = bits.output_read + bits.output_write
    if machine.is_shared:
        return np.zeros_like(outputs), bits.input_read + bits.weight_read + outputs
    widths = [8 * memory.bandwidth_bytes_per_cycle for memory in machine.memories]
    return np.maximum(_ceil(bits.input_read, widths[0]), _ceil(bits.weight_read, widths[1])), outputs


def _sizes(total: int, tiles: tuple[int, ...]) -> _Sizes:
    full = np.minimum(_array(tiles), total)
    rest = total - (_ceil(np.full_like(full, total), full) - 1) * full
    values, index = np.unique(np.concatenate([full, rest]), return_inverse=True)
    index = index.astype(np.int64)
    return _Sizes(tiles=full, values=values, full=index[: full.size], rest=index[full.size :])


def _counts(splits: Splits, size_index: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Distinct sizes of each candidate's tiles and how often each occurs: only the stand-ins differ."""
    begins: list[int] = [0]
    sizes: list[int] = []
    counts: list[int] = []
    for first, last, begin in zip(
        splits.stand_in_begin[:-1], splits.stand_in_begin[1:], splits.begin[:-1], strict=True
    ):
        times: dict[int, int] = {}
        for tile, weight in zip(
            splits.stand_in[first:last].tolist(), splits.stand_in_weight[first:last].tolist(), strict=True
        ):
            size = int(size_index[begin + tile])
            times[size] = times.get(size, 0) + weight
        sizes.extend(times)
        counts.extend(times.values())
        begins.append(len(sizes))
    return _array(begins), _array(sizes), _array(counts)


def _array(values: Sequence[int]) -> Int64Array:
    return np.array(values, dtype=np.int64)


def _whole_bits(count: Int64Array, bits_each: float) -> Int64Array:
    """``count`` elements of ``bits_each`` on average, rounded up to a whole bit; exact where that is whole itself."""
    if bits_each == int(bits_each):
        return np.asarray(count * int(bits_each))
    return np.asarray(np.ceil(count * bits_each - 1e-6), dtype=np.int64)


def _full(values: NDArray[Number], shape: tuple[int, ...]) -> NDArray[Number]:
    return np.array(np.broadcast_to(values, shape), order="C")  # a copy: numba compiles read-only arrays anew


def _ceil(numerator: Int64Array | int, denominator: Int64Array | int) -> Int64Array:
    return np.asarray(-(-numerator // denominator), dtype=np.int64)
