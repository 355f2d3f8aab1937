"""Eyeriss v2's functional twin equals numpy's product and the cycles counted from masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.array_sections import EyerissV2
from simulator.arrays.eyeriss_v2 import EyerissV2Array
from simulator.arrays.eyeriss_v2_counts import nonzeros_per_channel, pe_cycles, slowest_pe_cycles
from simulator.kernels import eyeriss_v2_twin
from simulator.kernels.eyeriss_v2_twin import multiply_on_pes


def sparse(rng: np.random.Generator, shape: tuple[int, int], density: float) -> np.ndarray:
    values = rng.integers(1, 128, shape) * rng.choice([-1, 1], shape)
    return values * (rng.random(shape) < density)


@settings(max_examples=100, deadline=None)
@given(
    m=st.integers(1, 30),
    n=st.integers(1, 30),
    k=st.integers(1, 30),
    rows=st.integers(1, 8),
    cols=st.integers(1, 8),
    lanes=st.integers(1, 4),
    densities=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_and_the_cycles_of_the_masks(m, n, k, rows, cols, lanes, densities, seed):
    rng = np.random.default_rng(seed)
    a, b = sparse(rng, (m, k), densities[0]), sparse(rng, (k, n), densities[1])

    twin = multiply_on_pes(a, b, rows=rows, cols=cols, macs_per_pe=lanes)

    np.testing.assert_array_equal(twin.product, a @ b)
    assert twin.cycles == slowest_pe_cycles(a != 0, b.T != 0, rows, cols, lanes)
    assert twin.num_macs == ((a != 0).astype(int) @ (b != 0).astype(int)).sum()
    assert twin.cycles <= twin.busy_pe_cycles <= twin.cycles * rows * cols
    assert twin.num_macs <= twin.busy_pe_cycles * lanes


def test_one_pe_takes_the_cycles_of_its_channels():
    rng = np.random.default_rng(0)
    a, b = sparse(rng, (50, 40), 0.4), sparse(rng, (40, 60), 0.3)

    twin = multiply_on_pes(a, b, rows=1, cols=1)

    counts = nonzeros_per_channel(a != 0)[0], nonzeros_per_channel(b.T != 0)[0]
    assert twin.cycles == twin.busy_pe_cycles == twin.num_macs == pe_cycles(*counts)


@pytest.mark.parametrize("lanes", [1, 2])
def test_dense_product_takes_the_closed_forms_cycles(lanes):
    rng = np.random.default_rng(0)
    a, b = sparse(rng, (13, 9), 1), sparse(rng, (9, 11), 1)

    twin = multiply_on_pes(a, b, rows=4, cols=2, macs_per_pe=lanes)

    array = EyerissV2Array(rows=4, cols=2, section=EyerissV2(macs_per_pe=lanes))
    assert twin.cycles == array.tile_cycles(np.int64(13), np.int64(11), np.int64(9)).stream


def test_distance_of_the_expectation():
    # densities alone, against the mean of runs on drawn values (single runs are up to 3.5 % off)
    rng = np.random.default_rng(2)
    runs = [
        multiply_on_pes(sparse(rng, (96, 256), 0.5), sparse(rng, (256, 64), 0.3), rows=8, cols=8) for _ in range(20)
    ]
    array = EyerissV2Array(rows=8, cols=8, section=EyerissV2(), input_density_fraction=0.5, weight_density_fraction=0.3)

    expected = array.tile_cycles(np.int64(96), np.int64(64), np.int64(256))
    assert expected.stream == pytest.approx(np.mean([twin.cycles for twin in runs]), rel=0.01)


def test_worked_example():
    # the drawing in the module's docstring: two cycles at k = 0, two at k = 1, none at k = 2
    a = np.array([[1, 2, 0], [3, 0, 0]])
    b = np.array([[4, 0], [5, 6], [0, 7]])

    twin = multiply_on_pes(a, b, rows=1, cols=1)

    assert twin.product.tolist() == [[14, 12], [12, 0]]
    assert (twin.cycles, twin.num_macs) == (4, 4)


def test_kernels_run_uncompiled(monkeypatch):
    rng = np.random.default_rng(0)
    a, b = sparse(rng, (5, 6), 0.5), sparse(rng, (6, 7), 0.5)
    compiled = multiply_on_pes(a, b, rows=2, cols=3, macs_per_pe=2)
    for name, kernel in list(vars(eyeriss_v2_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(eyeriss_v2_twin, name, kernel.py_func)

    plain = multiply_on_pes(a, b, rows=2, cols=3, macs_per_pe=2)

    np.testing.assert_array_equal(plain.product, compiled.product)
    assert (plain.cycles, plain.num_macs, plain.busy_pe_cycles) == (
        compiled.cycles,
        compiled.num_macs,
        compiled.busy_pe_cycles,
    )


@pytest.mark.parametrize(("a", "b"), [((2, 3), (4, 2)), ((0, 3), (3, 2)), ((2,), (2, 2))])
def test_shapes_that_do_not_multiply(a, b):
    with pytest.raises(ValueError, match=r"cannot multiply a matrix of shape \(.*\) by one of shape \(.*\)"):
        multiply_on_pes(np.zeros(a, dtype=np.int64), np.zeros(b, dtype=np.int64), rows=1, cols=1)
