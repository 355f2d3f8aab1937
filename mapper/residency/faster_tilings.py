"""A plan of least traffic, with the fastest tilings that move no more and fit where its tile buffers lie."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from mapper.candidates import candidate_tiles
from mapper.objective import Objective, kernel_objective
from mapper.tiling import record_of, tiling_of
from simulator.kernels import tile_loops
from simulator.machine import Machine
from simulator.plan import Plan, Tiling
from simulator.tile_cost import Nest
from simulator.tile_space import build_tile_space, with_streaming
from workloads.network import Network

_SMALLER_ROOMS = (4, 2, 1)
"""Times the planned buffer: tried where more room would move less than is planned."""


def with_faster_tilings(network: Network, plan: Plan, machine: Machine) -> Plan:
    """Return ``plan`` with tilings that move as many bits, and take fewer cycles in larger tile buffers.

    A planner of bits alone takes the smallest buffer for them, whose tiles may be tiny. Here each buffer grows into
    what is free above it while its operator runs.

    Parameters
    ----------
    network : Network
    plan : Plan
        With places.
    machine : Machine
        With one scratchpad.
    """
    known: dict[tuple[Hashable, ...], Tiling] = {}
    tilings = dict(plan.tilings)
    operators = {operator.name: operator for operator in network.operators}
    for step, name in enumerate(plan.schedule):
        if name not in plan.buffers:
            continue
        tiling = tilings[name]
        nest = machine.storage.nests_of(operators[name], network.tensors)[tiling.alternative]
        room = _room_bytes(plan, step, plan.buffers[name], machine.scratchpad_bytes)
        key = (nest, tiling, room)
        if key not in known:
            known[key] = _faster(nest, tiling, room, machine)
        tilings[name] = known[key]
    return replace(plan, tilings=tilings)


def _room_bytes(plan: Plan, step: int, offset: int, capacity: int) -> int:
    """Bytes from ``offset`` to the next whole tensor above it at ``step``, or to the scratchpad's end."""
    above = (
        stay.offset_bytes
        for stay in plan.stays
        if stay.first_step <= step <= stay.last_step and stay.offset_bytes >= offset
    )
    return min(above, default=capacity) - offset


def _faster(nest: Nest, tiling: Tiling, room_bytes: int, machine: Machine) -> Tiling:
    candidates = candidate_tiles(nest, machine)
    space = with_streaming(build_tile_space(nest, candidates, machine), tiling.streaming)
    wanted = kernel_objective(Objective.TRAFFIC, nest, machine, 0.0)
    planned = record_of(tiling, candidates)
    tile_loops.scores_of(space, machine.bounds, wanted, planned[np.newaxis])
    moved = float(tile_loops.traffic_bits(planned))
    at_most = (moved, float(planned[tile_loops.TOTAL_CYCLES]))
    buffer_bytes = math.ceil(planned[tile_loops.FOOTPRINT_BITS] / 8)
    for room in (room_bytes, *(times * buffer_bytes for times in _SMALLER_ROOMS)):
        bounds = machine.bounds._replace(total_bits=8 * min(room, room_bytes))
        record, (score, _), _ = tile_loops.best_tiling(space, bounds, wanted, at_most)
        if not record.size:
            return tiling  # nothing that fits is faster
        if score == moved:
            return tiling_of(record, candidates, tiling.alternative, tiling.streaming)
    return tiling
