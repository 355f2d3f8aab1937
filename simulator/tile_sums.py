"""Sums over all tiles of a tiling: bits through the scratchpad's ports, cycles of the array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.arrays.protocol import Dimension, Int64Array, TileCycles
from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.position_tiles import split_positions
from simulator.result import Limit
from simulator.tile_space import (
    DIMENSION_NUMBER,
    PortBits,
    chained_saving_bits,
    decode_cycles,
    k_split_bits,
    matrix_port_bits,
    port_load,
    vector_port_bits,
    without_metadata,
)
from workloads.loop_nest import MatrixNest, VectorNest

Nest = MatrixNest | VectorNest

_SHARE_WORTH_NAMING = 0.1


def port_totals(nest: Nest, tiling: Tiling, machine: Machine, trips: tuple[int, ...], *, chained: bool) -> PortBits:
    """Return the bits that all tiles together move between scratchpad and array or vector unit.

    Parameters
    ----------
    trips : (int, int, int)
        Tiles along m, n and k.
    chained : bool
        Whether tiles along the streamed loop follow each other without refilling the array.
    """
    if isinstance(nest, VectorNest):
        return _vector_totals(nest, tiling)
    g, m, n, k, count = _tile_sizes(nest, tiling)
    bits = _scaled(matrix_port_bits(nest, machine, m, n, k), g * count)
    streamed = machine.array.streamed_dimension
    if chained:
        bits = _plus(bits, chained_saving_bits(nest, machine), -(trips[DIMENSION_NUMBER[streamed]] - 1))
    if not (chained and streamed is Dimension.K):
        bits = _plus(bits, k_split_bits(nest, machine), trips[2] - 1)
    return bits


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSums:
    """Cycles of all tiles together in which operands stream through the array, and which of these are lost."""

    stream: int
    padding: int = 0
    imbalance: int = 0


def stream_sums(nest: Nest, tiling: Tiling, machine: Machine) -> StreamSums:
    """Return the cycles in which operands stream through the array (or lanes work), all tiles together."""
    if isinstance(nest, VectorNest):
        return StreamSums(stream=-(-nest.num_operations // machine.num_lanes))
    g, m, n, k, count = _tile_sizes(nest, tiling)
    cycles = machine.array_for(nest).tile_cycles(m, n, k)
    times = g * count
    return StreamSums(
        stream=int((cycles.stream * times).sum()),
        padding=int((cycles.padding * times).sum()),
        imbalance=int((cycles.imbalance * times).sum()),
    )


def busiest_resource(nest: Nest, tiling: Tiling, machine: Machine) -> Limit:
    """Return what bounds the compute time of a full tile: the array, the vector unit or the scratchpad's ports.

    Where it is the array, waiting PEs or padding are named when they take a tenth or more of its cycles; where it is
    the ports, metadata is named when something else would bound the time without it.
    """
    positions = tiling.position_tile.num_positions
    if isinstance(nest, VectorNest):
        m, g = np.array(min(positions, nest.num_positions)), np.array(min(tiling.group_tile, nest.groups))
        per_position = -(-nest.num_operations // (nest.groups * nest.num_positions))
        vector_cycles = int(g * m) * per_position / machine.num_lanes
        port_cycles = _port_cycles(machine, vector_port_bits(nest, g, m))
        return Limit.VECTOR if vector_cycles >= port_cycles else Limit.SCRATCHPAD
    m = np.array(min(positions, nest.m))
    filters = min(tiling.filter_tile, nest.num_filters)
    n = np.array(filters * nest.n_per_filter)
    k = np.array(min(tiling.channel_tile, nest.num_channels) * nest.k_per_channel)
    cycles = machine.array_for(nest).tile_cycles(m, n, k)
    array_cycles = float(cycles.fill + cycles.stream)
    vector_cycles = int(m) * filters * nest.fused_operations_per_position / machine.num_lanes
    port_cycles = _port_cycles(machine, matrix_port_bits(nest, machine, m, n, k))
    port_cycles = max(port_cycles, float(decode_cycles(nest, machine, m, n, k)))
    longest = max(array_cycles, vector_cycles, port_cycles)
    if longest == array_cycles:
        return _array_limit(cycles, array_cycles)
    if longest == vector_cycles:
        return Limit.VECTOR
    bare_cycles = _port_cycles(machine, matrix_port_bits(without_metadata(nest), machine, m, n, k))
    return Limit.METADATA if bare_cycles <= max(array_cycles, vector_cycles) else Limit.SCRATCHPAD


def _array_limit(cycles: TileCycles, array_cycles: float) -> Limit:
    lost = {Limit.IMBALANCE: int(cycles.imbalance), Limit.PADDING: int(cycles.padding)}
    worst = max(lost, key=lambda limit: lost[limit])
    return worst if lost[worst] >= _SHARE_WORTH_NAMING * array_cycles > 0 else Limit.COMPUTE


def _port_cycles(machine: Machine, bits: PortBits) -> float:
    operand_cycles, output_bits = port_load(machine, bits)
    return max(int(operand_cycles), int(output_bits) / (8 * machine.memories[2].bandwidth_bytes_per_cycle))


def _vector_totals(nest: VectorNest, tiling: Tiling) -> PortBits:
    """A copy without operations passes through the scratchpad by DMA alone."""
    groups, group_count = _distinct(nest.groups, tiling.group_tile)
    positions, position_count = _positions(nest, tiling)
    g, m = np.ix_(groups, positions)
    count = np.multiply.outer(group_count, position_count)
    return _scaled(vector_port_bits(nest, g, m), count if nest.num_operations else count * 0)


def _tile_sizes(nest: MatrixNest, tiling: Tiling) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array, Int64Array]:
    """Distinct sizes along g, m, n and k, ready to broadcast, and how often they occur together."""
    groups, group_count = _distinct(nest.groups, tiling.group_tile)
    positions, position_count = _positions(nest, tiling)
    filters, filter_count = _distinct(nest.num_filters, tiling.filter_tile)
    channels, channel_count = _distinct(nest.num_channels, tiling.channel_tile)
    g, m, n, k = np.ix_(groups, positions, filters * nest.n_per_filter, channels * nest.k_per_channel)
    counts = np.ix_(group_count, position_count, filter_count, channel_count)
    return g, m, n, k, counts[0] * counts[1] * counts[2] * counts[3]


def _positions(nest: Nest, tiling: Tiling) -> tuple[Int64Array, Int64Array]:
    return np.unique(split_positions(nest, [tiling.position_tile]).positions, return_counts=True)


def _distinct(total: int, tile: int) -> tuple[Int64Array, Int64Array]:
    """Sizes of the full tile and of the last one, and how often each occurs."""
    tile = min(tile, total)
    trips = -(-total // tile)
    return np.array([tile, total - (trips - 1) * tile]), np.array([trips - 1, 1])


def _scaled(bits: PortBits, count: Int64Array) -> PortBits:
    return PortBits(
        input_read=np.asarray((bits.input_read * count).sum()),
        weight_read=np.asarray((bits.weight_read * count).sum()),
        output_read=np.asarray((bits.output_read * count).sum()),
        output_write=np.asarray((bits.output_write * count).sum()),
    )


def _plus(bits: PortBits, other: PortBits, times: int) -> PortBits:
    return PortBits(
        input_read=np.asarray(bits.input_read + times * other.input_read),
        weight_read=np.asarray(bits.weight_read + times * other.weight_read),
        output_read=np.asarray(bits.output_read + times * other.output_read),
        output_write=np.asarray(bits.output_write + times * other.output_write),
    )
