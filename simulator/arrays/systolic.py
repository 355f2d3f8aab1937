"""Dense systolic array: output-, weight- or input-stationary."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Pattern

_STREAMED = {"os": Dimension.K, "ws": Dimension.M, "is": Dimension.N}


@dataclass(frozen=True, slots=True)
class SystolicArray:
    """R x C multiply-accumulators with neighbour-to-neighbour links.

    Two dimensions of the product are mapped on rows and columns, ``Sr`` and ``Sc`` long, and the third, ``T``,
    streams: (Sr, Sc, T) = (M, N, K) output-stationary, (K, N, M) weight-stationary, (K, M, N) input-stationary.
    A fold maps R x C of them; F = ceil(Sr/R) * ceil(Sc/C) folds run one after another without overlap.

    Source: SCALE-Sim, Samajdar et al., arXiv 1811.02883, section III; figures in validation/data/scalesim_v3.csv.

    Example: 33 x 17 x 20 (M, N, K) on 8 x 8, output-stationary: F = 5 * 3 = 15 folds of 20 + 8 + 8 - 2 = 34 cycles,
    510 in all.
    """

    rows: int
    cols: int
    dataflow: str

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""
        return self.rows * self.cols

    @property
    def streamed_dimension(self) -> Dimension:
        """T of the dataflow."""
        return _STREAMED[self.dataflow]

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """Rows and columns along the two dimensions that are mapped on them."""
        return {
            "os": (self.rows, self.cols, 1),
            "ws": (1, self.cols, self.rows),
            "is": (self.cols, 1, self.rows),
        }[self.dataflow]

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a PE, whatever the operands' widths."""
        return float(self.num_pes)

    @property
    def performed_fraction(self) -> float:
        """All: a zero takes its cycle like any other number."""
        return 1.0

    def bound_to(self, nest: MatrixNest) -> SystolicArray:
        """Return the array itself: zeros change nothing."""
        return self

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the weights' own: the array asks for none."""
        return own

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return F * (T + R + C - 2) cycles output-stationary, F * (T + 2R + C - 2) otherwise, split in two."""
        match self.dataflow:
            case "os":
                num_folds, stream = _ceil(m, self.rows) * _ceil(n, self.cols), k
            case "ws":
                num_folds, stream = _ceil(k, self.rows) * _ceil(n, self.cols), m
            case _:
                num_folds, stream = _ceil(k, self.rows) * _ceil(m, self.cols), n
        preload = 0 if self.dataflow == "os" else self.rows
        return TileCycles(
            fill=num_folds * (preload + self.rows + self.cols - 2), stream=num_folds * stream, num_folds=num_folds
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return accesses by operand.

        Output-stationary sums stay in the PEs; otherwise each fold along K adds to sums kept in the scratchpad.
        """
        match self.dataflow:
            case "os":
                input_uses, weight_uses, k_folds = _ceil(n, self.cols), _ceil(m, self.rows), _ceil(k, k)
            case "ws":
                input_uses, weight_uses, k_folds = _ceil(n, self.cols), _ceil(m, m), _ceil(k, self.rows)
            case _:
                input_uses, weight_uses, k_folds = _ceil(m, m), _ceil(m, self.cols), _ceil(k, self.rows)
        return ScratchpadAccesses(
            input_read=m * k * input_uses,
            weight_read=n * k * weight_uses,
            output_read=m * n * (k_folds - 1),
            output_write=m * n * k_folds,
        )


def _ceil(numerator: Int64Array, denominator: int | Int64Array) -> Int64Array:
    return -(-numerator // denominator)
