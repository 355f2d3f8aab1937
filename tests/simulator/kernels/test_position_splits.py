"""The splitting kernel: arithmetic by hand, and the same uncompiled. The set oracle is in ../test_position_tiles.py."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.kernels import position_splits
from simulator.kernels.position_splits import split_positions

# positions, input size, kernel, stride, dilation, pad
IMAGES = (2, 2, 1, 1, 1, 0)
ROWS = (4, 4, 3, 1, 1, 1)
COLS = (4, 4, 3, 1, 1, 1)


def split(axes, size, rows=0, cols=0, stream=0, outputs=None):
    table = np.array(axes, dtype=np.int64).reshape(-1, position_splits.NUM_AXIS_FIELDS)
    total = int(np.prod(table[:, 0])) if len(axes) else 10
    candidates = np.array([[size, rows, cols]], dtype=np.int64)
    return split_positions(table, total, stream, total if outputs is None else outputs, candidates)


def test_runs_of_two_rows_by_hand():
    # 3 x 3, pad 1, on two 4 x 4 images; 8 positions are two rows. Rows 0..2 then 1..3 of each image, 4 columns:
    # 12 elements each; the second tile of an image adds row 3 alone.
    splits = split([IMAGES, ROWS, COLS], 8)

    assert splits.inputs.tolist() == [12, 12, 12, 12]
    assert splits.fresh.tolist() == [12, 4, 12, 4]
    assert splits.positions.tolist() == [8, 8, 8, 8]


def test_blocks_of_two_by_two_by_hand():
    # on one 4 x 4 image: each corner sees 3 x 3 inputs; new ones are 3 x 3, 3 x 1, 1 x 3, 1 x 1
    splits = split([(1, 1, 1, 1, 1, 0), ROWS, COLS], 4, rows=2, cols=2)

    assert splits.inputs.tolist() == [9, 9, 9, 9]
    assert splits.fresh.tolist() == [9, 3, 3, 1]


def test_windows_in_the_padding_fetch_nothing():
    # one axis of 2 inputs, kernel 1, pad 2: positions -2 -1 | 0 1 | 2 3
    splits = split([(6, 2, 1, 1, 1, 2)], 2)

    assert splits.inputs.tolist() == [0, 2, 0]
    assert splits.fresh.tolist() == [0, 2, 0]


def test_stream_is_dealt_out_in_proportion():
    # 10 positions, 25 bits: tiles of 4 end at 4, 8 and 10 positions, that is 10, 20 and 25 bits
    splits = split([], 4, stream=25, outputs=7)

    assert splits.inputs.tolist() == [10, 10, 5]
    assert splits.outputs.tolist() == [2, 3, 2]  # 7 * 4 // 10, 7 * 8 // 10, 7


def test_one_tile_stands_for_those_that_behave_alike():
    # a copy of 100 positions in runs of 10: the ends stand for themselves, one tile for the other eight
    table = np.zeros((0, position_splits.NUM_AXIS_FIELDS), dtype=np.int64)
    splits = split_positions(table, 100, 100, 100, np.array([[10, 0, 0]], dtype=np.int64))

    assert splits.stand_in.tolist() == [0, 1, 9]
    assert splits.stand_in_weight.tolist() == [1, 8, 1]


def test_huge_streams_stay_exact_integers():
    # 2**48 positions of 32 bits in runs of 2**40: products of sizes leave int64, shares do not
    positions = 2**48
    table = np.zeros((0, position_splits.NUM_AXIS_FIELDS), dtype=np.int64)
    splits = split_positions(table, positions, 32 * positions, positions, np.array([[2**40, 0, 0]], dtype=np.int64))

    assert splits.inputs.tolist() == [2**45] * 256
    assert splits.outputs.tolist() == [2**40] * 256


@pytest.mark.parametrize("outputs", [1, 3, 2**33 - 1])
def test_uneven_shares_of_huge_streams_sum_to_the_whole_and_never_fall(outputs):
    positions = 2**33 + 7
    table = np.zeros((0, position_splits.NUM_AXIS_FIELDS), dtype=np.int64)
    splits = split_positions(table, positions, positions + 5, outputs, np.array([[2**23 + 1, 0, 0]], dtype=np.int64))

    assert splits.outputs.sum() == outputs
    assert splits.inputs.sum() == positions + 5
    assert (splits.outputs >= 0).all()


def test_kernels_run_uncompiled(monkeypatch):
    cases = [
        ([IMAGES, ROWS, COLS], 5, 0, 0),
        ([IMAGES, ROWS, COLS], 6, 2, 3),
        ([(6, 2, 1, 3, 1, 2)], 2, 0, 0),
        ([], 3, 0, 0),
    ]
    compiled = [split(axes, size, rows, cols, stream=25) for axes, size, rows, cols in cases]
    for name, kernel in list(vars(position_splits).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(position_splits, name, kernel.py_func)

    for (axes, size, rows, cols), expected in zip(cases, compiled, strict=True):
        table = np.array(axes, dtype=np.int64).reshape(-1, position_splits.NUM_AXIS_FIELDS)
        total = int(np.prod(table[:, 0])) if axes else 10
        plain = position_splits.split_positions(table, total, 25, total, np.array([[size, rows, cols]], dtype=np.int64))
        for field, one, other in zip(plain._fields, plain, expected, strict=True):
            np.testing.assert_array_equal(one, other, err_msg=field)
