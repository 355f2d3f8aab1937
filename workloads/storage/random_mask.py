"""Masks of which only the density is known, and the chance that a stretch of them is all zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.sparsity import BlockPattern, NmPattern, Pattern
from workloads.storage.arrangement import Arrangement

Int64Array = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomMask:
    """Masks of one density, drawn at random within a pattern.

    Assumes non-zeros are independent of each other: element by element where there is no pattern, block by block in
    blocks that have no zero inside, and in N:M groups each of N places, drawn without preference, is used or not.

    Parameters
    ----------
    arrangement : (groups, filters, taps, channels)
    density_fraction : float
        Non-zeros over all elements.
    pattern : Pattern or None

    Raises
    ------
    NetworkError
        For a density outside [0, 1], or above what the pattern can have.
    """

    arrangement: Arrangement
    density_fraction: float
    pattern: Pattern | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.density_fraction <= 1:
            raise NetworkError(f"density is {self.density_fraction}, expected a fraction in [0, 1]")
        if self.density_fraction > self.most_fraction * (1 + 1e-12):
            raise NetworkError(
                f"density is {self.density_fraction}, expected at most {self.most_fraction} of pattern {self.pattern} "
                f"on {self.arrangement[3]} channels"
            )

    @property
    def num_elements(self) -> int:
        """Zeros and all."""
        return math.prod(self.arrangement)

    @property
    def num_nonzeros(self) -> float:
        """Expected number of non-zeros."""
        return self.density_fraction * self.num_elements

    @property
    def most_fraction(self) -> float:
        """The largest density that the pattern allows; channels that a short N:M group has count as they are."""
        if not isinstance(self.pattern, NmPattern):
            return 1.0
        channels = self.arrangement[3]
        full, rest = divmod(channels, self.pattern.m)
        return (full * self.pattern.n + min(self.pattern.n, rest)) / channels

    @property
    def band_filters(self) -> int:
        """Neighbouring filters that have their zeros in the same places."""
        return self.pattern.filters if isinstance(self.pattern, BlockPattern) else 1

    def zero_stretches(self) -> ZeroStretches:
        """Return the chances of stretches of zeros along the channels."""
        match self.pattern:
            case NmPattern():
                parts = _nm_parts(self.pattern, self.density_fraction / self.most_fraction)
            case BlockPattern():
                parts = (1.0,) + (1.0 - self.density_fraction,) * self.pattern.channels
            case None:
                parts = (1.0, 1.0 - self.density_fraction)
        return ZeroStretches(parts=np.array(parts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZeroStretches:
    """Chance that neighbouring channels are all zero; groups of channels follow each other, independent and alike.

    Parameters
    ----------
    parts : float array of group + 1
        Chance that the first k, or any k neighbours, of one group are all zero, for k from 0 on.
    """

    parts: FloatArray

    @property
    def group(self) -> int:
        """Channels of a group: what happens in one says nothing of others."""
        return self.parts.size - 1

    def chance(self, starts: Int64Array, lengths: Int64Array) -> FloatArray:
        """Return the chance that ``lengths`` channels from ``starts`` on are all zero, counted from a group's start.

        The stretch has a part of one group, whole groups, and a part of another.

            group 4, start 3, length 7     ...x | xxxx | xx..     parts[1] * parts[4] * parts[2]
        """
        head = np.minimum(-starts % self.group, lengths)
        whole, tail = np.divmod(lengths - head, self.group)
        chance: FloatArray = self.parts[head] * self.parts[self.group] ** whole * self.parts[tail]
        return chance


def _nm_parts(pattern: NmPattern, used_fraction: float) -> tuple[float, ...]:
    """Chance that k of M places have none of the non-zeros: h of the N places lie there, and none of the h is used."""
    n, m = pattern.n, pattern.m
    ways = math.comb(m, n)
    unused = 1.0 - min(used_fraction, 1.0)  # above 1 by rounding only
    return tuple(
        sum(math.comb(k, h) * math.comb(m - k, n - h) / ways * unused**h for h in range(min(k, n) + 1))
        for k in range(m + 1)
    )
