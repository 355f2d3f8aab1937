"""The flexible array's functional twin equals numpy's product, the folds of packing, and the closed form's cycles."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.array_sections import Sigma
from simulator.arrays.sigma import SigmaArray
from simulator.arrays.sigma_folds import pack
from simulator.kernels import sigma_twin
from simulator.kernels.sigma_twin import SigmaResult, multiply_on_sigma


def sparse(rng: np.random.Generator, shape: tuple[int, int], density: float) -> np.ndarray:
    values = rng.integers(1, 128, shape) * rng.choice([-1, 1], shape)
    return values * (rng.random(shape) < density)


def run(held, streamed, multipliers=8, ports=8, collected=8) -> SigmaResult:
    return multiply_on_sigma(
        held, streamed, num_multipliers=multipliers, distribution_bandwidth=ports, reduction_bandwidth=collected
    )


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(1, 20),
    k=st.integers(1, 30),
    m=st.integers(1, 20),
    multipliers=st.integers(2, 40),
    ports=st.integers(1, 40),
    collected=st.integers(1, 8),
    densities=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_and_moves_what_packing_says(n, k, m, multipliers, ports, collected, densities, seed):
    rng = np.random.default_rng(seed)
    held, streamed = sparse(rng, (n, k), densities[0]), sparse(rng, (k, m), densities[1])
    nonzeros = np.count_nonzero(held, axis=1).tolist()
    folds = pack(nonzeros, multipliers)

    twin = run(held, streamed, multipliers, ports, collected)

    np.testing.assert_array_equal(twin.product, held @ streamed)
    assert twin.num_folds == len(folds)
    assert twin.stationary_reads == sum(nonzeros)
    assert twin.num_macs == twin.stream_reads == sum(nonzeros) * m
    assert twin.sum_reads == (sum(map(sum, folds)) - sum(nonzeros)) * m
    assert twin.sum_writes == sum(map(len, folds)) * m


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 12),
    k=st.integers(1, 40),
    m=st.integers(1, 20),
    multipliers=st.integers(2, 16),
    seed=st.integers(0, 2**32 - 1),
)
def test_takes_the_cycles_of_its_folds(n, k, m, multipliers, seed):
    # a port for each multiplier: a fold takes 1 + 1 + m + 4 + levels cycles
    rng = np.random.default_rng(seed)
    held, streamed = sparse(rng, (n, k), 0.5), sparse(rng, (k, m), 0.5)
    folds = pack(np.count_nonzero(held, axis=1).tolist(), multipliers)

    twin = run(held, streamed, multipliers, multipliers, multipliers)

    # a fold that only hands on a sum does not exist, so each loads a weight
    assert twin.cycles == len(folds) * (6 + m + (multipliers - 1).bit_length())


@pytest.mark.parametrize(
    ("n", "k", "multipliers", "ports"), [(6, 8, 8, 4), (9, 20, 8, 2), (16, 4, 16, 4), (5, 31, 16, 8)]
)
def test_dense_product_takes_about_the_closed_forms_cycles(n, k, multipliers, ports):
    # the closed form loads every fold for as long as a full one: a short or continued fold may load a few cycles less
    rng = np.random.default_rng(0)
    held, streamed = sparse(rng, (n, k), 1), sparse(rng, (k, 25), 1)
    section = Sigma(distribution_bandwidth=ports, reduction_bandwidth=16)

    twin = run(held, streamed, multipliers, ports, 16)

    cycles = SigmaArray(num_multipliers=multipliers, section=section).tile_cycles(*map(np.int64, (25, n, k)))
    assert twin.num_folds == cycles.num_folds
    assert twin.cycles == pytest.approx(int(cycles.fill + cycles.stream), rel=0.01)
    assert twin.cycles <= cycles.fill + cycles.stream


def test_stonnes_fold():
    # 128 multipliers, 64 ports, 64 positions: 142 cycles a fold
    rng = np.random.default_rng(0)

    twin = run(sparse(rng, (3, 128), 1), sparse(rng, (128, 64), 0.5), 128, 64, 64)

    assert twin.cycles == 3 * 142


def test_worked_example():
    # the drawing in the module's docstring
    twin = run(np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]]), 4, 2, 2)

    assert twin.product.tolist() == [[19, 22], [43, 50]]
    assert twin.cycles == 13


def test_collection_binds():
    # eight clusters of one, one sum a cycle: 8 cycles a column, and the last written one cycle after it is collected
    rng = np.random.default_rng(0)
    held, streamed = np.eye(8, dtype=np.int64), sparse(rng, (8, 10), 1)

    fast, slow = run(held, streamed, collected=8), run(held, streamed, collected=1)

    assert fast.cycles == 1 + 1 + 10 + 4 + 3
    assert slow.cycles == fast.cycles + 8 * 10 - 10


def test_kernels_run_uncompiled(monkeypatch):
    rng = np.random.default_rng(0)
    held, streamed = sparse(rng, (4, 12), 0.7), sparse(rng, (12, 3), 0.7)
    compiled = run(held, streamed, 6, 3, 2)
    for name, kernel in list(vars(sigma_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(sigma_twin, name, kernel.py_func)

    plain = run(held, streamed, 6, 3, 2)

    np.testing.assert_array_equal(plain.product, compiled.product)
    same = {field.name for field in dataclasses.fields(SigmaResult)} - {"product"}
    assert all(getattr(plain, name) == getattr(compiled, name) for name in same)


@pytest.mark.parametrize(
    ("held", "streamed", "multipliers", "message"),
    [
        ((2, 3), (4, 2), 8, r"cannot multiply a matrix of shape \(2, 3\) by one of shape \(4, 2\)"),
        ((0, 3), (3, 2), 8, r"expected elements and at least 2 multipliers, found \(0, 3\), 8"),
        ((2, 3), (3, 2), 1, r"expected elements and at least 2 multipliers, found \(2, 3\), 1"),
    ],
)
def test_what_cannot_be_multiplied(held, streamed, multipliers, message):
    with pytest.raises(ValueError, match=message):
        run(np.zeros(held, dtype=np.int64), np.zeros(streamed, dtype=np.int64), multipliers)
