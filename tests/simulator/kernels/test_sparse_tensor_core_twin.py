"""The functional twin of the sparse tensor core equals numpy's product, the closed form's cycles, and a slow twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.array_sections import SparseTensorCore
from simulator.arrays.sparse_tensor_core import SparseTensorCoreArray
from simulator.kernels import sparse_tensor_core_twin
from simulator.kernels.sparse_tensor_core_twin import compress, multiply_on_tensor_core

PATTERNS = [(1, 1), (2, 4), (2, 6), (2, 8), (1, 4), (3, 4)]


def operands(m: int, n: int, k: int, pattern: tuple[int, int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs, and weights with ``pattern[0]`` of each ``pattern[1]`` along K, some of them zero by chance."""
    rng = np.random.default_rng(seed)
    kept, group = pattern
    order = rng.random((n, -(-k // group), group)).argsort(axis=2)
    mask = (order < kept).reshape(n, -1)[:, :k].T
    return rng.integers(-128, 128, (m, k)), rng.integers(-3, 4, (k, n)) * mask


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=40, deadline=None)
@given(
    m=st.integers(1, 20),
    n=st.integers(1, 20),
    k=st.integers(1, 70),
    units=st.integers(1, 9),
    size=st.sampled_from([1, 4, 8, 16]),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_and_the_closed_form(pattern, m, n, k, units, size, seed):
    a, b = operands(m, n, k, pattern, seed)

    twin = multiply_on_tensor_core(a, b, pattern=pattern, num_units=units, unit_size=size)

    np.testing.assert_array_equal(twin.product, a @ b)
    section = SparseTensorCore(patterns=(pattern,), group_positions=size)
    cycles = SparseTensorCoreArray(units * size, section, pattern).tile_cycles(
        *(np.asarray(value, dtype=np.int64) for value in (m, n, k))
    )
    assert twin.cycles == cycles.stream
    assert twin.num_macs == m * np.count_nonzero(b)


def test_worked_example():
    # the drawing in the module's docstring: 1 position, 3 filters, 2 groups of 2:4, 2 steps each on 2 units of 2
    a, b = operands(1, 3, 8, (2, 4))

    twin = multiply_on_tensor_core(a, b, pattern=(2, 4), num_units=2, unit_size=2)

    assert (twin.cycles, twin.num_slots) == (3, 12)


def test_equals_a_slow_twin():
    a, b = operands(3, 5, 20, (2, 6))
    values, inputs, _ = compress(np.ascontiguousarray(b.T), 2, 6, 4)
    steps = [
        (row, col, range(4 * step, 4 * step + 4))
        for col in range(5)
        for row in range(3)
        for step in range(values.shape[1] // 4)
    ]
    product, cycles = np.zeros((3, 5), dtype=np.int64), 0
    while steps:
        dealt, steps = steps[:3], steps[3:]
        for row, col, slots in dealt:
            product[row, col] += sum(values[col, slot] * a[row, inputs[col, slot]] for slot in slots)
        cycles += 1

    twin = multiply_on_tensor_core(a, b, pattern=(2, 6), num_units=3, unit_size=4)

    assert (twin.product.tolist(), twin.cycles) == (product.tolist(), cycles)


def test_compress_by_hand():
    # 2:4, steps of 4: groups (0 5 0 7), (0 0 9 0), (1) -> three groups of two slots, filled up to eight
    values, inputs, fullest = compress(np.array([[0, 5, 0, 7, 0, 0, 9, 0, 1]]), 2, 4, 4)

    assert values.tolist() == [[5, 7, 9, 0, 1, 0, 0, 0]]
    assert inputs[0, [0, 1, 2, 4]].tolist() == [1, 3, 6, 8]
    assert fullest == 2


def test_kernels_run_uncompiled(monkeypatch):
    a, b = operands(3, 5, 13, (2, 4))
    compiled = multiply_on_tensor_core(a, b, pattern=(2, 4), num_units=3, unit_size=4)
    for name, kernel in list(vars(sparse_tensor_core_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(sparse_tensor_core_twin, name, kernel.py_func)

    plain = multiply_on_tensor_core(a, b, pattern=(2, 4), num_units=3, unit_size=4)

    np.testing.assert_array_equal(plain.product, compiled.product)
    assert (plain.cycles, plain.num_slots, plain.num_macs) == (compiled.cycles, compiled.num_slots, compiled.num_macs)


def test_weights_that_keep_no_pattern():
    with pytest.raises(ValueError, match="expected 2 non-zeros at most in 4 weights, found 3"):
        multiply_on_tensor_core(
            np.ones((1, 4), dtype=np.int64),
            np.array([[1], [1], [0], [1]]),
            pattern=(2, 4),
            num_units=1,
            unit_size=4,
        )


@pytest.mark.parametrize(("a", "b"), [((2, 3), (2, 3)), ((0, 3), (3, 2)), ((3,), (3, 1))])
def test_shapes_that_do_not_multiply(a, b):
    with pytest.raises(ValueError, match="cannot multiply a matrix of shape"):
        multiply_on_tensor_core(
            np.zeros(a, dtype=np.int64), np.zeros(b, dtype=np.int64), pattern=(1, 1), num_units=1, unit_size=1
        )
