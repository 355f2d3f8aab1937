"""An array whose adders are pipelined: a sum waits for its last product, unless other sums take their turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simulator.arrays.protocol import ArrayModel, Dimension, Int64Array, ScratchpadAccesses, TileCycles
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Pattern


@dataclass(frozen=True, slots=True)
class PipelinedAdders:
    """A systolic array, output- or weight-stationary, whose adders have L stages.

    Output-stationary, a PE adds a product to its output every L cycles, so that one fold of T products a PE takes L*T
    cycles. I outputs, of I folds that run together, take turns: max(L, i) * T cycles for i of them, and F folds make
    floor(F / I) such rounds and one of the rest. With I >= L full rounds have no stall. The array fills and drains
    once a round, and min(L, i) - 1 cycles longer, until the last sum has left its adder.

    Weight-stationary, each row of a fold adds to other sums, which do not wait for each other; the sums pass R adders
    of L cycles in place of one: R * (L - 1) cycles more to fill and drain the array.

    Assumes folds that are summed in turn differ in their outputs alone, and that a PE has a register, and a column a
    result line, for each.

    Parameters
    ----------
    model : ArrayModel
        Of the array with adders of one cycle.
    rows : int
        R.
    latency_cycles, interleaved : int
        L and I.

    Example: 5 folds of 10 products each, L = 4. One after another they stream for 5 * 4 * 10 = 200 cycles; four in
    turn for 4 * 10, and the fifth alone for 4 * 10: 80. Adders of one cycle take 50. On 2 x 2 PEs the two rounds fill
    and drain for 2 + 2 - 2 cycles each, the first for 3 more: 7 in place of 5 * 2.
    """

    model: ArrayModel
    rows: int
    latency_cycles: int
    interleaved: int

    @property
    def num_pes(self) -> int:
        """The model's."""
        return self.model.num_pes

    @property
    def peak_macs_per_cycle(self) -> float:
        """The model's: without stalls."""
        return self.model.peak_macs_per_cycle

    @property
    def streamed_dimension(self) -> Dimension:
        """The model's."""
        return self.model.streamed_dimension

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """The model's."""
        return self.model.tile_units

    @property
    def performed_fraction(self) -> float:
        """The model's."""
        return self.model.performed_fraction

    def bound_to(self, nest: MatrixNest) -> PipelinedAdders:
        """Return the model for ``nest``, with the same adders."""
        return replace(self, model=self.model.bound_to(nest))

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return what the array inside asks for."""
        return self.model.stored_pattern(own)

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the model's cycles with stalls in ``stream``, and in ``fill`` each round once and longer adders."""
        cycles = self.model.tile_cycles(m, n, k)
        if self.streamed_dimension is Dimension.M:
            longer = self.rows * (self.latency_cycles - 1)
            return replace(cycles, fill=cycles.fill + cycles.num_folds * longer)
        folds = np.maximum(cycles.num_folds, 1)  # a tile of no outputs has no fold, and no cycle
        slots = self._num_slots(folds)
        return replace(
            cycles,
            fill=cycles.fill // folds * -(-cycles.num_folds // self.interleaved) + self._drain(cycles.num_folds),
            stream=cycles.stream // folds * slots,
            padding=cycles.padding // folds * slots,
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return the model's: stalls move nothing."""
        return self.model.scratchpad_accesses(m, n, k)

    def _num_slots(self, folds: Int64Array) -> Int64Array:
        """Return the cycles that ``folds`` take for each product of a fold."""
        rounds, rest = folds // self.interleaved, folds % self.interleaved
        last = np.where(rest > 0, np.maximum(rest, self.latency_cycles), 0)
        return np.asarray(rounds * max(self.interleaved, self.latency_cycles) + last)

    def _drain(self, folds: Int64Array) -> Int64Array:
        """Return the cycles of all rounds of ``folds`` from the last sum that is done on time to the round's last."""
        rounds, rest = folds // self.interleaved, folds % self.interleaved
        last = np.maximum(np.minimum(rest, self.latency_cycles) - 1, 0)
        return np.asarray(rounds * (min(self.interleaved, self.latency_cycles) - 1) + last)
