"""What weights show of the compression that they have already been through."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workloads.compression.layer_values import has_zeros, load_arranged
from workloads.compression.numbers.used_bits import used_bits
from workloads.network import Network
from workloads.operators import Operator
from workloads.sparsity import BoolArray, Mask, NmPattern, Sparsity, SparsityOrigin, group_counts
from workloads.weight_layout import by_output_channel, compressible_weights
from workloads.weights import WeightArray, WeightSource

GROUP_SIZES = (2, 4, 8, 16, 32)
_COMMON_PATTERNS = (
    NmPattern(n=1, m=2),
    NmPattern(n=2, m=4),
    NmPattern(n=1, m=4),
    NmPattern(n=2, m=8),
    NmPattern(n=4, m=8),
)
_MIN_USE_FRACTION = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFit:
    """How many of a layer's groups have at most N non-zeros, over all, in [0, 1]."""

    pattern: NmPattern
    satisfied_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedLayer:
    """What the values of one weight tensor show.

    Parameters
    ----------
    operator, tensor : str
    num_weights, num_zeros : int
    num_filters, num_dead_filters : int
        Output channels, and those whose weights are all zero.
    num_channels, num_dead_channels : int
        Input channels (of all groups), and those that no filter reads.
    tightest : NmPattern or None
        The N:M of fewest non-zeros a position that every group along the input channels keeps to; the smallest M among
        equal ones. None where none of M in ``GROUP_SIZES`` (and not above the channels) forbids anything.
    fits : tuple of PatternFit
        For the usual patterns whose M the channels have.
    used_bits : int or None
        Bits that the different values need, as ``used_bits`` counts them; None where they look never rounded.
    """

    operator: str
    tensor: str
    num_weights: int
    num_zeros: int
    num_filters: int
    num_dead_filters: int
    num_channels: int
    num_dead_channels: int
    tightest: NmPattern | None
    fits: tuple[PatternFit, ...]
    used_bits: int | None

    @property
    def zero_fraction(self) -> float:
        """Zeros over all weights."""
        return self.num_zeros / self.num_weights


def recognise(network: Network, weights: WeightSource) -> tuple[RecognisedLayer, ...]:
    """Return what each weight with values shows, in the order of the network.

    Raises
    ------
    NetworkError
        For values that are not finite or of another shape; names the tensor.
    """
    found = []
    for name, operator in compressible_weights(network).items():
        values = load_arranged(weights, network.tensors[name], operator)
        if values is not None:
            found.append(_recognised(operator, name, values))
    return tuple(found)


def with_recognised_sparsity(network: Network, weights: WeightSource) -> Network:
    """Return ``network`` with the masks of the weights that have zeros, more than one in a hundred.

    A pattern is stated where every group keeps to it and it describes the zeros: at least three quarters of the
    places that it allows are taken.

    Raises
    ------
    NetworkError
        As ``recognise``.
    """
    changed = {}
    for name, operator in compressible_weights(network).items():
        values = load_arranged(weights, network.tensors[name], operator)
        if values is not None and has_zeros(values):
            changed[name] = replace(network.tensors[name], sparsity=_sparsity(values != 0))
    return replace(network, tensors={**network.tensors, **changed}) if changed else network


def tightest_pattern(nonzero: BoolArray) -> NmPattern | None:
    """Return the tightest N:M that every group along the last axis of ``nonzero`` keeps to; None when there is none."""
    patterns = []
    for m in GROUP_SIZES:
        if m <= nonzero.shape[-1]:
            n = max(1, int(group_counts(nonzero, m).max()))
            if n < m:
                patterns.append(NmPattern(n=n, m=m))
    return min(patterns, key=lambda one: (one.n / one.m, one.m), default=None)


def _sparsity(nonzero: BoolArray) -> Sparsity:
    density = int(np.count_nonzero(nonzero)) / nonzero.size
    pattern = tightest_pattern(nonzero)
    describes = pattern is not None and density >= _MIN_USE_FRACTION * pattern.n / pattern.m
    return Sparsity(
        density_fraction=density,
        origin=SparsityOrigin.FILE,
        pattern=pattern if describes else None,
        mask=Mask.of(nonzero),
    )


def _recognised(operator: Operator, tensor: str, values: WeightArray) -> RecognisedLayer:
    nonzero = values != 0
    live_filters = by_output_channel(operator, nonzero).any(axis=(2, 3))
    live_channels = nonzero.any(axis=(1, 2))
    return RecognisedLayer(
        operator=operator.name,
        tensor=tensor,
        num_weights=values.size,
        num_zeros=values.size - int(np.count_nonzero(nonzero)),
        num_filters=live_filters.size,
        num_dead_filters=int(np.count_nonzero(~live_filters)),
        num_channels=live_channels.size,
        num_dead_channels=int(np.count_nonzero(~live_channels)),
        tightest=tightest_pattern(nonzero),
        fits=tuple(_fit(nonzero, pattern) for pattern in _COMMON_PATTERNS if pattern.m <= values.shape[-1]),
        used_bits=used_bits(by_output_channel(operator, values)),
    )


def _fit(nonzero: BoolArray, pattern: NmPattern) -> PatternFit:
    satisfied = group_counts(nonzero, pattern.m) <= pattern.n
    return PatternFit(pattern=pattern, satisfied_fraction=float(satisfied.mean()))
