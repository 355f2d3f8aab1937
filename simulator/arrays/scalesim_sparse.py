"""SCALE-Sim v3's sparse modes, for comparison with that tool alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from simulator.arrays.systolic import SystolicArray
from workloads.loop_nest import MatrixNest
from workloads.sparsity import NmPattern, Pattern

DENSE = NmPattern(n=1, m=1)


@dataclass(frozen=True, slots=True)
class ScalesimSparseArray:
    """Dense systolic array with K shortened to the kept weights of a filter, as SCALE-Sim v3 has it.

    Layer-wise, a layer's N:M weights leave K' = floor(K / M) * N + min(K mod M, N) of K: the first N of each group are
    the ones kept, in every filter. Row-wise, each filter keeps a random 1 to B / 2 of each block of B, and takes the
    space of B / 2: K' = ceil(K / 2B) * B, weight-stationary only, for every layer whatever its weights.

    This is wrong for real N:M weights, and is here to reproduce that tool's figures: filters of real weights keep
    different channels, so their activations cannot be left out as these modes do output- and input-stationary.
    ``simulator.arrays.nm_systolic`` is the array that runs real ones.

    Parameters
    ----------
    rows, cols : int
    dataflow : {"os", "ws", "is"}
    mode : {"layer_wise", "row_wise"}
    block : int
        B of the row-wise mode.
    kept : NmPattern
        What it is bound to; row-wise B of every 2B.
    performed : float
        K' over K of the nest it is bound to; 1 where rounding up to whole blocks makes K' the larger.

    Source: SCALE-Sim v3, github.com/scalesim-project/SCALE-Sim, commit fab89b7; figures in
    validation/data/scalesim_v3.csv.

    Example: 33 x 17 x 20 (M, N, K) at 2:8 on 8 x 8, output-stationary: K' = 2 * 2 + min(4, 2) = 6, so 15 folds of
    6 + 8 + 8 - 2 = 20 cycles, 300 in all.
    """

    rows: int
    cols: int
    dataflow: str
    mode: str = "layer_wise"
    block: int = 4
    kept: NmPattern = DENSE
    performed: float = 1.0

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
        """As the dense array's; R rows of kept weights stand for R * M / N along K."""
        m, n, k = self._dense.tile_units
        return m, n, k if self.dataflow == "os" else k * self.kept.m // self.kept.n

    @property
    def performed_fraction(self) -> float:
        """K' over K."""
        return self.performed

    def bound_to(self, nest: MatrixNest) -> ScalesimSparseArray:
        """Return the array for the N:M pattern of ``nest``'s weights; without one, layer-wise runs dense."""
        if self.mode == "row_wise":
            kept = NmPattern(n=self.block, m=2 * self.block)
        else:
            pattern = None if nest.weight_sparsity is None else nest.weight_sparsity.pattern
            kept = pattern if isinstance(pattern, NmPattern) else DENSE
        bound = replace(self, kept=kept)
        return replace(bound, performed=min(1.0, bound.num_kept(nest.k) / nest.k))

    def num_kept(self, k: int) -> int:
        """Return K' of a reduction of ``k``; of int64 arrays too, see ``tile_cycles``.

        Row-wise, a K below B is rounded up to B: more than there are.
        """
        n, m = self.kept.n, self.kept.m
        if self.mode == "row_wise" and n != m:
            return n * -(-k // m)
        tail = k % m
        return k // m * n + tail - (tail - n) * (tail > n)

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the weights' own: the array asks for none."""
        return own

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the dense array's cycles for K'; the zeros that fill up a row-wise block are no padding here."""
        return self._dense.tile_cycles(m, n, self._steps(k))

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return what SCALE-Sim counts: kept weights alone, and inputs by dataflow and mode.

        Output- and input-stationary, inputs of the zeros are not read. Weight-stationary and layer-wise, K' * M / N are
        read for K, rounded up to whole words here. Row-wise, B words are for every slot at the array's left edge, the
        bubbles of the skew among them: B * R * (M + R - 1) words a fold.
        Assumes that a stored weight is a kept weight: an accelerator with this array names no compression of weights.
        """
        steps = self._steps(k)
        accesses = self._dense.scratchpad_accesses(m, n, steps)
        if self.dataflow != "ws" or self.kept.n == self.kept.m:
            return accesses
        if self.mode == "row_wise":
            num_folds = -(-steps // self.rows) * -(-n // self.cols)
            return replace(accesses, input_read=self.block * num_folds * self.rows * (m + self.rows - 1))
        return replace(accesses, input_read=-(-accesses.input_read * self.kept.m // self.kept.n))

    def _steps(self, k: Int64Array) -> Int64Array:
        return self.num_kept(k)  # type: ignore[arg-type, return-value]

    @property
    def _dense(self) -> SystolicArray:
        return SystolicArray(self.rows, self.cols, self.dataflow)
