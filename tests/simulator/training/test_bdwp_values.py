"""BDWP on real values: what the N:M products of a training step mean, beside a convolution taken one by one.

A 3 x 3 convolution with unit padding. The forward product multiplies by weights pruned along their input channels, the
gradient of its input by weights pruned along their filters, and the gradient of the weights by nothing pruned.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.kernels.pipelined_array_twin import PipelinedPes, multiply_on_pipelined_pes
from simulator.kernels.sorter_lanes_twin import sort_on_lanes

Reals = NDArray[np.float64]
SIDE, CHANNELS, FILTERS = 4, 12, 10
PATTERN = (2, 8)  # channels are groups of 8 and 4, filters of 8 and 2
OFFSETS = tuple(itertools.product((-1, 0, 1), repeat=2))


@pytest.fixture(params=["os", "ws"])
def pes(request: pytest.FixtureRequest) -> PipelinedPes:
    return PipelinedPes(rows=4, cols=3, dataflow=request.param, latency_cycles=4, interleaved=4)


@pytest.fixture
def step() -> tuple[Reals, Reals, Reals]:
    """Inputs (SIDE, SIDE, CHANNELS), weights (9, CHANNELS, FILTERS) and the gradient of the outputs."""
    rng = np.random.default_rng(5)
    shapes = ((SIDE, SIDE, CHANNELS), (9, CHANNELS, FILTERS), (SIDE, SIDE, FILTERS))
    inputs, weights, gradient = (rng.integers(-9, 10, shape) / 8 for shape in shapes)  # eighths: no sum is rounded
    return inputs, weights, gradient


def pruned(weights: Reals, axis: int) -> Reals:
    """Return the weights that the sorter keeps in groups along ``axis``."""
    along = np.moveaxis(weights, axis, -1)
    kept = sort_on_lanes(along, pattern=PATTERN, lanes=5).kept
    return weights * np.moveaxis(kept, -1, axis)


def windows(image: Reals, sign: int) -> Reals:
    """Return a row for each position: the image at ``sign`` times each offset, a kernel position after the other."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    rows = [
        np.concatenate([padded[1 + y + sign * dy, 1 + x + sign * dx] for dy, dx in OFFSETS])
        for y, x in itertools.product(range(SIDE), repeat=2)
    ]
    return np.array(rows)


def uses() -> list[tuple[tuple[int, int], int, tuple[int, int]]]:
    """Return every (output position, kernel position, input position) of the convolution."""
    positions = itertools.product(range(SIDE), repeat=2)
    found = [((y, x), tap, (y + dy, x + dx)) for y, x in positions for tap, (dy, dx) in enumerate(OFFSETS)]
    return [use for use in found if 0 <= use[2][0] < SIDE and 0 <= use[2][1] < SIDE]


def test_forward(pes: PipelinedPes, step: tuple[Reals, Reals, Reals]) -> None:
    inputs, weights, _ = step
    kept = pruned(weights, axis=1)
    expected = np.zeros((SIDE, SIDE, FILTERS))
    for output, tap, source in uses():
        expected[output] += inputs[source] @ kept[tap]

    twin = multiply_on_pipelined_pes(windows(inputs, 1), kept.reshape(-1, FILTERS), pes, pattern=PATTERN, taps=9)

    np.testing.assert_array_equal(twin.product, expected.reshape(-1, FILTERS))
    assert twin.num_macs == SIDE**2 * FILTERS * 9 * 2 * 2  # two slots of two groups at nine kernel positions


def test_gradient_of_the_inputs(pes: PipelinedPes, step: tuple[Reals, Reals, Reals]) -> None:
    """Each output's gradient goes back to where it came from, by weights that are N:M along filters."""
    _, weights, gradient = step
    kept = pruned(weights, axis=2)
    expected = np.zeros((SIDE, SIDE, CHANNELS))
    for output, tap, source in uses():
        expected[source] += kept[tap] @ gradient[output]

    turned = kept.transpose(0, 2, 1).reshape(-1, CHANNELS)
    twin = multiply_on_pipelined_pes(windows(gradient, -1), turned, pes, pattern=PATTERN, taps=9)

    np.testing.assert_array_equal(twin.product, expected.reshape(-1, CHANNELS))
    assert twin.num_macs == SIDE**2 * CHANNELS * 9 * 2 * 2


def test_gradient_of_the_weights_is_dense(pes: PipelinedPes, step: tuple[Reals, Reals, Reals]) -> None:
    inputs, weights, gradient = step
    expected = np.zeros(weights.shape)
    for output, tap, source in uses():
        expected[tap] += np.outer(inputs[source], gradient[output])

    twin = multiply_on_pipelined_pes(windows(inputs, 1).T, gradient.reshape(-1, FILTERS), pes)

    np.testing.assert_array_equal(twin.product, expected.reshape(-1, FILTERS))
    assert twin.num_macs == SIDE**2 * 9 * CHANNELS * FILTERS


def test_the_two_prunings_differ(step: tuple[Reals, Reals, Reals]) -> None:
    """Weights of the forward product are not N:M along filters: a step needs both."""
    _, weights, _ = step
    forward, backward = pruned(weights, axis=1) != 0, pruned(weights, axis=2) != 0

    assert forward[:, :8].sum(axis=1).max() == 2 == forward[:, 8:].sum(axis=1).max()
    assert backward[:, :, :8].sum(axis=2).max() == 2
    assert forward[:, :, :8].sum(axis=2).max() > 2
