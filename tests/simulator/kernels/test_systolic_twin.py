"""The functional twin equals numpy's product, the closed form's cycles, and a slow twin written in lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.arrays.systolic import SystolicArray
from simulator.kernels import systolic_twin
from simulator.kernels.systolic_twin import TwinResult, multiply_on_array

DATAFLOWS = ("os", "ws", "is")


def random_operands(m: int, n: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(-128, 128, (m, k)), rng.integers(-128, 128, (k, n))


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@settings(max_examples=60, deadline=None)
@given(
    m=st.integers(1, 40),
    n=st.integers(1, 40),
    k=st.integers(1, 40),
    rows=st.integers(1, 16),
    cols=st.integers(1, 16),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_and_the_closed_form(dataflow, m, n, k, rows, cols, seed):
    a, b = random_operands(m, n, k, seed)

    twin = multiply_on_array(a, b, rows=rows, cols=cols, dataflow=dataflow)

    np.testing.assert_array_equal(twin.product, a @ b)
    array = SystolicArray(rows, cols, dataflow)
    sizes = (np.int64(m), np.int64(n), np.int64(k))
    cycles, accesses = array.tile_cycles(*sizes), array.scratchpad_accesses(*sizes)
    assert twin.cycles == cycles.fill + cycles.stream
    assert twin.input_reads == accesses.input_read
    assert twin.weight_reads == accesses.weight_read
    assert twin.output_reads == accesses.output_read
    assert twin.output_writes == accesses.output_write
    assert twin.num_macs == m * n * k


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 2, 3), (3, 2, 2), (5, 4, 7), (7, 5, 4)])
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (2, 2), (3, 2), (1, 4)])
def test_equals_the_slow_twin(dataflow, sizes, rows, cols):
    a, b = random_operands(*sizes)
    product, cycles = slow_twin(a, b, rows, cols, dataflow)

    twin = multiply_on_array(a, b, rows=rows, cols=cols, dataflow=dataflow)

    assert twin.product.tolist() == product
    assert twin.cycles == cycles


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_kernels_run_uncompiled(dataflow, monkeypatch):
    a, b = random_operands(3, 5, 4)
    compiled = multiply_on_array(a, b, rows=2, cols=2, dataflow=dataflow)
    for name, kernel in list(vars(systolic_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(systolic_twin, name, kernel.py_func)

    plain = multiply_on_array(a, b, rows=2, cols=2, dataflow=dataflow)

    assert without_product(plain) == without_product(compiled)
    np.testing.assert_array_equal(plain.product, a @ b)


def test_worked_example_output_stationary():
    # the drawing in the module's docstring: 2 x 2 array, K = 3: 3 + 2 + 2 - 2 = 5 cycles, one fold
    twin = multiply_on_array(
        np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0], [0, 1], [1, 1]]), rows=2, cols=2, dataflow="os"
    )

    assert twin.product.tolist() == [[4, 5], [10, 11]]
    assert without_product(twin) == (5, 6, 6, 0, 4, 12)


def test_worked_example_weight_stationary():
    # M = 3, K = N = 2 on 2 x 2: 2 cycles to load, 3 + 2 + 2 - 2 to stream
    twin = multiply_on_array(
        np.array([[1, 2], [3, 4], [5, 6]]), np.array([[1, 2], [0, 1]]), rows=2, cols=2, dataflow="ws"
    )

    assert twin.product.tolist() == [[1, 4], [3, 10], [5, 16]]
    assert without_product(twin) == (7, 6, 4, 0, 6, 12)


def test_weight_stationary_reads_partial_sums_again():
    # K = 5 on 2 rows: three folds along K; the second and the third read all M x N = 6 sums again
    twin = multiply_on_array(*random_operands(3, 2, 5), rows=2, cols=2, dataflow="ws")

    assert (twin.output_reads, twin.output_writes) == (12, 18)


def test_unknown_dataflow_is_named():
    with pytest.raises(ValueError, match="dataflow is 'rs', expected 'os', 'ws' or 'is'"):
        multiply_on_array(*random_operands(1, 1, 1), rows=1, cols=1, dataflow="rs")


@pytest.mark.parametrize(("a", "b"), [((2, 3), (2, 3)), ((0, 3), (3, 2)), ((3,), (3, 1))])
def test_shapes_that_do_not_multiply(a, b):
    with pytest.raises(ValueError, match="cannot multiply a matrix of shape"):
        multiply_on_array(np.zeros(a, dtype=np.int64), np.zeros(b, dtype=np.int64), rows=1, cols=1, dataflow="os")


def without_product(result: TwinResult) -> tuple[int, ...]:
    return (
        result.cycles,
        result.input_reads,
        result.weight_reads,
        result.output_reads,
        result.output_writes,
        result.num_macs,
    )


# The slow twin: lists, no tokens. Each fold is padded with zeros to the array's full size and runs until all its
# results, those of the padding included, have left. The next state of all PEs is made from the old one.


def slow_twin(a, b, rows, cols, dataflow):
    if dataflow == "is":
        transposed, cycles = slow_twin(b.T, a.T, rows, cols, "ws")
        return [list(column) for column in zip(*transposed, strict=True)], cycles
    fold = slow_output_stationary_fold if dataflow == "os" else slow_weight_stationary_fold
    (m, k), n = a.shape, b.shape[1]
    across, step = (m, rows) if dataflow == "os" else (k, rows)
    product, cycles = [[0] * n for _ in range(m)], 0
    for i in range(0, across, step):
        for j in range(0, n, cols):
            a_part = padded(a[i : i + rows], rows, k) if dataflow == "os" else padded(a[:, i : i + rows], m, rows)
            b_part = (
                padded(b[:, j : j + cols], k, cols)
                if dataflow == "os"
                else padded(b[i : i + rows, j : j + cols], rows, cols)
            )
            part, taken = fold(a_part, b_part)
            cycles += taken
            first = i if dataflow == "os" else 0
            for y in range(min(len(part), m - first)):
                for x in range(min(cols, n - j)):
                    product[first + y][j + x] += part[y][x]
    return product, cycles


def padded(matrix, height, width):
    return [
        [int(matrix[y, x]) if y < matrix.shape[0] and x < matrix.shape[1] else 0 for x in range(width)]
        for y in range(height)
    ]


def slow_output_stationary_fold(a, b):
    rows, cols, depth = len(a), len(b[0]), len(b)
    left = [[None] * cols for _ in range(rows)]
    top = [[None] * cols for _ in range(rows)]
    sums = [[[] for _ in range(cols)] for _ in range(rows)]
    cycle = num_left = 0
    while num_left < rows * cols:
        left = [[at(a[i], cycle - i) if j == 0 else left[i][j - 1] for j in range(cols)] for i in range(rows)]
        top = [
            [at([row[j] for row in b], cycle - j) if i == 0 else top[i - 1][j] for j in range(cols)]
            for i in range(rows)
        ]
        for j in range(cols):
            driving = 0
            for i in range(rows):
                if left[i][j] is not None:
                    sums[i][j].append(left[i][j] * top[i][j])
                    driving += len(sums[i][j]) == depth
            assert driving <= 1, "two rows drive one column's result line in the same cycle"
            num_left += driving
        cycle += 1
    return [[sum(terms) for terms in row] for row in sums], cycle


def slow_weight_stationary_fold(a, b):
    length, rows, cols = len(a), len(b), len(b[0])
    held = [[None] * cols for _ in range(rows)]
    for entering in reversed(b):
        held = [entering, *held[:-1]]
    assert held == b
    left = [[None] * cols for _ in range(rows)]
    sums = [[None] * cols for _ in range(rows)]
    results = [[] for _ in range(cols)]
    cycle = 0
    while any(len(column) < length for column in results):
        left = [
            [at([row[i] for row in a], cycle - i) if j == 0 else left[i][j - 1] for j in range(cols)]
            for i in range(rows)
        ]
        above = [[0] * cols, *sums[:-1]]
        sums = [
            [None if left[i][j] is None else above[i][j] + left[i][j] * held[i][j] for j in range(cols)]
            for i in range(rows)
        ]
        for j in range(cols):
            if sums[-1][j] is not None:
                results[j].append(sums[-1][j])
        cycle += 1
    return [[column[step] for column in results] for step in range(length)], rows + cycle


def at(values, index):
    return values[index] if 0 <= index < len(values) else None
