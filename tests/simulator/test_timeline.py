"""Events of a tiling: by hand, and against the slow execution."""

from __future__ import annotations

import itertools

from hypothesis import given, settings

from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.position_tiles import PositionTile
from simulator.tile_cost import tile_cost
from simulator.timeline import MAX_TRACED_STEPS, trace_operator
from tests.simulator.drawn import accelerators, make_accelerator, tiled_nests
from tests.simulator.tile_oracle import run_slowly
from workloads.loop_nest import VectorNest


def stream(positions: int) -> VectorNest:
    return VectorNest(
        groups=1,
        axes=(),
        num_positions=positions,
        input_bits=8 * positions,
        output_bits=8 * positions,
        resident_bits=0,
        num_operations=positions,
    )


def test_three_tiles_by_hand():
    # tiles of 4 bytes in and out; 2 bytes a cycle, 10 cycles of latency; 4 operations on 4 lanes take a cycle
    machine = Machine(accelerator=make_accelerator(latency_cycles=10, bytes_per_1000_cycles=2000))
    events = trace_operator("add", stream(12), Tiling(position_tile=PositionTile(num_positions=4)), machine)

    assert [(event.name, event.resource, event.start_cycle, event.duration_cycles) for event in events] == [
        ("load 0", "dma", 0, 12),
        ("tile 0", "vector unit", 12, 1),
        ("load 1", "dma", 12, 12),
        ("tile 1", "vector unit", 24, 1),
        ("load 2, store 0", "dma", 24, 24),
        ("tile 2", "vector unit", 48, 1),
        ("store 1", "dma", 48, 12),
        ("store 2", "dma", 60, 12),
    ]
    assert {event.operator for event in events} == {"add"}


def test_many_tiles_are_two_events():
    machine = Machine(accelerator=make_accelerator())
    tiling = Tiling(position_tile=PositionTile(num_positions=1))
    events = trace_operator("add", stream(MAX_TRACED_STEPS + 1), tiling, machine)

    total = tile_cost(stream(MAX_TRACED_STEPS + 1), tiling, machine).total_cycles
    assert [(event.name, event.resource, event.start_cycle, event.duration_cycles) for event in events] == [
        ("65 tiles", "vector unit", 0, total),
        ("65 tiles", "dma", 0, total),
    ]


@settings(max_examples=150, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_events_fill_the_operators_time_and_no_resource_does_two_things_at_once(drawn, accelerator):
    nest, tiling = drawn
    expected = run_slowly(nest, tiling, accelerator)

    events = trace_operator("one", nest, tiling, Machine(accelerator=accelerator))

    assert max((event.start_cycle + event.duration_cycles for event in events), default=0) == expected.total_cycles
    if len(expected.steps) > MAX_TRACED_STEPS:
        return
    for resource in ("array", "vector unit", "dma"):
        mine = [event for event in events if event.resource == resource]
        for before, after in itertools.pairwise(mine):
            assert before.start_cycle + before.duration_cycles <= after.start_cycle
    computed = [event for event in events if event.resource != "dma"]
    assert sum(event.duration_cycles for event in computed) == expected.compute_cycles
