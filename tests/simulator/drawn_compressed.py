"""Hypothesis strategies: one convolution whose weights have zeros of every kind, and tilings of its nests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from simulator.plan import LOOP_ORDERS, Operand, Tiling
from simulator.position_tiles import PositionTile
from workloads.loop_nest import MatrixNest
from workloads.network import Network
from workloads.sparsity import BoolArray, Mask, NmPattern, Sparsity, SparsityOrigin
from workloads.zoo.builder import ConvSpec, GraphBuilder

SPARSE_ACCELERATORS = (
    "nm_array",
    "sparse_tensor_core",
    "flexible_tensor_core",
    "dual_side_tensor_core",
    "eyeriss_v2",
    "sigma_like",
)
PATTERNS = st.sampled_from([(1, 2), (1, 4), (2, 4), (3, 4), (2, 6), (2, 8), (4, 8), (5, 16), (2, 32)])


def convolution(
    *, channels: int, groups: int = 1, kernel: tuple[int, int] = (1, 1), size: int, filters: int
) -> Network:
    """One convolution, ``channels`` and ``filters`` a group, of int8 without a bias."""
    builder = GraphBuilder(name="drawn")
    image = builder.input("x", (1, groups * channels, size, size))
    spec = ConvSpec(filters=groups * filters, kernel=kernel, padding=1, groups=groups, bias=False, batch_norm=False)
    return builder.finish((builder.conv("conv", image, spec),))


@st.composite
def convolutions(draw: st.DrawFn) -> Network:
    """A convolution of 1 to 40 channels and 1 to 9 kernel positions, in up to 3 groups."""
    return convolution(
        channels=draw(st.integers(1, 40)),
        groups=draw(st.integers(1, 3)),
        kernel=(draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        size=draw(st.integers(2, 9)),
        filters=draw(st.integers(1, 40)),
    )


def with_weights(network: Network, sparsity: Sparsity | None) -> Network:
    """Return ``network`` with its weights' zeros as ``sparsity`` says."""
    weight = replace(network.tensors["conv.weight"], sparsity=sparsity)
    return replace(network, tensors={**network.tensors, "conv.weight": weight})


def with_inputs(network: Network, density_fraction: float) -> Network:
    """Return ``network`` with this share of its inputs non-zero."""
    sparsity = Sparsity(density_fraction=density_fraction, origin=SparsityOrigin.GIVEN)
    return replace(network, tensors={**network.tensors, "x": replace(network.tensors["x"], sparsity=sparsity)})


def mask_shape(network: Network) -> tuple[int, int, int, int]:
    """Return groups, filters, taps, channels of its convolution."""
    filters, channels, *kernel = network.tensors["conv.weight"].shape
    groups = network.tensors["x"].shape[1] // channels
    return groups, filters // groups, kernel[0] * kernel[1], channels


@st.composite
def unstructured(draw: st.DrawFn, network: Network) -> Sparsity:
    """A mask of any density, 0 and 1 among them, or the density alone."""
    density = draw(st.sampled_from([0.0, 1.0]) | st.floats(0, 1))
    drawn = np.random.default_rng(draw(st.integers(0, 99))).random(mask_shape(network)) < density
    stated = float(drawn.mean())
    mask = Mask.of(drawn) if draw(st.booleans()) else None
    return Sparsity(density_fraction=stated, origin=SparsityOrigin.SYNTHETIC, mask=mask)


@st.composite
def patterned_masks(
    draw: st.DrawFn, network: Network, patterns: st.SearchStrategy[tuple[int, int]] = PATTERNS
) -> Sparsity:
    """A mask that uses all of its N:M pattern, and states it."""
    n, m = draw(patterns)
    shape = mask_shape(network)
    scores = np.random.default_rng(draw(st.integers(0, 99))).random(shape)
    nonzero = np.zeros(shape, dtype=bool)
    for start in range(0, shape[3], m):
        nonzero[..., start : start + m] = _largest(scores[..., start : start + m], n)
    return Sparsity(
        density_fraction=float(nonzero.mean()),
        origin=SparsityOrigin.SYNTHETIC,
        pattern=NmPattern(n=n, m=m),
        mask=Mask.of(nonzero),
    )


def _largest(scores: np.ndarray, n: int) -> BoolArray:
    return np.argsort(np.argsort(-scores, axis=-1), axis=-1) < n


@st.composite
def tilings(draw: st.DrawFn, nest: MatrixNest) -> Tiling:
    """Whole, or cut anywhere but in channels: who cuts a group of N:M weights in two pays for it twice."""
    if draw(st.booleans()):
        return whole(nest)
    return Tiling(
        position_tile=PositionTile(num_positions=draw(st.integers(1, nest.m))),
        filter_tile=draw(st.integers(1, nest.num_filters)),
        channel_tile=nest.num_channels,
        group_tile=draw(st.integers(1, nest.groups)),
        loop_order=draw(st.sampled_from(LOOP_ORDERS)),
        held=draw(st.frozensets(st.sampled_from(list(Operand)))),
    )


def whole(nest: MatrixNest) -> Tiling:
    """Return the tiling that cuts nothing."""
    return Tiling(
        position_tile=PositionTile(num_positions=nest.m),
        filter_tile=nest.num_filters,
        channel_tile=nest.num_channels,
        group_tile=nest.groups,
    )
