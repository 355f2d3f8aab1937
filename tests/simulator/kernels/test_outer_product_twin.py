"""The functional twin of the dual-side core equals numpy's product and the closed form of its masks, cycle by cycle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.array_sections import OuterProduct
from simulator.arrays.outer_product import cycles_of_masks
from simulator.arrays.outer_product_counts import expected_costs
from simulator.kernels import outer_product_twin
from simulator.kernels.outer_product_twin import OuterProductCore, OuterProductRun, multiply_on_outer_product_core

SECTION = OuterProduct()


def operands(m: int, n: int, k: int, densities: tuple[float, float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    a = rng.integers(1, 128, (m, k)) * rng.choice([-1, 1], (m, k)) * (rng.random((m, k)) < densities[0])
    b = rng.integers(1, 128, (k, n)) * rng.choice([-1, 1], (k, n)) * (rng.random((k, n)) < densities[1])
    return a, b


@settings(max_examples=80, deadline=None)
@given(
    m=st.integers(1, 70),
    n=st.integers(1, 70),
    k=st.integers(1, 30),
    densities=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_and_the_closed_form_of_its_masks(m, n, k, densities, seed):
    a, b = operands(m, n, k, densities, seed)

    twin = multiply_on_outer_product_core(a, b, OuterProductCore())

    np.testing.assert_array_equal(twin.product, a @ b)
    assert twin.cycles == cycles_of_masks(a != 0, b.T != 0, SECTION)
    assert twin.num_macs == int((a != 0).sum(axis=0) @ (b != 0).sum(axis=1))


@settings(max_examples=60, deadline=None)
@given(
    tile=st.integers(1, 12),
    input_lanes=st.integers(1, 6),
    weight_lanes=st.integers(1, 6),
    merge_words=st.integers(1, 40),
    bitmap_cycles=st.integers(0, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_cores_of_any_size(tile, input_lanes, weight_lanes, merge_words, bitmap_cycles, seed):
    a, b = operands(15, 17, 9, (0.7, 0.6), seed)
    sizes = {"tile": tile, "input_lanes": input_lanes, "weight_lanes": weight_lanes, "bitmap_cycles": bitmap_cycles}

    twin = multiply_on_outer_product_core(a, b, OuterProductCore(**sizes, merge_words=merge_words))

    np.testing.assert_array_equal(twin.product, a @ b)
    section = OuterProduct(**sizes, merge_words_per_cycle=merge_words)
    assert twin.cycles == cycles_of_masks(a != 0, b.T != 0, section)


@pytest.mark.parametrize("densities", [(0.9, 0.9), (0.5, 0.5), (0.44, 0.25), (0.2, 1.0), (0.1, 0.1)])
def test_distance_to_the_expectation_of_its_densities(densities):
    # 36 pairs of tiles x 200 k; the distance measured over 20 seeds is 1.8 % at worst
    a, b = operands(192, 192, 200, densities, seed=5)

    twin = multiply_on_outer_product_core(a, b, OuterProductCore())

    assert twin.cycles == pytest.approx(36 * 200 * expected_costs(SECTION, *densities).cycles[32, 32], rel=0.02)


def test_worked_example():
    # the drawing in the module's docstring: 20 inputs, 16 weights: bitmaps, then 320 products in three cycles
    a, b = np.zeros((32, 1), dtype=np.int64), np.zeros((1, 32), dtype=np.int64)
    a[::3][:11] = 1
    a[1::3][:9] = 2
    b[0, 8:24] = 3

    twin = multiply_on_outer_product_core(a, b, OuterProductCore())

    assert counters(twin) == (4, 3, 320)


def test_dense_and_empty():
    # dense: 1 bitmap cycle, 8 lane cycles, a ninth to merge what is left of 1,024 products; empty: the bitmaps
    dense = multiply_on_outer_product_core(*operands(32, 32, 10, (1, 1)), OuterProductCore())
    empty = multiply_on_outer_product_core(*operands(32, 32, 10, (1, 0)), OuterProductCore())

    assert counters(dense) == (100, 80, 10_240)
    assert counters(empty) == (10, 0, 0)


def test_kernels_run_uncompiled(monkeypatch):
    a, b = operands(35, 33, 3, (0.6, 0.7))
    compiled = multiply_on_outer_product_core(a, b, OuterProductCore())
    for name, kernel in list(vars(outer_product_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(outer_product_twin, name, kernel.py_func)

    plain = multiply_on_outer_product_core(a, b, OuterProductCore())

    assert counters(plain) == counters(compiled)
    np.testing.assert_array_equal(plain.product, a @ b)


@pytest.mark.parametrize(("a", "b"), [((2, 3), (2, 3)), ((0, 3), (3, 2)), ((3,), (3, 1))])
def test_shapes_that_do_not_multiply(a, b):
    with pytest.raises(ValueError, match="cannot multiply a matrix of shape"):
        multiply_on_outer_product_core(np.zeros(a, dtype=np.int64), np.zeros(b, dtype=np.int64), OuterProductCore())


def counters(run: OuterProductRun) -> tuple[int, int, int]:
    return run.cycles, run.lane_cycles, run.num_macs
