"""Every tiling that the mapper may choose from, each costed in full: what branch and bound must not lose."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from mapper.candidates import candidate_tiles
from simulator.arrays.protocol import Int64Array
from simulator.kernels import tile_loops
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.moving_energy import moving_energies
from simulator.plan import LOOP_ORDERS, Operand, Tiling
from simulator.result import Limit, OperandTraffic
from simulator.tile_cost import TileCost
from simulator.tile_space import build_tile_space
from workloads.loop_nest import MatrixNest, VectorNest

INDEPENDENT = {Operand.INPUT: "n", Operand.WEIGHT: "m", Operand.OUTPUT: "k"}


@dataclass(frozen=True)
class Costed:
    """A tiling with its exact figures; ``moved_pj`` is what it spends on moving data and on leakage."""

    tiling: Tiling
    footprint_bits: int
    operand_footprint_bits: tuple[int, int, int]
    traffic_bits: int
    total_cycles: int
    moved_pj: float

    def score(self, objective: str) -> tuple[float, float]:
        """What is minimised, and what decides between equal ones."""
        first = {
            "traffic": self.traffic_bits,
            "latency": self.total_cycles,
            "energy": self.moved_pj,
            "edp": self.moved_pj * self.total_cycles,
        }[objective]
        return first, self.total_cycles if objective == "traffic" else self.traffic_bits


def all_tilings(nests: tuple[MatrixNest | VectorNest, ...], machine: Machine) -> list[Costed]:
    """All sizes, orders and ways to hold, for each alternative, whether they fit or not.

    Left out: holding across a loop that runs once, and recurrent steps inside another loop.
    """
    return [
        replace(costed, tiling=replace(costed.tiling, alternative=alternative))
        for alternative, nest in enumerate(nests)
        for costed in _tilings_of(nest, machine)
    ]


def _tilings_of(nest: MatrixNest | VectorNest, machine: Machine) -> list[Costed]:
    candidates = candidate_tiles(nest, machine)
    space = build_tile_space(nest, candidates, machine)
    sums = tile_loops.position_sums(space)
    sizes = (
        candidates.group_tiles,
        candidates.position_tiles,
        candidates.filter_tiles,
        candidates.channel_tiles,
    )
    result = []
    for indices in itertools.product(*(range(len(size)) for size in sizes)):
        record = np.zeros(tile_loops.NUM_FIELDS, dtype=np.int64)
        record[:4] = indices
        trips = tile_loops.loop_trips(space, record)
        runs = dict(zip("mnk", trips.tolist(), strict=False))
        holdable = [operand for operand in Operand if runs[INDEPENDENT[operand]] > 1]
        for order in LOOP_ORDERS:
            if getattr(nest, "sequential", False) and runs["m"] > 1 and order[0] != "m":
                continue
            for count in range(len(holdable) + 1):
                for held in itertools.combinations(holdable, count):
                    tiling = Tiling(
                        group_tile=candidates.group_tiles[indices[0]],
                        position_tile=candidates.position_tiles[indices[1]],
                        filter_tile=candidates.filter_tiles[indices[2]],
                        channel_tile=candidates.channel_tiles[indices[3]],
                        loop_order=order,
                        held=frozenset(held),
                    )
                    result.append(_costed(nest, space, sums, record.copy(), trips, tiling, machine))
    return result


def moved_pj(nest: MatrixNest | VectorNest, cost: TileCost, machine: Machine) -> float:
    """What moving operands and leakage take, as the simulator adds it up operand by operand."""
    moved = sum(energy.total_pj for energy in moving_energies(nest, cost, machine))
    return moved + machine.costs.leakage_pj_per_cycle * cost.total_cycles


def _costed(
    nest: MatrixNest | VectorNest,
    space: TileSpace,
    sums: Int64Array,
    record: Int64Array,
    trips: Int64Array,
    tiling: Tiling,
    machine: Machine,
) -> Costed:
    record[tile_loops.ORDER] = LOOP_ORDERS.index(tiling.loop_order)
    for column, operand in enumerate(Operand, tile_loops.HOLD_INPUT):
        record[column] = operand in tiling.held
    tile_loops.fill_traffic(space, sums, record)
    tile_loops.fill_cycles(space, machine.bounds, record)
    totals = np.zeros(2)
    tile_loops.tile_totals(space, record, trips, bool(tile_loops.is_chained(space, record, trips)), totals)
    inputs, outputs = int(record[tile_loops.INPUT_FOOTPRINT_BITS]), int(record[tile_loops.OUTPUT_FOOTPRINT_BITS])
    footprint = int(record[tile_loops.FOOTPRINT_BITS])
    return Costed(
        tiling=tiling,
        footprint_bits=footprint,
        operand_footprint_bits=(inputs, footprint - inputs - outputs, outputs),
        traffic_bits=int(tile_loops.traffic_bits(record)),
        total_cycles=int(record[tile_loops.TOTAL_CYCLES]),
        moved_pj=moved_pj(nest, _as_cost(nest, record, float(totals[1])), machine),
    )


def _as_cost(nest: MatrixNest | VectorNest, record: Int64Array, port_pj: float) -> TileCost:
    """The record's figures; only the sum of the ports' energy matters here."""
    traffic = OperandTraffic(
        input_read=int(record[tile_loops.INPUT_BITS]),
        weight_read=int(record[tile_loops.WEIGHT_BITS]),
        output_read=int(record[tile_loops.OUTPUT_READ_BITS]),
        output_write=int(record[tile_loops.OUTPUT_WRITE_BITS]),
    )
    return TileCost(
        footprint_bits=int(record[tile_loops.FOOTPRINT_BITS]),
        missing_bits=0,
        off_chip_bits=traffic,
        resident_bits=nest.resident_bits,
        port_bits=OperandTraffic(),
        port_energies_pj=(0.0, 0.0, port_pj),
        compute_cycles=int(record[tile_loops.COMPUTE_CYCLES]),
        streaming_cycles=0,
        total_cycles=int(record[tile_loops.TOTAL_CYCLES]),
        limited_by=Limit.NONE,
    )
