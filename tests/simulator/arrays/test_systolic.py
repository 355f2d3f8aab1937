"""Hand arithmetic and laws of the dense systolic array's closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.protocol import Dimension
from simulator.arrays.systolic import SystolicArray

SIZES = st.integers(1, 10_000)
ARRAYS = st.builds(SystolicArray, st.integers(1, 256), st.integers(1, 256), st.sampled_from(["os", "ws", "is"]))


def total_cycles(array: SystolicArray, m, n, k):
    cycles = array.tile_cycles(np.asarray(m), np.asarray(n), np.asarray(k))
    return cycles.fill + cycles.stream


@pytest.mark.parametrize(
    ("dataflow", "num_folds", "fold_cycles"),
    [
        ("os", 5 * 3, 20 + 8 + 8 - 2),  # ceil(33/8) * ceil(17/8), K streams
        ("ws", 3 * 3, 33 + 2 * 8 + 8 - 2),  # ceil(20/8) * ceil(17/8), M streams
        ("is", 3 * 5, 17 + 2 * 8 + 8 - 2),  # ceil(20/8) * ceil(33/8), N streams
    ],
)
def test_hand_arithmetic(dataflow, num_folds, fold_cycles):
    array = SystolicArray(8, 8, dataflow)

    cycles = array.tile_cycles(np.int64(33), np.int64(17), np.int64(20))

    assert cycles.num_folds == num_folds
    assert cycles.fill + cycles.stream == num_folds * fold_cycles


@pytest.mark.parametrize(
    ("dataflow", "expected"),
    [
        # input, weight, output read, output write of 33 x 17 x 20 on 8 x 8
        ("os", (33 * 20 * 3, 20 * 17 * 5, 0, 33 * 17)),
        ("ws", (33 * 20 * 3, 20 * 17, 33 * 17 * 2, 33 * 17 * 3)),
        ("is", (33 * 20, 20 * 17 * 5, 33 * 17 * 2, 33 * 17 * 3)),
    ],
)
def test_hand_arithmetic_of_accesses(dataflow, expected):
    accesses = SystolicArray(8, 8, dataflow).scratchpad_accesses(np.int64(33), np.int64(17), np.int64(20))

    assert (accesses.input_read, accesses.weight_read, accesses.output_read, accesses.output_write) == expected


def test_broadcasts_over_arrays_of_layers():
    m, n, k = np.array([[1], [33]]), np.array([17, 64, 5]), np.int64(20)

    together = total_cycles(SystolicArray(8, 8, "os"), m, n, k)

    assert together.dtype == np.int64
    assert together.tolist() == [
        [int(total_cycles(SystolicArray(8, 8, "os"), row, col, 20)) for col in (17, 64, 5)] for row in (1, 33)
    ]


@given(array=ARRAYS, m=SIZES, n=SIZES, k=SIZES)
def test_never_faster_than_all_elements_busy(array, m, n, k):
    assert total_cycles(array, m, n, k) * array.num_pes >= m * n * k


@given(array=ARRAYS, m=SIZES, n=SIZES, k=SIZES)
def test_every_operand_enters_at_least_once(array, m, n, k):
    accesses = array.scratchpad_accesses(np.int64(m), np.int64(n), np.int64(k))

    assert accesses.input_read >= m * k
    assert accesses.weight_read >= n * k
    assert accesses.output_write >= m * n
    assert accesses.output_write - accesses.output_read == m * n


@given(array=ARRAYS, m=SIZES, n=SIZES, k=SIZES)
def test_a_larger_product_is_never_faster(array, m, n, k):
    cycles = total_cycles(array, m, n, k)

    for larger in ((m + 1, n, k), (m, n + 1, k), (m, n, k + 1)):
        assert total_cycles(array, *larger) >= cycles


@given(rows=st.integers(1, 256), cols=st.integers(1, 256), m=SIZES, n=SIZES, k=SIZES)
def test_input_stationary_is_weight_stationary_of_the_transposed_product(rows, cols, m, n, k):
    assert total_cycles(SystolicArray(rows, cols, "is"), m, n, k) == total_cycles(
        SystolicArray(rows, cols, "ws"), n, m, k
    )


@pytest.mark.parametrize(("dataflow", "streamed"), [("os", Dimension.K), ("ws", Dimension.M), ("is", Dimension.N)])
def test_only_the_streamed_dimension_costs_no_fill(dataflow, streamed):
    array = SystolicArray(8, 8, dataflow)
    sizes = {"m": 8, "n": 8, "k": 8}
    longer = sizes | {streamed.value: 1000}

    assert array.streamed_dimension is streamed
    assert array.tile_cycles(**as_int64(longer)).fill == array.tile_cycles(**as_int64(sizes)).fill


def as_int64(sizes):
    return {name: np.int64(size) for name, size in sizes.items()}
