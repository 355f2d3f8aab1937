"""How the reduction of a nest falls into the groups of M channels that N:M weights are stored and run in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.arrays.protocol import Int64Array
from workloads.loop_nest import MatrixNest
from workloads.sparsity import NmPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionGroups:
    """Kernel positions and channels that K is made of: groups begin anew at each kernel position.

    Of c channels at t positions, t * ceil(c / M) groups have N slots each. A slot is filled where the group has a
    channel for it: t * (floor(c / M) * N + min(N, c mod M)) of them; the others are padding.

    Parameters
    ----------
    taps : int
        Kernel positions that K runs over.
    channels : int
        Channels at one of them, of the whole nest. A tile of a folded nest has some of the channels at each position.
    is_unfolded : bool
        Whether K is one long line, a kernel position after the other, of which a tile has any stretch.

    Example: 3 channels at 49 positions at 2:8: 49 groups of 98 slots, all filled. 20 channels at one position: 3 groups
    of 6 slots, all filled. 9 channels: 2 groups of 4 slots, of which 3 are filled.
    """

    taps: int = 1
    channels: int = 1
    is_unfolded: bool = False

    @classmethod
    def of(cls, nest: MatrixNest) -> ReductionGroups:
        """Return those of ``nest``, unfolded or not."""
        if nest.unfolded_taps > 1:
            channels = nest.num_channels // nest.unfolded_taps
            return cls(taps=nest.unfolded_taps, channels=channels, is_unfolded=True)
        return cls(taps=nest.k_per_channel, channels=nest.num_channels)

    @property
    def k(self) -> int:
        """Reduction length of the whole nest."""
        return self.taps * self.channels

    def num_slots(self, pattern: NmPattern, k: Int64Array) -> Int64Array:
        """Return the slots of a tile of ``k``, as many channels at each kernel position unless unfolded: N a group.

        Assumes windows that are unfolded into one long K are cut at group boundaries.
        """
        if self.is_unfolded:
            groups_per_tap = -(-self.channels // pattern.m)
            return pattern.n * _ceil(k * groups_per_tap, self.channels)
        return pattern.n * self.taps * _ceil(_ceil(k, self.taps), pattern.m)

    def num_filled(self, pattern: NmPattern, k: Int64Array) -> Int64Array:
        """Return the slots of a tile of ``k`` that some channel can fill."""
        if self.is_unfolded:
            return _ceil(k * self._filled_per_tap(pattern), self.channels)
        return self.taps * _filled(pattern, _ceil(k, self.taps))

    def filled_fraction(self, pattern: NmPattern) -> float:
        """Return the filled slots of the whole nest over its K."""
        return self._filled_per_tap(pattern) / self.channels

    def _filled_per_tap(self, pattern: NmPattern) -> int:
        return int(_filled(pattern, np.asarray(self.channels)))


UNBOUND = ReductionGroups()
"""Of an array that knows no nest: groups run from the begin of K to its end."""


def _filled(pattern: NmPattern, channels: Int64Array) -> Int64Array:
    """Return N for each whole group of ``channels``, and for the rest its channels or N, what is less."""
    rest = channels % pattern.m
    excess = rest - pattern.n
    return channels // pattern.m * pattern.n + rest - excess * (excess > 0)


def _ceil(numerator: Int64Array, denominator: int) -> Int64Array:
    return -(-numerator // denominator)
