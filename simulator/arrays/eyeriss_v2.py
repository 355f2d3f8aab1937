"""Array whose PEs take activations and weights compressed by column (CSC), and multiply non-zeros by non-zeros."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hw_configs.array_sections import EyerissV2
from simulator.arrays.expected_maximum import normal_maxima
from simulator.arrays.eyeriss_v2_counts import quanta_moments
from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Mask, Pattern

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EyerissV2Array:
    """R x C PEs; a PE with a_k non-zero inputs and w_k non-zero weights at reduction index k takes

        sum over k of a_k * ceil(w_k / macs_per_pe) cycles.

    Positions of a tile are dealt to the rows and filters to the columns, ceil(m / R) and ceil(n / C) each, and the tile
    ends with its slowest PE. A PE keeps the weights of up to ``sums_per_pe`` of its filters, as long a stretch of K as
    ``weights_per_pe`` non-zeros reach, while its positions stream; then their sums leave, to be added to later.

    From densities, with a and b the inputs and weights of a PE at one k (binomial), the mean of a PE is
    k * E[a] * E[ceil(b / macs_per_pe)], and the slowest is that plus

        sqrt((g_R * S_a + g_C * S_b)^2 + (g_R^2 + g_C^2) * S_ab^2)

    where g_R and g_C are the expected largest of R and C standard normal numbers, and S_a, S_b, S_ab the standard
    deviations that PEs of a column, of a row, and all of them have of their own; never more than the dense cycles.
    Against drawn masks this is within 3 % where PEs take 100 cycles or more (tests). A mask of the weights scales S_b:
    the busiest column of filters, when the whole layer is dealt out, is as far above the average as in the mask.

    Assumes non-zeros of inputs fall independently of each other and of the weights;
    PEs wait for each other at the end of a tile only, and reading and draining their scratchpads is hidden;
    the excess of a mask's busiest column is spread evenly over tiles, by the square root of their size.

    Where channels that are often zero meet filters that ignore them, densities are too low: 1.6 to 6.7 % on the
    published layers, which the counts of each channel give exactly.

    Source: Chen et al., Eyeriss v2, IEEE JETCAS 9(2), 2019; PE cycles: Sparseloop, Wu et al., MICRO 2022, figure 12;
    figures in validation/data/eyeriss_v2_pe.json.

    Example, one PE with one MAC: 4 positions, 2 filters, k = 3; input non-zeros 4, 1, 0 and weight non-zeros 2, 1, 2 by
    channel take 4 * 2 + 1 * 1 + 0 * 2 = 9 cycles. With two MACs 4 * 1 + 1 * 1 + 0 = 5.
    """

    rows: int
    cols: int
    section: EyerissV2
    input_density_fraction: float = 1.0
    weight_density_fraction: float = 1.0
    column_excess_ratio: float = 1.0
    """Excess of the busiest column of filters over that of weights that are zero independently."""

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use: the lanes of all PEs."""
        return self.rows * self.cols * self.section.macs_per_pe

    @property
    def streamed_dimension(self) -> Dimension:
        """M streams; weights stay."""
        return Dimension.M

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """A position a row and a filter a column: both are needed to fill the array, though positions also stream."""
        return self.rows, self.cols, 1

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a lane, whatever the operands' widths."""
        return float(self.num_pes)

    @property
    def performed_fraction(self) -> float:
        """Products of two non-zeros."""
        return self.input_density_fraction * self.weight_density_fraction

    def bound_to(self, nest: MatrixNest) -> EyerissV2Array:
        """Return the array that knows the densities of ``nest``, and its weights' mask where there is one."""
        bound = replace(
            self,
            input_density_fraction=nest.input_density_fraction,
            weight_density_fraction=nest.weight_density_fraction,
            column_excess_ratio=1.0,
        )
        if nest.weight_sparsity is None or nest.weight_sparsity.mask is None:
            return bound
        return replace(bound, column_excess_ratio=bound._excess_ratio(nest.weight_sparsity.mask))

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the weights' own: the array asks for none."""
        return own

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the slowest PE's cycles, rounded up; those beyond the average PE's are ``imbalance``."""
        positions, filters = _ceil(m, self.rows), _ceil(n, self.cols)
        quanta = quanta_moments(filters, self.weight_density_fraction, self.section.macs_per_pe)
        mean = k * positions * self.input_density_fraction * quanta[0]
        dense = k * positions * _ceil(filters, self.section.macs_per_pe)
        slowest = np.minimum(mean + self._excess(m, n, k, quanta), dense)
        stream = _round_up(slowest)
        return TileCycles(
            fill=np.zeros_like(stream),
            stream=stream,
            num_folds=_ceil(filters, self.section.sums_per_pe) * self._reduction_folds(filters, k) + 0 * stream,
            imbalance=stream - np.minimum(_round_up(mean), stream),
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return inputs once for every block of filters that a column keeps, weights once, sums once a stretch of K."""
        filters = _ceil(n, self.cols)
        stretches = self._reduction_folds(filters, k)
        return ScratchpadAccesses(
            input_read=m * k * _ceil(filters, self.section.sums_per_pe),
            weight_read=n * k * np.ones_like(m),
            output_read=m * n * (stretches - 1),
            output_write=m * n * stretches,
        )

    def _reduction_folds(self, filters: Int64Array, k: Int64Array) -> Int64Array:
        """Stretches of K that the weights of a PE's filters are cut into to fit its scratchpad."""
        kept = np.minimum(filters, self.section.sums_per_pe)
        return np.maximum(1, _round_up(k * kept * self.weight_density_fraction / self.section.weights_per_pe))

    def _excess(
        self, m: Int64Array, n: Int64Array, k: Int64Array, quanta_of_weights: tuple[FloatArray, FloatArray]
    ) -> FloatArray:
        """Cycles of the slowest PE beyond the mean, not limited by the dense cycles."""
        maxima = normal_maxima(max(self.rows, self.cols))
        of_used_rows, of_used_cols = maxima[np.minimum(m, self.rows)], maxima[np.minimum(n, self.cols)]
        quanta, quanta_variance = quanta_of_weights
        inputs = _ceil(m, self.rows) * self.input_density_fraction
        input_variance = inputs * (1 - self.input_density_fraction)
        of_rows = of_used_rows * quanta * np.sqrt(input_variance)
        of_cols = of_used_cols * self.column_excess_ratio * inputs * np.sqrt(quanta_variance)
        of_pes = (of_used_rows**2 + of_used_cols**2) * input_variance * quanta_variance
        return np.asarray(np.sqrt(k * ((of_rows + of_cols) ** 2 + of_pes)))

    def _excess_ratio(self, mask: Mask) -> float:
        """Return how far the mask's busiest column is above the mean, over what independent weights would be."""
        groups, filters, taps, channels = mask.shape
        density, width = self.weight_density_fraction, -(-filters // self.cols)
        length = taps * channels
        expected = float(normal_maxima(self.cols)[min(filters, self.cols)])
        expected *= math.sqrt(width * length * density * (1 - density))
        if expected == 0:
            return 1.0
        rows = np.count_nonzero(mask.array().reshape(groups, filters, length), axis=2)
        busiest = np.add.reduceat(rows, np.arange(0, filters, width), axis=1).max(axis=1)
        return max(0.0, float(busiest.mean()) - width * length * density) / expected


def _ceil(numerator: Int64Array, denominator: int) -> Int64Array:
    return -(-numerator // denominator)


def _round_up(cycles: FloatArray) -> Int64Array:
    """Whole cycles; what floating-point noise adds to a whole number is not one more."""
    return np.ceil(np.asarray(cycles) * (1 - 1e-12) - 1e-9).astype(np.int64)
