"""Position tiles against sets of input coordinates."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.position_tiles import PositionTile, split_positions, touched_elements
from tests.simulator.drawn import convolutions, poolings, position_tiles, recurrences
from tests.simulator.position_oracle import axes_of, num_positions, shares, tile_sets
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest

WINDOWED = st.one_of(convolutions(), poolings(), recurrences())


@st.composite
def cut_nests(draw):
    nest = draw(WINDOWED)
    return nest, draw(position_tiles(nest))


@settings(max_examples=400, deadline=None)
@given(cut_nests())
def test_equals_sets_of_coordinates(drawn):
    nest, tile = drawn
    sets = tile_sets(nest, tile)

    splits = split_positions(nest, [tile])

    assert splits.positions.tolist() == [len(one.positions) for one in sets]
    assert splits.inputs.tolist() == [len(one.fetched) for one in sets]
    assert splits.fresh.tolist() == [len(one.fresh) for one in sets]
    assert touched_elements(nest) == len(set().union(*(one.spanned for one in sets)))


@settings(max_examples=400, deadline=None)
@given(cut_nests())
def test_never_less_than_what_the_windows_touch(drawn):
    """Whole rows and the gaps of dilated windows are fetched besides; nothing else."""
    nest, tile = drawn
    sets = tile_sets(nest, tile)
    dense = all(axis.dilation == 1 or axis.kernel == 1 for axis in axes_of(nest))
    aligned = (
        tile.block is not None
        or tile.num_positions % max(1, num_positions(nest) // axes_of(nest)[0].num_positions) == 0
    )

    for one in sets:
        assert one.true <= one.spanned <= one.fetched
        if dense:
            assert one.true == one.spanned
        if aligned:
            assert one.spanned == one.fetched


@settings(max_examples=200, deadline=None)
@given(cut_nests())
def test_fresh_inputs_sum_to_the_whole_and_never_exceed_what_is_fetched(drawn):
    nest, tile = drawn

    splits = split_positions(nest, [tile])

    assert splits.fresh.sum() == touched_elements(nest)
    assert (splits.fresh >= 0).all()
    assert (splits.fresh <= splits.inputs).all()


@settings(max_examples=200, deadline=None)
@given(cut_nests(), st.data())
def test_stand_ins_weigh_as_much_as_all_tiles_and_are_like_those_they_stand_for(drawn, data):
    nest, tile = drawn
    other = data.draw(position_tiles(nest))
    splits = split_positions(nest, [tile, other])

    for candidate in range(2):
        begin, end = splits.begin[candidate : candidate + 2]
        first, last = splits.stand_in_begin[candidate : candidate + 2]
        stand_in, weight = splits.stand_in[first:last], splits.stand_in_weight[first:last]
        columns = (splits.positions, splits.inputs, splits.fresh, splits.outputs)
        rows = [tuple(int(column[index]) for column in columns) for index in range(begin, end)]
        triples = [tuple(rows[max(0, index - 1) : index + 2]) for index in range(len(rows))]
        expected: dict[object, int] = {}
        for index, triple in enumerate(triples):
            key = (triple, index) if index in (0, len(rows) - 1) else triple
            expected[key] = expected.get(key, 0) + 1
        found = {
            ((triples[tile], int(tile)) if tile in (0, len(rows) - 1) else triples[tile]): int(count)
            for tile, count in zip(stand_in, weight, strict=True)
        }
        assert found == expected


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 500), st.integers(0, 500))
def test_streams_are_dealt_out_in_proportion(positions, size, input_bits, output_bits):
    nest = VectorNest(
        groups=1,
        axes=(),
        num_positions=positions,
        input_bits=input_bits,
        output_bits=output_bits,
        resident_bits=0,
        num_operations=0,
    )
    sizes = [min(size, positions - start) for start in range(0, positions, size)]

    splits = split_positions(nest, [PositionTile(num_positions=size)])

    assert splits.positions.tolist() == sizes
    assert splits.inputs.tolist() == splits.fresh.tolist() == shares(input_bits, sizes)
    assert splits.outputs.tolist() == shares(output_bits, sizes)


def test_worked_example_of_the_docstring():
    # 3 x 3, stride 1, pad 1 on 4 x 4, two output rows a tile: rows 0..2 and 1..3
    axis = SpatialAxis(num_positions=4, input_size=4, kernel=3, pad_begin=1)
    nest = MatrixNest(
        groups=1,
        batch=1,
        axes=(axis, axis),
        num_filters=1,
        num_channels=1,
        input_bits=8,
        weight_bits=8,
        output_bits=8,
        resident_bits=0,
        num_output_elements=16,
        k_per_channel=9,
    )

    splits = split_positions(nest, [PositionTile(num_positions=8)])

    assert splits.inputs.tolist() == [12, 12]
    assert touched_elements(nest) == 16


@pytest.mark.parametrize(("tile", "text"), [((32, None), "32"), ((12, (3, 4)), "3x4")])
def test_text(tile, text):
    assert str(PositionTile(num_positions=tile[0], block=tile[1])) == text
