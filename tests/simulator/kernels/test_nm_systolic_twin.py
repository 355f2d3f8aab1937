"""The N:M twin equals numpy's product, the closed form's cycles, and a slow twin written in lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.arrays.nm_groups import ReductionGroups
from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.kernels import nm_systolic_twin
from simulator.kernels.nm_systolic_twin import NmTwinResult, compress_weights, multiply_nm_on_array
from simulator.kernels.systolic_twin import TwinResult, multiply_on_array
from workloads.sparsity import NmPattern

DATAFLOWS = ("os", "ws")


def random_operands(m: int, n: int, layout: tuple[int, int], pattern: tuple[int, int], seed: int = 0):
    """Return A and B: ``layout`` is (taps, channels), and B has at most N non-zeros in each M channels of a tap."""
    rng = np.random.default_rng(seed)
    taps, channels = layout
    kept, group = pattern
    groups = -(-channels // group)
    order = rng.permuted(np.tile(np.arange(group)[:, None], (taps * groups, 1, n)), axis=1)
    mask = (order < kept).reshape(taps, groups * group, n)[:, :channels]
    b = rng.integers(-128, 128, (taps, channels, n)) * mask
    return rng.integers(-128, 128, (m, taps * channels)), b.reshape(taps * channels, n)


def closed_form(dataflow: str, rows: int, cols: int, layout: tuple[int, int], pattern: tuple[int, int]):
    taps, channels = layout
    kept, group = pattern
    return NmSystolicArray(
        rows,
        cols,
        dataflow,
        pattern=NmPattern(n=kept, m=group),
        groups=ReductionGroups(taps=taps, channels=channels),
    )


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@settings(max_examples=60, deadline=None)
@given(
    m=st.integers(1, 30),
    n=st.integers(1, 30),
    taps=st.integers(1, 4),
    num_groups=st.integers(1, 6),
    pattern=st.integers(1, 16).flatmap(lambda group: st.tuples(st.integers(1, group), st.just(group))),
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_and_the_closed_form(dataflow, m, n, taps, num_groups, pattern, size, seed):
    layout = (taps, num_groups * pattern[1])
    a, b = random_operands(m, n, layout, pattern, seed)
    weights = compress_weights(b, n=pattern[0], m=pattern[1], taps=taps)

    twin = multiply_nm_on_array(a, weights, rows=size[0], cols=size[1], dataflow=dataflow)

    np.testing.assert_array_equal(twin.product, a @ b)
    array = closed_form(dataflow, *size, layout, pattern)
    sizes = (np.int64(m), np.int64(n), np.int64(a.shape[1]))
    cycles, accesses = array.tile_cycles(*sizes), array.scratchpad_accesses(*sizes)
    assert twin.cycles == cycles.fill + cycles.stream
    assert twin.input_reads == accesses.input_read
    assert twin.output_reads == accesses.output_read
    assert twin.output_writes == accesses.output_write
    assert twin.weight_reads * pattern[1] == accesses.weight_read * pattern[0]
    assert twin.num_macs == pytest.approx(m * n * a.shape[1] * array.performed_fraction)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@settings(max_examples=40, deadline=None)
@given(
    channels=st.integers(1, 40),
    taps=st.integers(1, 4),
    pattern=st.sampled_from([(1, 4), (2, 4), (2, 8), (3, 8), (3, 5)]),
    size=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    seed=st.integers(0, 2**32 - 1),
)
def test_short_last_groups(dataflow, channels, taps, pattern, size, seed):
    """Cycles are exact where a kernel position ends inside a group; inputs of cut groups are at most what is stated."""
    a, b = random_operands(7, 9, (taps, channels), pattern, seed)
    weights = compress_weights(b, n=pattern[0], m=pattern[1], taps=taps)

    twin = multiply_nm_on_array(a, weights, rows=size[0], cols=size[1], dataflow=dataflow)

    np.testing.assert_array_equal(twin.product, a @ b)
    array = closed_form(dataflow, *size, (taps, channels), pattern)
    sizes = (np.int64(7), np.int64(9), np.int64(a.shape[1]))
    cycles, accesses = array.tile_cycles(*sizes), array.scratchpad_accesses(*sizes)
    assert twin.cycles == cycles.fill + cycles.stream
    once = a.size * -(-9 // size[1])
    assert once <= twin.input_reads <= accesses.input_read


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (2, 2), (3, 2), (8, 3)])
@pytest.mark.parametrize(
    ("pattern", "layout"), [((1, 2), (1, 8)), ((2, 4), (2, 6)), ((3, 4), (1, 12)), ((4, 4), (1, 5))]
)
def test_equals_the_slow_twin(dataflow, rows, cols, pattern, layout):
    a, b = random_operands(5, 4, layout, pattern)
    product, cycles = slow_twin(a, b, layout, pattern, (rows, cols), dataflow)

    weights = compress_weights(b, n=pattern[0], m=pattern[1], taps=layout[0])
    twin = multiply_nm_on_array(a, weights, rows=rows, cols=cols, dataflow=dataflow)

    assert twin.product.tolist() == product
    assert twin.cycles == cycles


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_kernels_run_uncompiled(dataflow, monkeypatch):
    a, b = random_operands(3, 5, (2, 6), (2, 4))
    weights = compress_weights(b, n=2, m=4, taps=2)
    compiled = multiply_nm_on_array(a, weights, rows=3, cols=2, dataflow=dataflow)
    for name, kernel in list(vars(nm_systolic_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(nm_systolic_twin, name, kernel.py_func)

    plain = multiply_nm_on_array(a, weights, rows=3, cols=2, dataflow=dataflow)

    assert without_product(plain) == without_product(compiled)
    np.testing.assert_array_equal(plain.product, a @ b)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_one_of_one_is_the_dense_twin(dataflow):
    a, b = random_operands(9, 7, (1, 11), (1, 1))

    nm = multiply_nm_on_array(a, compress_weights(b, n=1, m=1), rows=4, cols=3, dataflow=dataflow)
    dense = multiply_on_array(a, b, rows=4, cols=3, dataflow=dataflow)

    np.testing.assert_array_equal(nm.product, dense.product)
    assert without_product(nm) == without_product(dense)


def test_worked_example_output_stationary():
    # the drawing in the module's docstring: 2 x 2 array, 2:4, K = 8, four slots: 4 + 2 + 2 - 2 = 6 cycles
    b = np.array([[1, 0], [0, 2], [3, 0], [0, 4], [0, 0], [5, 0], [0, 6], [0, 0]])
    weights = compress_weights(b, n=2, m=4)
    assert weights.values.tolist() == [[1, 2], [3, 4], [5, 6], [0, 0]]
    assert weights.indices.tolist() == [[0, 1], [2, 3], [1, 2], [0, 0]]

    twin = multiply_nm_on_array(np.arange(16).reshape(2, 8), weights, rows=2, cols=2, dataflow="os")

    # row 0: 0*1 + 2*3 + 5*5 and 1*2 + 3*4 + 6*6; 16 inputs, 8 slots, 4 results, 16 products with those of zeros
    assert twin.product.tolist() == [[31, 50], [103, 146]]
    assert without_product(twin) == (6, 16, 8, 0, 4, 16)


def test_worked_example_weight_stationary():
    # 3:4 on 2 x 1 with K = 4, M = 2: slots 0 and 1, then slot 2, each fold 2 + (2 + 2 + 1 - 2) cycles; both folds read
    # the group
    weights = compress_weights(np.array([[1], [0], [2], [3]]), n=3, m=4)

    twin = multiply_nm_on_array(np.array([[1, 2, 3, 4], [5, 6, 7, 8]]), weights, rows=2, cols=1, dataflow="ws")

    assert twin.product.tolist() == [[19], [43]]
    assert without_product(twin) == (2 * 5, 2 * 8, 3, 2, 4, 6)


@pytest.mark.parametrize(("shape", "taps"), [((4,), 1), ((5, 2), 2), ((4, 0), 1), ((0, 4), 1), ((4, 2), 0)])
def test_weights_that_cannot_be_cut(shape, taps):
    with pytest.raises(ValueError, match=r"cannot cut a matrix of shape .* into . kernel positions"):
        compress_weights(np.zeros(shape, dtype=np.int64), n=2, m=4, taps=taps)


def test_crowded_groups_are_named():
    b = np.zeros((8, 3), dtype=np.int64)
    b[4:7, 1] = 1
    with pytest.raises(ValueError, match="group 1 of column 1 has more than 2 non-zeros of 4"):
        compress_weights(b, n=2, m=4)


@pytest.mark.parametrize("shape", [(2, 7), (0, 8), (8,)])
def test_inputs_of_another_length(shape):
    weights = compress_weights(np.ones((8, 1), dtype=np.int64), n=4, m=4)
    with pytest.raises(ValueError, match=r"cannot multiply a matrix of shape .* by weights of 8 rows"):
        multiply_nm_on_array(np.zeros(shape, dtype=np.int64), weights, rows=2, cols=2, dataflow="os")


def test_unknown_dataflow_is_named():
    weights = compress_weights(np.ones((4, 1), dtype=np.int64), n=4, m=4)
    with pytest.raises(ValueError, match="dataflow is 'is', expected 'os' or 'ws'"):
        multiply_nm_on_array(np.zeros((1, 4), dtype=np.int64), weights, rows=2, cols=2, dataflow="is")


def without_product(result: NmTwinResult | TwinResult) -> tuple[int, ...]:
    return (
        result.cycles,
        result.input_reads,
        result.weight_reads,
        result.output_reads,
        result.output_writes,
        result.num_macs,
    )


# The slow twin: lists, no tokens, nothing compressed beforehand. Each column of B is read group by group into (value,
# activation's row) pairs; a PE is a function of what its neighbours held the cycle before.


def slow_slots(b, layout, pattern):
    """Return, for each column, its slots as (value, row of B), and for each slot the rows of B in its group."""
    (taps, channels), (kept, group) = layout, pattern
    columns, members = [[] for _ in range(b.shape[1])], []
    for tap in range(taps):
        for start in range(0, channels, group):
            rows = [tap * channels + channel for channel in range(start, min(start + group, channels))]
            for j, slots in enumerate(columns):
                found = [(int(b[row, j]), row) for row in rows if b[row, j]]
                slots.extend(found + [(0, rows[0])] * (kept - len(found)))
            members.extend([rows] * kept)
    return columns, members


def slow_twin(a, b, layout, pattern, size, dataflow):
    columns, members = slow_slots(b, layout, pattern)
    num_rows, num_columns = a.shape[0], len(columns)
    product, cycles = [[0] * num_columns for _ in range(num_rows)], 0
    across = num_rows if dataflow == "os" else len(members)
    fold = slow_output_stationary_fold if dataflow == "os" else slow_weight_stationary_fold
    for i in range(0, across, size[0]):
        for j in range(0, num_columns, size[1]):
            part, taken = fold(a, columns[j : j + size[1]], members, i, size)
            cycles += taken
            for (y, x), value in part.items():
                product[y][j + x] += value
    return product, cycles


def groups_moved_right(left, entering):
    """Return what each PE of a row holds: its left neighbour's group of a cycle ago, the entering one at the edge."""
    return [[entering[i], *row[:-1]] for i, row in enumerate(left)]


def slow_output_stationary_fold(a, columns, members, first, size):
    rows, cols = size
    left = [[None] * cols for _ in range(rows)]
    top = [[None] * cols for _ in range(rows)]
    sums = {(first + i, j): 0 for i in range(rows) for j in range(cols)}
    for cycle in range(10**6):
        entering = [
            {row: int(a[first + i, row]) for row in members[cycle - i]}
            if 0 <= cycle - i < len(members) and first + i < a.shape[0]
            else None
            for i in range(rows)
        ]
        left = groups_moved_right(left, entering)
        above = [at(columns[j], cycle - j) if j < len(columns) else None for j in range(cols)]
        top = [above, *top[:-1]]
        for i in range(rows):
            for j in range(cols):
                if left[i][j] is not None and top[i][j] is not None:
                    value, row = top[i][j]
                    sums[first + i, j] += value * left[i][j][row]
        if cycle - (rows - 1) - (cols - 1) == len(members) - 1:  # the last slot, or its bubble, is in the corner
            return {(y, x): v for (y, x), v in sums.items() if y < a.shape[0] and x < len(columns)}, cycle + 1
    raise AssertionError("the fold never ends")


def slow_weight_stationary_fold(a, columns, members, first, size):
    rows, cols = size
    held = [
        [columns[j][first + i] if first + i < len(members) and j < len(columns) else None for j in range(cols)]
        for i in range(rows)
    ]
    left = [[None] * cols for _ in range(rows)]
    sums = [[None] * cols for _ in range(rows)]
    results = [[] for _ in range(cols)]
    cycle = 0
    while any(len(column) < a.shape[0] for column in results):
        entering = [
            {row: int(a[cycle - i, row]) for row in (members[first + i] if first + i < len(members) else [])}
            if 0 <= cycle - i < a.shape[0]
            else None
            for i in range(rows)
        ]
        left = groups_moved_right(left, entering)
        above = [[0] * cols, *sums[:-1]]
        sums = [
            [
                None
                if left[i][j] is None
                else above[i][j] + (held[i][j][0] * left[i][j][held[i][j][1]] if held[i][j] else 0)
                for j in range(cols)
            ]
            for i in range(rows)
        ]
        for j in range(cols):
            if sums[-1][j] is not None:
                results[j].append(sums[-1][j])
        cycle += 1
    values = {(y, x): results[x][y] for x in range(len(columns)) for y in range(a.shape[0])}
    return values, rows + cycle


def at(values, index):
    return values[index] if 0 <= index < len(values) else None
