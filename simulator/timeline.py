"""Events of an operator on the timeline, step by step where the steps are few."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.kernels import tile_loops
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.result import TraceEvent
from simulator.tile_cost import Nest, tiling_record
from simulator.tile_space import space_of
from workloads.loop_nest import MatrixNest

MAX_TRACED_STEPS = 64
"""Operators of more steps get two events: their compute and their transfers as a whole."""


def trace_operator(name: str, nest: Nest, tiling: Tiling, machine: Machine) -> tuple[TraceEvent, ...]:
    """Return the events of one operator from cycle 0: loads, computation and stores of each step, or of all at once."""
    space = space_of(nest, tiling, machine)
    record = tiling_record(tiling)
    trips = tile_loops.loop_trips(space, record)
    resource = "array" if isinstance(nest, MatrixNest) else "vector unit"
    if int(np.prod(trips)) <= MAX_TRACED_STEPS:
        return tuple(_step_events(name, resource, space, machine, record))
    tile_loops.fill_cycles(space, machine.bounds, record)
    total = int(record[tile_loops.TOTAL_CYCLES])
    return tuple(
        TraceEvent(
            name=f"{int(np.prod(trips))} tiles",
            operator=name,
            resource=used,
            start_cycle=0,
            duration_cycles=total,
        )
        for used in (resource, "dma")
    )


def _step_events(
    name: str,
    resource: str,
    space: TileSpace,
    machine: Machine,
    record: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> Iterator[TraceEvent]:
    def event(label: str, used: str, start: int, duration: int) -> TraceEvent:
        return TraceEvent(name=label, operator=name, resource=used, start_cycle=start, duration_cycles=duration)

    steps = tile_loops.all_steps(space, machine.bounds, record).tolist()
    now = 0
    for step, (compute, busy) in enumerate(steps, start=-1):
        if compute:
            yield event(f"tile {step}", resource, now, compute)
        if busy:
            yield event(_transfer_label(step, len(steps) - 2), "dma", now, busy)
        now += max(compute, busy)


def _transfer_label(step: int, num_steps: int) -> str:
    """What moves while ``step`` computes; step -1 is before the first, ``num_steps`` after the last."""
    parts = [f"load {step + 1}"] if step + 1 < num_steps else []
    return ", ".join([*parts, f"store {step - 1}"] if step > 0 else parts)
