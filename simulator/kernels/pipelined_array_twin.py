"""Functional twin of the N:M array whose adders are pipelined: real values pass L stages on their way into a sum.

Slots, groups and edges are as in ``simulator.kernels.nm_systolic_twin``; what differs are the adders.

Output-stationary, a round: I folds run in turn, a register in each PE for the sum of each. The edges issue slot 0 of
fold 0, of fold 1 and so on, then slot 1, to row i after i cycles and to column j after j, as long as the sum that
comes next has left its adder, else a bubble. The last round may have fewer folds. A column has a result line for each
fold, so that results of neighbouring rows never meet. With R = C = 1, two slots, L = 3 and I = 2:

    cycle               0      1      2      3      4      5      6
    enters the adder   f0 s0  f1 s0         f0 s1  f1 s1
    leaves it                        f0 s0  f1 s0         f0 s1  f1 s1

That is 3 * 2 cycles, of which two are bubbles, and one more until the second fold's sum has left.

Weight-stationary, a fold: rows of slots are shifted in; sums enter at the top, pass the R adders of a column and leave
at the bottom, a new one each cycle. Activations enter a row L cycles after the one above. With R = 2, C = 1, L = 3
and two rows of A, after 2 cycles of loading:

    cycle                     0      1      2      3      4      5      6
    enters row 0's adder     r0     r1
    enters row 1's adder                           r0     r1
    leaves the column                                            r0     r1

Rounds and folds do not overlap: the next begins when the last sum has left. Sums are made in the slots' order in both
dataflows, so that both give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.nm_systolic_twin import compress_weights
from simulator.kernels.pipelined_array_kernels import (
    CYCLES,
    INPUT_READS,
    MACS,
    OUTPUT_READS,
    OUTPUT_WRITES,
    WEIGHT_READS,
    PipelinedOperands,
    run_columns_of_adders,
    run_interleaved_outputs,
)

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelinedPes:
    """R x C PEs, their dataflow and their adders.

    Parameters
    ----------
    rows, cols : int
        R and C.
    dataflow : {"os", "ws"}
    latency_cycles : int
        L, stages of an adder.
    interleaved : int
        I, folds that are summed in turn, output-stationary.

    Raises
    ------
    ValueError
        For any other dataflow, or a number below 1; names the field.
    """

    rows: int
    cols: int
    dataflow: str
    latency_cycles: int
    interleaved: int = 1

    def __post_init__(self) -> None:
        """Check the fields."""
        for field in ("rows", "cols", "latency_cycles", "interleaved"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} is {getattr(self, field)}, expected at least 1")
        if self.dataflow not in ("os", "ws"):
            raise ValueError(f"dataflow is {self.dataflow!r}, expected 'os' or 'ws'")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelinedResult:
    """What the array computed and what passed its edges.

    Parameters
    ----------
    product : ndarray of float64, shape (M, N)
    cycles : int
        From the first slot that enters to the last sum that leaves its adder, over all folds.
    input_reads, weight_reads : int
        Elements of A, a group that N slots share once; and slots, zeros that fill a group up among them.
    output_reads, output_writes : int
        Partial sums that entered again, and sums (partial or final) that left.
    num_macs : int
        Products of a slot and an activation, those of zero slots among them.
    """

    product: Reals
    cycles: int
    input_reads: int
    weight_reads: int
    output_reads: int
    output_writes: int
    num_macs: int


def multiply_on_pipelined_pes(
    a: Reals, b: Reals, pes: PipelinedPes, *, pattern: tuple[int, int] = (1, 1), taps: int = 1
) -> PipelinedResult:
    """Return the product of ``a`` (M, K) and N:M weights ``b`` (K, N) as the array makes it, with cycles and accesses.

    Parameters
    ----------
    a, b : ndarray of float64
        Integers whose sums stay below 2**53 are multiplied exactly.
    pes : PipelinedPes
    pattern : tuple of (int, int)
        N and M; (1, 1) is dense.
    taps : int
        Kernel positions that K is made of, outermost; groups begin anew at each.

    Raises
    ------
    ValueError
        When the shapes do not multiply, ``taps`` does not divide K, or a group has more than N non-zeros.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or a.shape[0] == 0:
        raise ValueError(f"cannot multiply a matrix of shape {a.shape} by one of shape {b.shape}")
    run = run_interleaved_outputs if pes.dataflow == "os" else run_columns_of_adders
    operands = _operands(a, b, pattern, taps)
    product, counts = run(operands, pes.rows, pes.cols, pes.latency_cycles, pes.interleaved)
    return PipelinedResult(
        product=product,
        cycles=int(counts[CYCLES]),
        input_reads=int(counts[INPUT_READS]),
        weight_reads=int(counts[WEIGHT_READS]),
        output_reads=int(counts[OUTPUT_READS]),
        output_writes=int(counts[OUTPUT_WRITES]),
        num_macs=int(counts[MACS]),
    )


def _operands(a: Reals, b: Reals, pattern: tuple[int, int], taps: int) -> PipelinedOperands:
    """Return ``a`` and the slots of ``b``: places are found on its mask, and real values put there."""
    slots = compress_weights((b != 0).astype(np.int64), n=pattern[0], m=pattern[1], taps=taps)
    rows = np.minimum(slots.group_starts[:, None] + slots.indices, b.shape[0] - 1)  # empty slots may lie past the end
    kept = np.take_along_axis(b, rows, axis=0) * slots.values
    return PipelinedOperands(
        np.ascontiguousarray(a, dtype=np.float64),
        np.ascontiguousarray(kept, dtype=np.float64),
        slots.indices,
        slots.group_starts,
        slots.group_sizes,
        slots.n,
        slots.m,
    )
