"""The tilings of one operator: the best one for an objective, or all that are worth choosing from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mapper.candidates import candidate_tiles
from mapper.objective import Objective, kernel_objective
from simulator.arrays.protocol import Int64Array
from simulator.kernels import tile_loops
from simulator.machine import Machine
from simulator.plan import LOOP_ORDERS, Tiling
from simulator.streaming import EVERYTHING, Streaming
from simulator.tile_cost import Nest, compulsory_bits, tiling_record
from simulator.tile_space import HOLD_BITS, Candidates, build_tile_space
from workloads.loop_nest import MatrixNest


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """A tiling with what it takes and costs: an entry of an operator's Pareto set."""

    tiling: Tiling
    scratchpad_bits: int
    off_chip_bits: int
    total_cycles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """No tiling fits: the smallest exceeds the scratchpad by ``missing_bits``."""

    missing_bits: int


def best_tiling(
    nests: tuple[Nest, ...], machine: Machine, objective: Objective, *, fixed_pj: tuple[float, ...] = ()
) -> Tiling | Shortage:
    """Return the tiling with the least ``objective`` over the alternative ``nests`` of one operator.

    ``fixed_pj`` is the energy of each nest that no tiling changes, 0 unless given; it matters to energy times cycles.
    """
    best = None
    scores = (math.inf, math.inf)
    missing = []
    for alternative, nest in enumerate(nests):
        if best and scores[0] < least_score(nest, machine, objective):
            continue
        candidates = candidate_tiles(nest, machine)
        space = build_tile_space(nest, candidates, machine)
        wanted = kernel_objective(objective, nest, machine, fixed_pj[alternative] if fixed_pj else 0.0)
        record, scores, shortage = tile_loops.best_tiling(space, machine.bounds, wanted, scores)
        if record.size:
            best = tiling_of(record, candidates, alternative)
        missing.append(int(shortage))
    return best or Shortage(missing_bits=min(missing))


def least_score(nest: Nest, machine: Machine, objective: Objective) -> float:
    """Return what no tiling of ``nest`` can score below, 0 where that is not known at a glance."""
    traffic = compulsory_bits(nest)
    if objective is Objective.TRAFFIC:
        return float(traffic)
    if objective is not Objective.LATENCY:
        return 0.0
    cycles = traffic / machine.bounds.bits_per_cycle
    if isinstance(nest, MatrixNest):
        cycles = max(cycles, least_array_cycles(nest, machine))
    return cycles


def least_array_cycles(nest: MatrixNest, machine: Machine) -> float:
    """Return what the array takes at least: of one that skips zeros, cutting a product may even shorten it a little."""
    array = machine.array_for(nest)
    if array is not machine.array:
        return nest.num_macs * array.performed_fraction / array.peak_macs_per_cycle
    return float(whole_array_cycles((nest,), machine)[0])


def whole_array_cycles(nests: Sequence[MatrixNest], machine: Machine) -> Int64Array:
    """Return what the dense array takes of each of ``nests``, not cut into tiles; shape (nests,)."""
    m, n, k, groups = (np.array([getattr(nest, size) for nest in nests]) for size in ("m", "n", "k", "groups"))
    whole = machine.array.tile_cycles(m, n, k)
    return np.asarray(groups * (whole.fill + whole.stream))


def pareto_tilings(nests: tuple[Nest, ...], machine: Machine) -> tuple[Implementation, ...]:
    """Return the tilings that fit and that no other beats in scratchpad bits, off-chip bits and cycles together."""
    found: list[Implementation] = []
    for alternative, nest in enumerate(nests):
        candidates = candidate_tiles(nest, machine)
        records, _ = tile_loops.pareto_tilings(build_tile_space(nest, candidates, machine), machine.bounds)
        found.extend(
            Implementation(
                tiling=tiling_of(record, candidates, alternative),
                scratchpad_bits=int(record[tile_loops.FOOTPRINT_BITS]),
                off_chip_bits=int(tile_loops.traffic_bits(record)),
                total_cycles=int(record[tile_loops.TOTAL_CYCLES]),
            )
            for record in records
        )
    return tuple(one for one in found if not any(_beats(other, one) for other in found))


def _beats(one: Implementation, other: Implementation) -> bool:
    first = (one.scratchpad_bits, one.off_chip_bits, one.total_cycles)
    second = (other.scratchpad_bits, other.off_chip_bits, other.total_cycles)
    return first != second and all(a <= b for a, b in zip(first, second, strict=True))


def tiling_of(
    record: Int64Array, candidates: Candidates, alternative: int, streaming: Streaming = EVERYTHING
) -> Tiling:
    """Return the tiling of a kernel's ``record`` over ``candidates``."""
    held = (operand for column, operand in enumerate(HOLD_BITS, tile_loops.HOLD_INPUT) if record[column])
    return Tiling(
        position_tile=candidates.position_tiles[record[tile_loops.POSITION_TILE]],
        filter_tile=candidates.filter_tiles[record[tile_loops.FILTER_TILE]],
        channel_tile=candidates.channel_tiles[record[tile_loops.CHANNEL_TILE]],
        group_tile=candidates.group_tiles[record[tile_loops.GROUP_TILE]],
        loop_order=LOOP_ORDERS[record[tile_loops.ORDER]],
        held=frozenset(held),
        alternative=alternative,
        streaming=streaming,
    )


def record_of(tiling: Tiling, candidates: Candidates) -> Int64Array:
    """Return the kernels' record of ``tiling``, whose sizes are among ``candidates``: the inverse of ``tiling_of``."""
    record = tiling_record(tiling)
    record[tile_loops.POSITION_TILE] = candidates.position_tiles.index(tiling.position_tile)
    record[tile_loops.FILTER_TILE] = candidates.filter_tiles.index(tiling.filter_tile)
    record[tile_loops.CHANNEL_TILE] = candidates.channel_tiles.index(tiling.channel_tile)
    record[tile_loops.GROUP_TILE] = candidates.group_tiles.index(tiling.group_tile)
    return record
