"""What one tiling of one nest costs, in bits, cycles and pJ: the exact figures behind an operator's cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulator.arrays.protocol import Int64Array
from simulator.kernels import tile_loops
from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.position_tiles import touched_elements
from simulator.result import Limit, OperandTraffic
from simulator.tile_space import HOLD_BITS, PortBits, order_number, space_of
from simulator.tile_sums import busiest_resource, port_totals, stream_sums
from workloads.loop_nest import MatrixNest, VectorNest

Nest = MatrixNest | VectorNest


@dataclass(frozen=True, slots=True, kw_only=True)
class TileCost:
    """Cost of a nest under a tiling, energy of arithmetic excluded.

    ``port_energies_pj`` is the scratchpad energy of feeding the array or vector unit, by operand.
    """

    footprint_bits: int
    missing_bits: int
    """By how much it exceeds the scratchpad; 0 when it fits."""
    off_chip_bits: OperandTraffic
    resident_bits: int
    """Of the weights read: what is loaded once and kept."""
    port_bits: OperandTraffic
    port_energies_pj: tuple[float, float, float]
    compute_cycles: int
    streaming_cycles: int
    """Compute cycles without filling and draining the array, or waiting for ports."""
    total_cycles: int
    limited_by: Limit


def tile_cost(nest: Nest, tiling: Tiling, machine: Machine) -> TileCost:
    """Return what ``nest`` costs on ``machine`` under ``tiling``, whether or not it fits."""
    space = space_of(nest, tiling, machine)
    record = tiling_record(tiling)
    tile_loops.fill_traffic(space, tile_loops.position_sums(space), record)
    tile_loops.fill_cycles(space, machine.bounds, record)
    trips = tile_loops.loop_trips(space, record)
    chained = bool(tile_loops.is_chained(space, record, trips))
    ports = port_totals(nest, tiling, machine, tuple(trips[:3].tolist()), chained=chained)
    costs = machine.costs_for(nest) if isinstance(nest, MatrixNest) else machine.costs
    inputs, weights, outputs = ports.energies_pj(costs)
    return TileCost(
        footprint_bits=int(record[tile_loops.FOOTPRINT_BITS]),
        missing_bits=int(tile_loops.missing_bits(machine.bounds, record)),
        off_chip_bits=OperandTraffic(
            input_read=int(record[tile_loops.INPUT_BITS]),
            weight_read=int(record[tile_loops.WEIGHT_BITS]),
            output_read=int(record[tile_loops.OUTPUT_READ_BITS]),
            output_write=int(record[tile_loops.OUTPUT_WRITE_BITS]),
        ),
        resident_bits=space.resident_bits,
        port_bits=_traffic(ports),
        port_energies_pj=(float(inputs), float(weights), float(outputs)),
        compute_cycles=int(record[tile_loops.COMPUTE_CYCLES]),
        streaming_cycles=stream_sums(nest, tiling, machine).stream,
        total_cycles=int(record[tile_loops.TOTAL_CYCLES]),
        limited_by=_limit(nest, record, tiling, machine),
    )


def tiling_record(tiling: Tiling) -> Int64Array:
    """Return the kernels' record of ``tiling`` in a space where it is the only choice of sizes."""
    record = np.zeros(tile_loops.NUM_FIELDS, dtype=np.int64)
    record[tile_loops.ORDER] = order_number(tiling)
    for column, operand in enumerate(HOLD_BITS, start=tile_loops.HOLD_INPUT):
        record[column] = operand in tiling.held
    return record


def compulsory_bits(nest: Nest) -> int:
    """Return the least off-chip bits of ``nest``: every needed input, weight and result moved once."""
    if isinstance(nest, VectorNest):
        inputs, outputs = nest.input_bits, nest.output_bits
        if nest.axes:
            inputs *= touched_elements(nest) * nest.groups
            outputs *= nest.groups * nest.num_positions
        compressed = whole_bits(inputs, nest.input_off_chip_fraction)
        return compressed + whole_bits(outputs, nest.output_off_chip_fraction) + nest.resident_bits
    inputs = touched_elements(nest) * nest.groups * nest.num_channels
    weights = nest.groups * nest.n * nest.k
    return (
        whole_bits(inputs, nest.stored_input.off_chip_bits)
        + whole_bits(weights, nest.stored_weight.off_chip_bits)
        + whole_bits(nest.num_output_elements, nest.stored_output.off_chip_bits)
        + nest.resident_bits
    )


def whole_bits(count: int, bits_each: float) -> int:
    """Return ``count`` elements of ``bits_each`` on average, rounded up to a whole bit; exact where that is whole."""
    if bits_each == int(bits_each):
        return count * int(bits_each)
    return math.ceil(count * bits_each - 1e-6)


def _traffic(bits: PortBits) -> OperandTraffic:
    return OperandTraffic(
        input_read=int(bits.input_read),
        weight_read=int(bits.weight_read),
        output_read=int(bits.output_read),
        output_write=int(bits.output_write),
    )


def _limit(nest: Nest, record: Int64Array, tiling: Tiling, machine: Machine) -> Limit:
    """What the operator waits for most: the busier of compute and DMA, and what makes that one slow."""
    if record[tile_loops.DMA_CYCLES] > record[tile_loops.COMPUTE_CYCLES]:
        transfer_cycles = int(tile_loops.traffic_bits(record)) / machine.bounds.bits_per_cycle
        return Limit.DMA_LATENCY if record[tile_loops.DMA_CYCLES] > 2 * transfer_cycles else Limit.OFF_CHIP
    return busiest_resource(nest, tiling, machine)
