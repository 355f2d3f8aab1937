"""Sparse rows times a dense matrix, one row at a time on fixed groups of multipliers, as STONNE models MAGMA."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hw_configs.array_sections import Sigma
from simulator.arrays.protocol import Int64Array
from simulator.arrays.sigma import CONFIGURE_CYCLES, STAGE_CYCLES


@dataclass(frozen=True, slots=True, kw_only=True)
class MagmaRows:
    """P multipliers in T_N groups of T_K = P / T_N: a group has T_K non-zeros of the row and one streamed column.

    A row of z non-zeros is cut in i = ceil(z / T_K) pieces. Each piece is loaded, multicast to all groups, in
    e = ceil(P / D) cycles (D ports); then ceil(columns / T_N) * i sets of elements stream, e cycles each, and sums of a
    column's pieces are accumulated behind the adder network. With what a fold of SIGMA spends besides, a row takes

        1 + i * e + ceil(columns / T_N) * i * e + 4 + ceil(log2(P)) cycles.

    Source: STONNE, Munoz-Martinez et al., IISWC 2021, mode MAGMA_SPARSE_DENSE, and the logic of its
    SparseDenseSDMemory, github.com/stonne-simulator/stonne.

    Example: 128 multipliers in 4 groups, 64 ports, 125 non-zeros, 64 columns: i = 4, e = 2,
    1 + 4 * 2 + 16 * 4 * 2 + 4 + 7 = 148 cycles.
    """

    num_multipliers: int
    num_groups: int
    section: Sigma

    def row_cycles(self, nonzeros: Int64Array, num_columns: int) -> Int64Array:
        """Return the cycles of rows with ``nonzeros`` each; a row without any takes none."""
        load = -(-self.num_multipliers // self.section.distribution_bandwidth)
        pieces = -(-nonzeros // (self.num_multipliers // self.num_groups))
        sets = -(-num_columns // self.num_groups) * pieces
        levels = (self.num_multipliers - 1).bit_length()
        cycles = CONFIGURE_CYCLES + (pieces + sets) * load + STAGE_CYCLES + levels
        return np.where(nonzeros > 0, cycles, 0)
