"""Systolic array whose PEs skip the zeros of N:M weights, output- or weight-stationary."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from simulator.arrays.nm_fit import densest_group, most_in_group
from simulator.arrays.nm_groups import UNBOUND, ReductionGroups
from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from simulator.arrays.systolic import SystolicArray
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BlockPattern, NmPattern, Pattern, Sparsity

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
    groups : ReductionGroups
        Kernel positions and channels of the nest that it is bound to.

    Example: 33 x 17 x 20 (M, N, K) with 2:8 weights on 8 x 8, output-stationary: K' = ceil(20 / 8) * 2 = 6, so F = 15
    folds of 6 + 8 + 8 - 2 = 20 cycles, 300 in all. Dense takes 510. With K = 17, the third group has one channel for
    its two steps: 15 of the same 300 cycles are padding.
    """

    rows: int
    cols: int
    dataflow: str
    max_m: int = 16
    patterns: tuple[tuple[int, int], ...] | None = None
    pattern: NmPattern = DENSE
    groups: ReductionGroups = UNBOUND

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
        """Slots that a channel can fill over K: kept zeros of a group are multiplied like any other number."""
        return self.groups.filled_fraction(self.pattern)

    def bound_to(self, nest: MatrixNest) -> NmSystolicArray:
        """Return the array in the pattern of ``nest``'s weights that takes the fewest steps, else dense."""
        groups = ReductionGroups.of(nest)
        if nest.weight_sparsity is None:
            return replace(self, pattern=DENSE, groups=groups)
        return replace(self, pattern=self._cheapest_pattern(nest.weight_sparsity, groups.channels), groups=groups)

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the pattern that the array runs, none where it runs dense; blocks are stored as they are."""
        if isinstance(own, BlockPattern):
            return own
        return None if self.pattern == DENSE else self.pattern

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the dense array's cycles for K'; ``padding`` is what slots that no channel can fill add to them."""
        cycles = self._dense.tile_cycles(m, n, self._num_steps(k))
        filled = self._dense.tile_cycles(m, n, self.groups.num_filled(self.pattern, k))
        return replace(cycles, padding=cycles.stream - filled.stream)

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
        """Return K' of a reduction of ``k``."""
        return self.groups.num_slots(self.pattern, k)

    def _cheapest_pattern(self, sparsity: Sparsity, channels: int) -> NmPattern:
        """Return the pattern with the fewest steps a kernel position of ``channels``; dense wins a tie."""
        fitting = [DENSE, *self._patterns_of(sparsity, channels)]
        return min(fitting, key=lambda pattern: -(-channels // pattern.m) * pattern.n)

    def _patterns_of(self, sparsity: Sparsity, channels: int) -> list[NmPattern]:
        """Return what the array runs that the weights satisfy: by their pattern, or else by their mask."""
        if isinstance(sparsity.pattern, NmPattern):
            stated = sparsity.pattern
            most = [NmPattern(n=most_in_group(stated, m, channels), m=m) for m in self._group_sizes(stated)]
            by_pattern = [pattern for weights in most for pattern in self._that_hold(weights)]
            if by_pattern or sparsity.mask is None:
                return by_pattern
        if sparsity.mask is None:
            return []
        sizes = [m for m in self._group_sizes(None) if m < 2 * channels]
        most = [NmPattern(n=max(1, densest_group(sparsity.mask, m)), m=m) for m in sizes]
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
