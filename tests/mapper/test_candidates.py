"""Which tile sizes are tried."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.candidates import candidate_tiles
from simulator.machine import Machine
from simulator.position_tiles import PositionTile
from tests.simulator.drawn import accelerators, make_accelerator, nests
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest


def product(m, n, k, **changes) -> MatrixNest:
    fields = {
        "groups": 1,
        "batch": m,
        "axes": (),
        "num_filters": n,
        "num_channels": k,
        "input_bits": 8,
        "weight_bits": 8,
        "output_bits": 8,
        "resident_bits": 0,
        "num_output_elements": m * n,
    }
    return MatrixNest(**fields | changes)


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


def test_doublings_of_what_fills_the_array_and_what_is_smaller():
    machine = Machine(accelerator=make_accelerator(rows=4, cols=8))

    found = candidate_tiles(product(20, 20, 5), machine)

    assert [tile.num_positions for tile in found.position_tiles] == [1, 2, 4, 8, 16, 20]
    assert found.filter_tiles == (1, 2, 4, 8, 16, 20)
    assert found.channel_tiles == (1, 2, 4, 5)
    assert found.group_tiles == (1,)


def test_whole_rows_and_blocks_of_a_convolution():
    axis = SpatialAxis(num_positions=10, input_size=10, kernel=3, pad_begin=1)
    nest = product(2, 1, 1, axes=(axis, axis), k_per_channel=9, num_output_elements=200)

    found = candidate_tiles(nest, Machine(accelerator=make_accelerator())).position_tiles

    rows = {10, 20, 40, 80, 100, 200}
    assert rows <= {tile.num_positions for tile in found if tile.block is None}
    assert [tile.block for tile in found if tile.block] == [(4, 4), (8, 8)]


def test_windows_that_do_not_overlap_need_no_blocks():
    axis = SpatialAxis(num_positions=10, input_size=20, kernel=2, stride=2)
    nest = product(1, 1, 1, axes=(axis, axis), k_per_channel=4, num_output_elements=100)

    found = candidate_tiles(nest, Machine(accelerator=make_accelerator())).position_tiles

    assert not [tile for tile in found if tile.block]


def test_recurrent_steps_are_tiles():
    nest = product(3, 4, 4, axes=(SpatialAxis(num_positions=7, input_size=7),), sequential=True)

    found = candidate_tiles(nest, Machine(accelerator=make_accelerator()))

    assert found.position_tiles == (PositionTile(num_positions=3),)


def test_long_streams_are_cut_into_a_bounded_number_of_tiles():
    found = candidate_tiles(stream(2**31), Machine(accelerator=make_accelerator(lanes=8)))

    assert min(tile.num_positions for tile in found.position_tiles) == 2**13  # 2**18 tiles
    assert max(tile.num_positions for tile in found.position_tiles) == 2**31


@settings(max_examples=100, deadline=None)
@given(nest=nests(), accelerator=accelerators())
def test_sizes_are_distinct_within_the_loops_and_hold_the_whole_and_the_least(nest, accelerator):
    machine = Machine(accelerator=accelerator)
    found = candidate_tiles(nest, machine)

    loops = [(nest.groups, found.group_tiles)]
    if isinstance(nest, MatrixNest):
        loops += [(nest.num_filters, found.filter_tiles), (nest.num_channels, found.channel_tiles)]
    for total, sizes in loops:
        assert len(set(sizes)) == len(sizes)
        assert min(sizes) == 1
        assert max(sizes) == total
    assert len(set(found.position_tiles)) == len(found.position_tiles)
    total = nest.m if isinstance(nest, MatrixNest) else nest.num_positions
    sequential = isinstance(nest, MatrixNest) and nest.sequential
    runs = [tile.num_positions for tile in found.position_tiles if tile.block is None]
    assert (min(runs), max(runs)) == ((nest.batch, nest.batch) if sequential else (1, total))
