"""Sparsity of a tensor: how much of it is non-zero, in which pattern, which elements exactly, and how that is known."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError

BoolArray = NDArray[np.bool_]
_DENSITY_TOLERANCE = 1e-9  # a density is a quotient of whole numbers below 2**48, or an average of two such


class SparsityOrigin(StrEnum):
    """How a density or mask is known; a report says so."""

    FILE = "file"
    """The zeros are in the file."""
    PRUNED = "pruned"
    """Chosen by the magnitudes of real weights."""
    SYNTHETIC = "synthetic"
    """Drawn at random from a seed: there are no real values."""
    GIVEN = "given"
    """Stated by the user."""
    MEASURED = "measured"
    """Counted while the network ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NmPattern:
    """At most ``n`` non-zeros in each group of ``m`` neighbouring input channels of one filter and kernel position.

    The last group of channels may be shorter than ``m``.
    """

    n: int
    m: int

    def __post_init__(self) -> None:
        if not 1 <= self.n <= self.m:
            raise NetworkError(f"pattern {self.n}:{self.m}: expected 1 <= N <= M")

    def __str__(self) -> str:
        return f"{self.n}:{self.m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPattern:
    """Zeros come in whole blocks of ``filters`` x ``channels`` neighbours, at one kernel position."""

    filters: int
    channels: int

    def __post_init__(self) -> None:
        if self.filters < 1 or self.channels < 1:
            raise NetworkError(f"pattern {self}: expected at least one filter and one channel")

    def __str__(self) -> str:
        return f"block {self.filters}x{self.channels}"


Pattern = NmPattern | BlockPattern
"""A regular pattern; unstructured sparsity has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Which weights are not zero, in the order (groups, filters, taps, channels) of ``workloads.weight_layout``.

    Masks are equal when their bits are: nests that differ in their masks alone are told apart, equal ones are not.

    Parameters
    ----------
    shape : (int, int, int, int)
    packed : bytes
        As ``numpy.packbits`` makes them of the flattened array.
    """

    shape: tuple[int, int, int, int]
    packed: bytes
    digest: bytes

    @classmethod
    def of(cls, nonzero: BoolArray) -> Mask:
        """Return the mask of a boolean array of four axes (groups, filters, taps, channels)."""
        packed = np.packbits(nonzero).tobytes()
        groups, filters, taps, channels = nonzero.shape
        digest = hashlib.blake2b(packed, digest_size=16).digest()
        return cls((groups, filters, taps, channels), packed, digest)

    def array(self) -> BoolArray:
        """Return the mask as booleans, shape (groups, filters, taps, channels)."""
        count = math.prod(self.shape)
        return np.unpackbits(np.frombuffer(self.packed, dtype=np.uint8), count=count).astype(bool).reshape(self.shape)

    def with_one_group(self) -> Mask:
        """Return the same bits, the filters of all groups one after the other in a single group."""
        groups, filters, taps, channels = self.shape
        return Mask((1, groups * filters, taps, channels), self.packed, self.digest)

    @property
    def num_nonzeros(self) -> int:
        """Elements that are not zero; the packing fills its last byte up with zeros."""
        return int(np.bitwise_count(np.frombuffer(self.packed, dtype=np.uint8)).sum(dtype=np.int64))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and (self.shape, self.digest) == (other.shape, other.digest)

    def __hash__(self) -> int:
        return hash((self.shape, self.digest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparsity:
    """What is known of the zeros of a tensor.

    Parameters
    ----------
    density_fraction : float
        Non-zero elements over all, in [0, 1].
    origin : SparsityOrigin
    pattern : Pattern or None
        The regular pattern that the zeros keep to, if any.
    mask : Mask or None
        Exactly which elements are zero; only weights have one. Its density is ``density_fraction``.

    Raises
    ------
    NetworkError
        For a density outside [0, 1], or another than the mask's.
    """

    density_fraction: float
    origin: SparsityOrigin
    pattern: Pattern | None = None
    mask: Mask | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.density_fraction <= 1:
            raise NetworkError(f"density is {self.density_fraction}, expected a fraction in [0, 1]")
        if self.mask is not None:
            counted = self.mask.num_nonzeros / math.prod(self.mask.shape)
            if abs(counted - self.density_fraction) > _DENSITY_TOLERANCE:
                raise NetworkError(f"density is {self.density_fraction}, expected that of the mask, {counted}")


def group_counts(nonzero: BoolArray, m: int) -> NDArray[np.unsignedinteger]:
    """Return the non-zeros of each group of ``m`` along the last axis, whose last group may be shorter.

    One pass for each place in a group, since a sum along a short last axis is several times slower.
    """
    size = nonzero.shape[-1]
    counts = np.zeros((*nonzero.shape[:-1], -(-size // m)), dtype=np.min_scalar_type(m))
    for place in range(min(m, size)):
        members = nonzero[..., place::m]
        counts[..., : members.shape[-1]] += members
    return counts
