"""The lanes keep what N:M pruning keeps, in the closed form's cycles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.kernels import sorter_lanes_twin
from simulator.kernels.sorter_lanes_twin import sort_on_lanes
from simulator.training.sorter import sort_cycles
from workloads.compression.masks.magnitude import nm_mask
from workloads.sparsity import NmPattern

PATTERNS = st.integers(1, 16).flatmap(lambda group: st.tuples(st.integers(1, group), st.just(group)))


@settings(max_examples=150, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 40)),
    pattern=PATTERNS,
    lanes=st.integers(1, 9),
    num_magnitudes=st.sampled_from([1, 2, 5, 1000]),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_numpy_pruning_and_the_closed_form(shape, pattern, lanes, num_magnitudes, seed):
    """Few magnitudes make ties; rows that M does not divide end in a short group; zeros are weights like others."""
    weights = np.random.default_rng(seed).integers(-num_magnitudes, num_magnitudes + 1, shape) / 7

    found = sort_on_lanes(weights, pattern=pattern, lanes=lanes)

    np.testing.assert_array_equal(found.kept, sorted_mask(weights, *pattern))
    np.testing.assert_array_equal(found.kept, nm_mask(np.abs(weights), *pattern))
    groups = shape[0] * shape[1] * -(-shape[2] // pattern[1])
    assert found.cycles == sort_cycles(groups, NmPattern(n=pattern[0], m=pattern[1]), lanes)


def sorted_mask(weights, n, m):
    """Return the mask of the first ``n`` of each group in numpy's stable order of falling magnitudes."""
    mask = np.zeros(weights.shape, dtype=bool)
    for row in np.ndindex(weights.shape[:-1]):
        for start in range(0, weights.shape[-1], m):
            order = np.argsort(-np.abs(weights[row][start : start + m]), kind="stable")
            mask[row][start + order[:n]] = True
    return mask


def test_worked_example():
    # the drawing in the module's docstring, and a short group that keeps its two: 2 rows of groups on 1 lane
    found = sort_on_lanes(np.array([3.0, -5.0, 5.0, 1.0, 0.0, -2.0]), pattern=(2, 4), lanes=1)

    assert found.kept.tolist() == [False, True, True, False, True, True]
    assert found.cycles == 2 * 4


def test_ties_go_to_the_first():
    assert sort_on_lanes(np.ones(4), pattern=(2, 4), lanes=3).kept.tolist() == [True, True, False, False]


def test_kernels_run_uncompiled(monkeypatch):
    weights = np.random.default_rng(1).standard_normal((3, 11))
    compiled = sort_on_lanes(weights, pattern=(3, 4), lanes=2)
    for name, kernel in list(vars(sorter_lanes_twin).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(sorter_lanes_twin, name, kernel.py_func)

    plain = sort_on_lanes(weights, pattern=(3, 4), lanes=2)

    np.testing.assert_array_equal(plain.kept, compiled.kept)
    assert plain.cycles == compiled.cycles == -(-9 // 2) * 4  # 3 rows of 3 groups


@pytest.mark.parametrize(("shape", "lanes"), [((0, 4), 1), ((4, 0), 1), ((4,), 0)])
def test_nothing_to_sort(shape, lanes):
    with pytest.raises(ValueError, match=r"cannot sort weights of shape \(.*\) on \d lanes"):
        sort_on_lanes(np.ones(shape), pattern=(2, 4), lanes=lanes)


@pytest.mark.parametrize("pattern", [(0, 4), (5, 4)])
def test_patterns_that_are_none(pattern):
    with pytest.raises(ValueError, match=rf"pattern is {pattern[0]}:{pattern[1]}, expected N from 1 to M"):
        sort_on_lanes(np.ones(4), pattern=pattern, lanes=1)
