"""Fronts of footprint and traffic against all tilings one by one, for every set of whole operands."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.candidates import candidate_tiles
from simulator.kernels import tile_loops
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.position_tiles import PositionTile
from simulator.streaming import Streaming
from simulator.tile_space import Candidates, build_tile_space, with_streaming
from tests.simulator.drawn import accelerators, make_accelerator, matrix_nests, nests, streamings
from workloads.loop_nest import MatrixNest

CASES = np.array(list(itertools.product((False, True), repeat=3)))
"""All streamed first; residents stream in each of them."""
SHARED = accelerators(is_split=False)


@dataclass(frozen=True)
class Point:
    """A tiling's place in the front."""

    footprint_bits: int
    traffic_bits: int

    def beats(self, other: Point) -> bool:
        as_good = self.footprint_bits <= other.footprint_bits and self.traffic_bits <= other.traffic_bits
        return as_good and self != other


def streaming_of_case(case) -> Streaming:
    """Whole operands stream no part of themselves."""
    inputs, weights, outputs = (0.0 if whole else 1.0 for whole in case)
    return Streaming(input_fraction=inputs, weight_fraction=weights, output_fraction=outputs)


def small_candidates(nest, machine):
    """At most three sizes a loop: the slow loop tries everything."""
    found = candidate_tiles(nest, machine)

    def few(sizes: tuple) -> tuple:
        return tuple(dict.fromkeys((sizes[0], sizes[len(sizes) // 2], sizes[-1])))

    return Candidates(
        position_tiles=few(found.position_tiles),
        filter_tiles=few(found.filter_tiles),
        channel_tiles=few(found.channel_tiles),
        group_tiles=few(found.group_tiles),
    )


def all_points(space: TileSpace) -> dict[tuple[int, ...], Point]:
    """Footprint and traffic of every tiling, by sizes, order and what is held."""
    sums = tile_loops.position_sums(space)
    counts = (
        space.group_tiles.size,
        space.tile_begin.size - 1,
        space.filter_tiles.size,
        space.channel_tiles.size,
        6,
        2,
        2,
        2,
    )
    points = {}
    for numbers in itertools.product(*map(range, counts)):
        record = np.zeros(tile_loops.NUM_FIELDS, dtype=np.int64)
        record[:8] = numbers
        trips = tile_loops.loop_trips(space, record)
        if space.sequential and trips[0] > 1 and tile_loops.ORDERS[numbers[4]][0] != 0:
            continue  # steps that depend on each other run outermost
        if any(held and trips[loop] == 1 for held, loop in zip(numbers[5:], (1, 0, 2), strict=True)):
            continue  # nothing is held across a loop that runs once
        tile_loops.fill_traffic(space, sums, record)
        points[numbers] = Point(int(record[tile_loops.FOOTPRINT_BITS]), int(tile_loops.traffic_bits(record)))
    return points


def front_of(points, capacity_bits: int) -> list[Point]:
    """Points that fit and that no other beats, by rising footprint."""
    fitting = {point for point in points if point.footprint_bits <= capacity_bits}
    front = {point for point in fitting if not any(other.beats(point) for other in fitting)}
    return sorted(front, key=lambda point: point.footprint_bits)


def points_of(records, size) -> list[Point]:
    rows = records[:size]
    return [Point(int(row[tile_loops.FOOTPRINT_BITS]), int(row[tile_loops.TRAFFIC_BITS])) for row in rows]


@settings(max_examples=20, deadline=None)
@given(nest=matrix_nests(), accelerator=SHARED, share=st.sampled_from([0.0, 0.3, 1.0]))
def test_products_with_every_set_of_whole_operands(nest, accelerator, share):
    machine = Machine(accelerator=accelerator)
    candidates = small_candidates(nest, machine)
    space = build_tile_space(nest, candidates, machine)
    everywhere = all_points(space)
    sizes_bits = sorted(point.footprint_bits for point in everywhere.values())
    capacity = sizes_bits[int(share * (len(sizes_bits) - 1))]  # the smallest only, some, or all
    bounds = machine.bounds._replace(total_bits=capacity)

    records, sizes, shortage = tile_loops.traffic_fronts(space, bounds, CASES)

    assert shortage == 0
    for case, rows, size in zip(CASES, records, sizes, strict=True):
        points = all_points(with_streaming(space, streaming_of_case(case)))
        assert points_of(rows, size) == front_of(points.values(), capacity), case
        for row in rows[:size]:  # the tiling of a row is what its columns say
            assert points[tuple(row[:8].tolist())] == points_of([row], 1)[0]


@settings(max_examples=60, deadline=None)
@given(nest=nests(), accelerator=SHARED, streaming=streamings())
def test_parts_of_operands(nest, accelerator, streaming):
    """A space that leaves parts out already, as operators with several inputs have it."""
    machine = Machine(accelerator=accelerator)
    space = with_streaming(build_tile_space(nest, small_candidates(nest, machine), machine), streaming)

    records, sizes, shortage = tile_loops.traffic_fronts(space, machine.bounds, CASES[:1])

    points = all_points(space)
    assert points_of(records[0], sizes[0]) == front_of(points.values(), machine.bounds.total_bits)
    assert shortage == 0


@settings(max_examples=40, deadline=None)
@given(nest=nests(), accelerator=SHARED)
def test_shortage_is_that_of_the_first_case(nest, accelerator):
    machine = Machine(accelerator=accelerator)
    space = build_tile_space(nest, small_candidates(nest, machine), machine)
    least = min(point.footprint_bits for point in all_points(space).values())
    bounds = machine.bounds._replace(total_bits=least - 1)

    records, sizes, shortage = tile_loops.traffic_fronts(space, bounds, CASES)

    assert (sizes[0], shortage) == (0, 1)
    assert records.shape[2] == tile_loops.NUM_FIELDS
    assert tile_loops.traffic_fronts(space, bounds._replace(total_bits=least), CASES)[1][0] == 1


def test_front_longer_than_the_room_made_for_it():
    # Filters in tiles of any size: rows are read again for each, 2 * 64 - 1 different numbers of times. 64 rows of the
    # front have room at first.
    nest = MatrixNest(
        groups=1,
        batch=4096,
        axes=(),
        num_filters=4096,
        num_channels=4,
        input_bits=8,
        weight_bits=8,
        output_bits=8,
        resident_bits=0,
        num_output_elements=4096**2,
    )
    machine = Machine(accelerator=make_accelerator())
    many = Candidates(
        position_tiles=(PositionTile(num_positions=1),), filter_tiles=tuple(range(1, 4097)), channel_tiles=(4,)
    )
    space = build_tile_space(nest, many, machine)

    records, sizes, _ = tile_loops.traffic_fronts(space, machine.bounds._replace(total_bits=2**40), CASES)

    assert sizes.max() > 64
    for rows, size in zip(records, sizes, strict=True):
        points = points_of(rows, size)
        assert points == front_of(points, 2**40)


@settings(max_examples=10, deadline=None)
@given(nest=nests(), accelerator=SHARED)
def test_runs_uncompiled(nest, accelerator):
    machine = Machine(accelerator=accelerator)
    space = build_tile_space(nest, small_candidates(nest, machine), machine)
    records, sizes, shortage = tile_loops.traffic_fronts(space, machine.bounds, CASES)

    with pytest.MonkeyPatch.context() as patch:
        for name, kernel in list(vars(tile_loops).items()):
            if hasattr(kernel, "py_func"):
                patch.setattr(tile_loops, name, kernel.py_func)
        plain, plain_sizes, plain_shortage = tile_loops.traffic_fronts(space, machine.bounds, CASES)

    np.testing.assert_array_equal(plain_sizes, sizes)
    assert plain_shortage == shortage
    for one, other, size in zip(plain, records, sizes, strict=True):
        np.testing.assert_array_equal(points_of(one, size), points_of(other, size))
