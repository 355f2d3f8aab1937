"""Flexible array: non-zero weights on any multiplier, sums by a forwarding adder network, as STONNE models SIGMA."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hw_configs.accelerator import Array
from hw_configs.array_sections import Sigma
from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from simulator.arrays.sigma_folds import FloatArray, FoldShares, fold_shares, num_folds
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BlockPattern, Mask, NmPattern, Pattern, Sparsity

CONFIGURE_CYCLES = 1
"""Cycles in which a fold's clusters are laid out, before its first weight is sent."""
STAGE_CYCLES = 4
"""Cycles from a port to the scratchpad, adders aside: distribution, multiplication, collection, write."""


def sigma_array(array: Array) -> SigmaArray:
    """Return the model of ``array``: its multipliers stand in one row, whatever its rows and columns.

    Raises
    ------
    ConfigError
        For a single multiplier, which could not hand on a partial sum.
    """
    assert array.sigma is not None
    if array.rows * array.cols < 2:
        raise ConfigError("array.rows: expected at least 2 multipliers (rows x cols) for array.type sigma, found 1")
    return SigmaArray(num_multipliers=array.rows * array.cols, section=array.sigma)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaArray:
    """P multipliers fed by D ports, P / D neighbours each; the non-zero weights of a filter form a cluster of them.

    A fold maps clusters one after another, in the order of the filters, as long as whole filters fit. A filter with
    more than P non-zeros is cut: P in its first fold, P - 1 in the others, where one multiplier hands on the partial
    sum. Then a fold of m positions takes

        1 + e + m * e + 4 + ceil(log2(P)) cycles,    e = ceil(P / D),

    one to lay clusters out, e to load weights, e for every position that streams, and what passes through distribution,
    multiplication, adder levels, collection and write. Folds do not overlap. Inputs are sent, zero or not, to where a
    weight waits: their zeros save nothing. e is less where a fold has less than that on all its ports, and more where
    its sums, collected at ``reduction_bandwidth`` a cycle, take longer.

    How many folds filters need follows from the distribution of their non-zeros (simulator/arrays/sigma_folds.py), or
    from packing the rows of a mask; never more than of filters without a zero, since packing less is never longer.

    Assumes a reduction that is cut between tiles spends one multiplier a filter on the sum so far, first tile included;
    every streamed input is fetched from the scratchpad, wanted by a multiplier or not, as STONNE counts them;
    sums leave at the root of the adder network: a narrow cluster's leave some levels earlier, at most log2(P) a fold.

    Source: Qin et al., SIGMA, HPCA 2020; STONNE, Munoz-Martinez et al., IISWC 2021, mode SIGMA_SPARSE_GEMM, and the
    logic of its SparseSDMemory, github.com/stonne-simulator/stonne. Figures in validation/data/stonne.csv.

    Example, STONNE's: 128 multipliers, 64 ports, 64 filters of K = 256 with at most 255 non-zeros: 2 folds a filter of
    1 + 2 + 64 * 2 + 4 + 7 = 142 cycles, 128 * 142 = 18,176 in all; a filter without a zero needs a third fold.
    """

    num_multipliers: int
    section: Sigma
    weight_density_fraction: float = 1.0
    dispersion: float = 0.0
    """Variance of a filter's non-zeros over that of independent ones."""
    fold_ratio: float = 1.0
    """Folds that packing the mask takes over those, whole ones, that its distribution would."""
    whole_k: int | None = None
    """K of the whole product; None where tiles are whole."""

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""
        return self.num_multipliers

    @property
    def streamed_dimension(self) -> Dimension:
        """M streams; weights stay."""
        return Dimension.M

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """One filter of as many weights as there are multipliers."""
        return 1, 1, self.num_multipliers

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a multiplier, whatever the operands' widths."""
        return float(self.num_multipliers)

    @property
    def performed_fraction(self) -> float:
        """Products with non-zero weights; those with zero inputs are done."""
        return self.weight_density_fraction

    def bound_to(self, nest: MatrixNest) -> SigmaArray:
        """Return the array that knows the weights' density, how it varies over filters, and K."""
        sparsity = nest.weight_sparsity
        density = nest.weight_density_fraction
        bound = replace(
            self,
            weight_density_fraction=density,
            dispersion=0.0 if sparsity is None else _dispersion(sparsity),
            fold_ratio=1.0,
            whole_k=nest.k,
        )
        if sparsity is None or sparsity.mask is None:
            return bound
        num_filters = np.asarray(sparsity.mask.shape[1])
        expected = int(_whole(num_filters * bound._shares(np.asarray(nest.k)).folds))
        folds = [num_folds(rows, self.num_multipliers) for rows in nonzeros_per_filter(sparsity.mask).tolist()]
        return replace(bound, fold_ratio=sum(folds) / (len(folds) * expected))

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the weights' own: the array asks for none."""
        return own

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return folds * m * e streaming cycles, and what every fold spends beside them: nothing without non-zeros."""
        packed = _whole(_whole(n * self._shares(k).folds) * self.fold_ratio)
        folds = np.minimum(packed, _whole(n * self._dense_shares(k).folds))
        load = np.minimum(self._ports_share, _whole(n * np.maximum(1.0, self.weight_density_fraction * k)))
        per_position = np.maximum(load, _ceil(_ceil(n, np.maximum(1, folds)), self.section.reduction_bandwidth))
        levels = (self.num_multipliers - 1).bit_length()
        return TileCycles(
            fill=folds * (CONFIGURE_CYCLES + load + STAGE_CYCLES + levels),
            stream=folds * m * per_position,
            num_folds=folds + 0 * m,
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return inputs once for each fold of whole filters or cut filter, weights once, sums once a fold."""
        shares, dense = self._shares(k), self._dense_shares(k)
        read_again = m * np.minimum(_whole(n * shares.cuts), _whole(n * dense.cuts))
        return ScratchpadAccesses(
            input_read=m * k * np.minimum(_whole(n * shares.passes), _whole(n * dense.passes)),
            weight_read=n * k * np.ones_like(m),
            output_read=read_again,
            output_write=m * n + read_again,
        )

    @property
    def _ports_share(self) -> int:
        """Multipliers that one port feeds."""
        return -(-self.num_multipliers // self.section.distribution_bandwidth)

    def _shares(self, k: Int64Array) -> FoldShares:
        """Return what a filter of each length in ``k`` takes of a fold."""
        density = self.weight_density_fraction
        variance = self.dispersion * density * (1 - density) * np.asarray(k, dtype=np.float64)
        return fold_shares(self._with_handed_on(np.maximum(1.0, density * k), k), variance, self.num_multipliers)

    def _dense_shares(self, k: Int64Array) -> FoldShares:
        """Return what a filter without a zero takes."""
        length = np.asarray(k, dtype=np.float64)
        return fold_shares(self._with_handed_on(length, k), np.zeros_like(length), self.num_multipliers)

    def _with_handed_on(self, mean: FloatArray, k: Int64Array) -> FloatArray:
        """Add the multiplier that hands on a partial sum where a tile has part of K."""
        return mean if self.whole_k is None else mean + (k < self.whole_k)


def nonzeros_per_filter(mask: Mask) -> Int64Array:
    """Return the non-zeros of each filter, shape (groups, filters)."""
    groups, filters, taps, channels = mask.shape
    return np.asarray(np.count_nonzero(mask.array().reshape(groups, filters, taps * channels), axis=2))


def _dispersion(sparsity: Sparsity) -> float:
    """Variance of a filter's non-zeros over that of independent ones: measured on a mask, else by the pattern.

    Assumes N:M weights use all N of each group, so that all filters have the same, and blocks are zero independently.
    """
    if sparsity.mask is not None:
        rows = nonzeros_per_filter(sparsity.mask)
        density, length = sparsity.density_fraction, sparsity.mask.shape[2] * sparsity.mask.shape[3]
        return float(rows.var() / (length * density * (1 - density))) if 0 < density < 1 else 0.0
    match sparsity.pattern:
        case NmPattern():
            return 0.0
        case BlockPattern(channels=channels):
            return float(channels)
        case None:
            return 1.0


def _ceil(numerator: Int64Array, denominator: int | Int64Array) -> Int64Array:
    return -(-numerator // denominator)


def _whole(amount: npt.ArrayLike) -> Int64Array:
    """Rounded up; what floating-point noise or far tails add to a whole number is not one more."""
    return np.ceil(np.asarray(amount) - 1e-6).astype(np.int64)
