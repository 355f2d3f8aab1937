"""Dual-side sparse tensor core: outer products of the non-zeros of both operands, in quanta of its lanes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from hw_configs.accelerator import Array
from hw_configs.array_sections import OuterProduct
from simulator.arrays.outer_product_counts import (
    FloatArray,
    IndexCosts,
    costs_of,
    expected_costs,
    index_cycles,
    tile_counts,
)
from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BoolArray, Pattern


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OuterProductArray:
    """Cores that multiply, k by k, a column of 32 inputs by a row of 32 weights (T = 32, lanes 8 x 16).

    With a and b non-zeros in them, index k takes

        bitmap_cycles + max(ceil(a / 8) * ceil(b / 16), ceil(a * b / merge_words_per_cycle))

    cycles: bitmaps are multiplied first, since they tell where sums go; lanes take 8 inputs and 16 weights a cycle, and
    the last quantum of each is partly idle; products are merged into the 32 x 32 sums through ports of 116 words, less
    than the 128 lanes make. Dense that is 1 + max(4 * 2, ceil(1024 / 116)) = 10. Densities give its expectation, a and
    b binomial; a mask of the weights gives their distribution exactly, over (group, tile of 32 filters, k).

    Assumes non-zeros of inputs fall independently of each other and of the weights;
    a bitmap product takes one issue slot, as every instruction does, on empty columns too;
    one index is merged before the next one's bitmaps are multiplied, and sums leave a full tile behind its products;
    tiles of other sizes than the mask's own hold filters drawn from those at random, and every k is like the average;
    cores that work side by side on tiles of one fold take the same time, since K is long.

    Source: Wang et al., Dual-side sparse tensor core, ISCA 2021 (tiles, lanes, bitmap and predicated outer-product
    instructions; that a bitmap product takes a cycle is assumed); merge ports: Sparseloop, Wu et al., MICRO 2022, the
    description of that core in its artifact, figure 13. Figures in validation/data/dual_side_tensor_core.csv.
    """

    section: OuterProduct
    num_cores: tuple[int, int] = (1, 1)
    """Along positions and filters."""
    input_density_fraction: float = 1.0
    weight_density_fraction: float = 1.0
    costs: IndexCosts = field(repr=False)

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""
        return self.section.input_lanes * self.section.weight_lanes * self.num_cores[0] * self.num_cores[1]

    @property
    def streamed_dimension(self) -> Dimension:
        """K streams; outputs stay."""
        return Dimension.K

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """A tile of each core."""
        return self.section.tile * self.num_cores[0], self.section.tile * self.num_cores[1], 1

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a PE, whatever the operands' widths."""
        return float(self.num_pes)

    @property
    def performed_fraction(self) -> float:
        """Products of two non-zeros."""
        return self.input_density_fraction * self.weight_density_fraction

    def bound_to(self, nest: MatrixNest) -> OuterProductArray:
        """Return the array that knows the densities of ``nest``, and the mask of its weights where there is one."""
        return replace(
            self,
            input_density_fraction=nest.input_density_fraction,
            weight_density_fraction=nest.weight_density_fraction,
            costs=costs_of(self.section, nest.input_density_fraction, nest.weight_sparsity, nest.m),
        )

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the weights' own: the array asks for none."""
        return own

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the expected cycles, rounded up; imbalance is what idle lanes of last quanta add.

        That is, quanta beyond those of the dense product times the share of its products that are not zero.
        """
        cycles = k * self._over_folds(self.costs.cycles, m, n)
        dense = expected_costs(self.section, 1.0, 1.0)
        idle = np.maximum(self.costs.quanta - dense.quanta * self.performed_fraction, 0.0)
        stream = _whole(cycles)
        return TileCycles(
            fill=np.zeros_like(stream),
            stream=stream,
            num_folds=_ceil(m, self.tile_units[0]) * _ceil(n, self.tile_units[1]),
            imbalance=np.minimum(_whole(k * self._over_folds(idle, m, n)), stream),
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return accesses by operand: each tile of outputs reads its inputs and weights once; sums leave once."""
        return ScratchpadAccesses(
            input_read=m * k * _ceil(n, self.tile_units[1]),
            weight_read=n * k * _ceil(m, self.tile_units[0]),
            output_read=np.zeros_like(m * n * k),
            output_write=m * n * np.ones_like(k),
        )

    def _over_folds(self, table: FloatArray, m: Int64Array, n: Int64Array) -> FloatArray:
        """Return the sum of ``table`` over the folds of an m x n tile: a fold takes what its largest tile does."""
        tile = self.section.tile
        rows, cols = self.tile_units[:2]
        whole_m, rest_m = m // rows, np.minimum(m % rows, tile)
        whole_n, rest_n = n // cols, np.minimum(n % cols, tile)
        along_n = whole_n * table[tile, tile] + table[tile, rest_n]
        total: FloatArray = whole_m * along_n + whole_n * table[rest_m, tile] + table[rest_m, rest_n]
        return total


def outer_product_array(array: Array) -> OuterProductArray:
    """Return the model of an array of this type, operands dense.

    Raises
    ------
    ConfigError
        When its rows and columns make no whole number of cores.
    """
    section = array.outer_product
    if section is None:
        raise ConfigError("array.outer_product: expected a section, found none")
    for side, lanes in (("rows", "input_lanes"), ("cols", "weight_lanes")):
        if getattr(array, side) % getattr(section, lanes):
            raise ConfigError(
                f"array.{side}: expected a multiple of outer_product.{lanes} = {getattr(section, lanes)}, "
                f"found {getattr(array, side)}"
            )
    cores = array.rows // section.input_lanes, array.cols // section.weight_lanes
    return OuterProductArray(section=section, num_cores=cores, costs=expected_costs(section, 1.0, 1.0))


def cycles_of_masks(inputs: BoolArray, weights: BoolArray, section: OuterProduct) -> int:
    """Return the exact cycles of one core for masks of ``inputs`` (M, K) and ``weights`` (N, K)."""
    rows, columns = (tile_counts(mask[np.newaxis], section.tile)[0] for mask in (inputs, weights))
    cycles = index_cycles(section)
    return sum(int(cycles[row[np.newaxis], columns].sum()) for row in rows)


def _whole(cycles: FloatArray) -> Int64Array:
    """Round up, past the rounding errors of sums of probabilities."""
    return np.ceil(cycles * (1 - 1e-12)).astype(np.int64)


def _ceil(numerator: Int64Array, denominator: int) -> Int64Array:
    return -(-numerator // denominator)
