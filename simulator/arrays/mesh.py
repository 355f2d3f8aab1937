"""Output-stationary mesh with an explicit distribution and reduction stage, as STONNE models the TPU."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from simulator.arrays.systolic import SystolicArray
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Pattern

_STAGE_CYCLES = 5
"""Cycles a fold spends beyond the systolic R + C - 2: fetch, distribution and write-back stages."""


@dataclass(frozen=True, slots=True)
class MeshArray:
    """R x C output-stationary mesh: ceil(M/R) * ceil(N/C) folds of K + R + C + 3 cycles.

    Source: STONNE, Munoz-Martinez et al., IISWC 2021, mode TPU_OS_DENSE; figures in validation/data/stonne.csv.
    Assumes partial tiles of the mesh take as long as full ones: the published rows are all full.
    """

    rows: int
    cols: int

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""
        return self.rows * self.cols

    @property
    def streamed_dimension(self) -> Dimension:
        """K streams; outputs stay."""
        return Dimension.K

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """As the output-stationary systolic array's."""
        return self._systolic.tile_units

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a PE, whatever the operands' widths."""
        return float(self.num_pes)

    @property
    def performed_fraction(self) -> float:
        """All: a zero takes its cycle like any other number."""
        return 1.0

    def bound_to(self, nest: MatrixNest) -> MeshArray:
        """Return the array itself: zeros change nothing."""
        return self

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the weights' own: the array asks for none."""
        return own

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the systolic cycles with the extra stages of every fold."""
        systolic = self._systolic.tile_cycles(m, n, k)
        return TileCycles(
            fill=systolic.fill + systolic.num_folds * _STAGE_CYCLES,
            stream=systolic.stream,
            num_folds=systolic.num_folds,
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return the accesses of the output-stationary systolic array: operands enter at the same two edges."""
        return self._systolic.scratchpad_accesses(m, n, k)

    @property
    def _systolic(self) -> SystolicArray:
        return SystolicArray(self.rows, self.cols, "os")
