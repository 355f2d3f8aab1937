"""Systolic array whose PEs skip the zeros of N:M weights, output- or weight-stationary."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from simulator.arrays.systolic import SystolicArray
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BoolArray, Mask, NmPattern, Pattern, Sparsity

DENSE = NmPattern(n=1, m=1)
"""Every weight kept: how the array runs what fits none of its patterns."""


@dataclass(frozen=True, slots=True)
class NmSystolicArray:
    """R x C systolic array with a multiplexer a PE: each kept weight picks its activation out of a group of M.

    Of every group of M input channels at one kernel position N weights are kept, zeros among them where the group has
    fewer. A reduction over c channels at t positions is G = t * ceil(c / M) groups long and takes K' = G * N steps in
    place of K = t * c: cycles output-stationary, rows weight-stationary. Folds, fill and drain are those of
    ``SystolicArray`` with K'.

    Kept weights of neighbouring columns sit at different channels, so activations are not reduced: all K of them enter
    for each fold along N. Links and ports carry M activations for N kept weights.

    Parameters
    ----------
    rows, cols : int
        R and C.
    dataflow : {"os", "ws"}
    max_m : int
        Activations that a PE can choose from.
    patterns : tuple of (int, int) or None
        N:M patterns that the array runs; None for every one with M up to ``max_m``.
    pattern : NmPattern
        The one that it is bound to.
    padded_channels, channels : int
        Channels of one kernel position, rounded up to whole groups and as they are, of the nest it is bound to.
    taps : int
        Kernel positions whose channels are cut alike; 1 where K may be cut anywhere.

    Example: 33 x 17 x 20 (M, N, K) with 2:8 weights on 8 x 8, output-stationary: K' = ceil(20 / 8) * 2 = 6, so F = 15
    folds of 6 + 8 + 8 - 2 = 20 cycles, 300 in all. Dense takes 510. A reduction of 20 * 2 / 8 = 5 would need no sixth
    cycle: 15 cycles are padding.
    """

    rows: int
    cols: int
    dataflow: str
    max_m: int = 16
    patterns: tuple[tuple[int, int], ...] | None = None
    pattern: NmPattern = DENSE
    padded_channels: int = 1
    channels: int = 1
    taps: int = 1

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""
        return self.rows * self.cols

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a PE, whatever the operands' widths."""
        return float(self.num_pes)

    @property
    def streamed_dimension(self) -> Dimension:
        """As the dense array's."""
        return self._dense.streamed_dimension

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """As the dense array's; weight-stationary, R rows of kept weights stand for R * M / N along K."""
        m, n, k = self._dense.tile_units
        return m, n, k if self.dataflow == "os" else k * self.pattern.m // self.pattern.n

    @property
    def performed_fraction(self) -> float:
        """K' over K: kept zeros of a group are multiplied like any other number."""
        return self.pattern.n * self.padded_channels / (self.pattern.m * self.channels)

    def bound_to(self, nest: MatrixNest) -> NmSystolicArray:
        """Return the array in the pattern of ``nest``'s weights that takes the fewest steps, else dense."""
        sparsity = nest.weight_sparsity
        if sparsity is None:
            return replace(self, pattern=DENSE, padded_channels=1, channels=1, taps=1)
        channels = nest.num_channels
        if nest.is_unfolded and sparsity.mask is not None:
            channels = sparsity.mask.shape[3]
        pattern = self._cheapest_pattern(sparsity, channels)
        padded = -(-channels // pattern.m) * pattern.m
        return replace(self, pattern=pattern, padded_channels=padded, channels=channels, taps=nest.k_per_channel)

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the pattern that the array runs; none where it runs dense."""
        return None if self.pattern == DENSE else self.pattern

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the dense array's cycles for K'; ``padding`` is what ceil(K * N / M) steps would not take."""
        cycles = self._dense.tile_cycles(m, n, self._num_steps(k))
        if self.pattern.n == self.pattern.m:
            return cycles
        unpadded = self._dense.tile_cycles(m, n, -(-k * self.pattern.n // self.pattern.m))
        return replace(cycles, padding=cycles.stream - unpadded.stream)

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return accesses by operand: the dense array's, with sums added over the folds of K'.

        A fold of the weight-stationary array that ends inside a group needs all of the group's activations, and so
        does the next. Assumes that such a group has all its M channels.
        """
        dense, steps = self._dense.scratchpad_accesses(m, n, k), self._num_steps(k)
        if self.dataflow == "os":
            return dense
        num_cuts = -(-steps // self.rows) - 1
        num_shared_groups = num_cuts - num_cuts // (self.pattern.n // math.gcd(self.pattern.n, self.rows))
        kept = self._dense.scratchpad_accesses(m, n, steps)
        return ScratchpadAccesses(
            input_read=m * (k + num_shared_groups * self.pattern.m) * -(-n // self.cols),
            weight_read=dense.weight_read,
            output_read=kept.output_read,
            output_write=kept.output_write,
        )

    @property
    def _dense(self) -> SystolicArray:
        return SystolicArray(self.rows, self.cols, self.dataflow)

    def _num_steps(self, k: Int64Array) -> Int64Array:
        """Return K' of a reduction of ``k``.

        Assumes windows that are unfolded into one long K are cut at group boundaries, and are padded to whole groups at
        each kernel position where a mask tells how many channels that has; without one, at the end of the tile alone.
        """
        n, m = self.pattern.n, self.pattern.m
        if n == m:
            return k
        if self.taps > 1:
            return self.taps * n * -(-k // (self.taps * m))
        groups, channels = self.padded_channels // m, self.channels
        if channels % m:  # G groups for every c elements
            return n * -(-k * groups // channels)
        return n * -(-k // m)

    def _cheapest_pattern(self, sparsity: Sparsity, channels: int) -> NmPattern:
        """Return the pattern with the fewest steps a kernel position of ``channels``; dense wins a tie."""
        fitting = [DENSE, *self._patterns_of(sparsity, channels)]
        return min(fitting, key=lambda pattern: -(-channels // pattern.m) * pattern.n)

    def _patterns_of(self, sparsity: Sparsity, channels: int) -> list[NmPattern]:
        """Return what the array runs that the weights satisfy: by their pattern, or else by their mask."""
        if isinstance(sparsity.pattern, NmPattern):
            stated = sparsity.pattern
            most = [NmPattern(n=most_in_group(stated, m), m=m) for m in self._group_sizes(stated)]
            by_pattern = [pattern for weights in most for pattern in self._that_hold(weights)]
            if by_pattern or sparsity.mask is None:
                return by_pattern
        if sparsity.mask is None:
            return []
        sizes = [m for m in self._group_sizes(None) if m < 2 * channels]
        most = tightest_patterns(sparsity.mask, sizes)
        return [pattern for weights in most for pattern in self._that_hold(weights)]

    def _group_sizes(self, stated: NmPattern | None) -> list[int]:
        """Return the group sizes M to try.

        Assumes that an array free in M searches the groups of a mask that are a power of two wide.
        """
        if self.patterns is not None:
            return sorted({m for _, m in self.patterns if m <= self.max_m})
        powers = [2**exponent for exponent in range(1, self.max_m.bit_length()) if 2**exponent <= self.max_m]
        own = [stated.m] if stated is not None and stated.m <= self.max_m else []
        return sorted({*powers, *own})

    def _that_hold(self, weights: NmPattern) -> list[NmPattern]:
        """Return the array's patterns with the M of ``weights`` and at least its N."""
        if self.patterns is None:
            return [weights]
        return [NmPattern(n=n, m=m) for n, m in self.patterns if m == weights.m and n >= weights.n]


def most_in_group(pattern: NmPattern, m: int) -> int:
    """Return the most non-zeros that weights of ``pattern`` may have in an aligned group of ``m``.

    2:4 has at most 4 in a group of 8 and 2 in a group of 2. Where neither size divides the other, a group may begin and
    end inside groups of the pattern: of 3:4 a group of 6, channels 6 to 11, has at most min(3, 2) + min(3, 4) = 5.
    """
    period = math.lcm(pattern.m, m)
    most = 0
    for start in range(0, period, m):
        stop = start + m
        first, last = start // pattern.m, (stop - 1) // pattern.m
        if first == last:
            count = min(pattern.n, m)
        else:
            head, tail = (first + 1) * pattern.m - start, stop - last * pattern.m
            count = min(pattern.n, head) + (last - first - 1) * pattern.n + min(pattern.n, tail)
        most = max(most, count)
    return most


def tightest_patterns(mask: Mask, sizes: list[int]) -> list[NmPattern]:
    """Return, for each group size of ``sizes``, the N:M pattern with the smallest N that ``mask`` satisfies.

    A mask without any non-zero satisfies 1:M.
    """
    nonzero = mask.array()
    return [NmPattern(n=max(1, _densest_group(nonzero, m)), m=m) for m in sizes]


def _densest_group(nonzero: BoolArray, m: int) -> int:
    """Return the most non-zeros in any group of ``m`` channels, the last of which may be shorter."""
    counts = np.zeros((*nonzero.shape[:3], -(-nonzero.shape[3] // m)), dtype=np.uint16 if m > 255 else np.uint8)
    for place in range(min(m, nonzero.shape[3])):
        column = nonzero[..., place::m]
        counts[..., : column.shape[3]] += column
    return int(counts.max())
