"""Functional twin of the SIGMA-like array: ports, multipliers, adder levels and collection, stepped in every cycle.

P multipliers stand in a row; port p feeds the share of ceil(P / D) neighbours that begin at p * share, one element a
cycle. A fold lays clusters of stationary non-zeros on them, in one cycle. Then each port sends its multipliers'
weights, and for every streamed column the elements that they wait for, one after another: the first multiplier of a
cluster that goes on from an earlier fold waits for the partial sum instead. Elements take a cycle to arrive and one to
be multiplied once all multipliers have theirs of that column. Products move through ceil(log2(P)) adder levels, one a
cycle: at level s, multiplier i of a cluster, counted from its first, adds what multiplier i + 2^s has, where i is a
multiple of 2^(s + 1). The first then has the sum. Sums wait to be collected, ``reduction_bandwidth`` a cycle, and are
written a cycle later. The next fold begins in the cycle after the last write.

P = 4, D = 2, one fold of two clusters of two, two columns x and y:

    cycle            0     1     2     3     4     5     6     7     8     9    10    11    12
    ports          lay   weights      x     x     y     y
    arrived                                       .     x           y
    multiplied                                                x           y
    adder level 0                                                   x           y
    adder level 1                                                         x           y
    collected                                                                   x           y
    written                                                                           x           y

which is 1 + 2 + 2 * 2 + 4 + 2 = 13 cycles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.int64]

CYCLES, STATIONARY_READS, STREAM_READS, SUM_READS, SUM_WRITES, MACS, FOLDS = range(7)
"""Places in the counters that the kernel returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaResult:
    """What the array computed and what its ports moved.

    Parameters
    ----------
    product : ndarray of int64, shape (rows of the stationary operand, columns of the streamed one)
    cycles : int
        From the first fold's configuration to the last sum written.
    stationary_reads, stream_reads : int
        Elements that the ports sent: stationary non-zeros, and streamed elements once for each multiplier.
    sum_reads, sum_writes : int
        Partial sums read back, and sums written.
    num_macs : int
        Products with a stationary non-zero.
    num_folds : int
    """

    product: Matrix
    cycles: int
    stationary_reads: int
    stream_reads: int
    sum_reads: int
    sum_writes: int
    num_macs: int
    num_folds: int


def multiply_on_sigma(
    stationary: Matrix, streamed: Matrix, *, num_multipliers: int, distribution_bandwidth: int, reduction_bandwidth: int
) -> SigmaResult:
    """Return the product of ``stationary`` (N, K), whose zeros are skipped, and ``streamed`` (K, M).

    Parameters
    ----------
    stationary, streamed : ndarray of int64
        Both with at least one element.
    num_multipliers : int
        P, 2 or more.
    distribution_bandwidth, reduction_bandwidth : int
        Ports in and out, elements a cycle.

    Raises
    ------
    ValueError
        For shapes that do not multiply, or fewer than 2 multipliers.
    """
    if stationary.ndim != 2 or streamed.ndim != 2 or stationary.shape[1] != streamed.shape[0]:
        raise ValueError(f"cannot multiply a matrix of shape {stationary.shape} by one of shape {streamed.shape}")
    if 0 in (*stationary.shape, *streamed.shape) or num_multipliers < 2:
        raise ValueError(f"expected elements and at least 2 multipliers, found {stationary.shape}, {num_multipliers}")
    held, passing = (np.ascontiguousarray(one, dtype=np.int64) for one in (stationary, streamed))
    share = -(-num_multipliers // distribution_bandwidth)
    product, counts = run_sigma(held, passing, num_multipliers, share, reduction_bandwidth)
    return SigmaResult(
        product=product,
        cycles=int(counts[CYCLES]),
        stationary_reads=int(counts[STATIONARY_READS]),
        stream_reads=int(counts[STREAM_READS]),
        sum_reads=int(counts[SUM_READS]),
        sum_writes=int(counts[SUM_WRITES]),
        num_macs=int(counts[MACS]),
        num_folds=int(counts[FOLDS]),
    )


@njit(cache=True)
def _lay_out(held: Matrix, row: int, begin: int, layout: Matrix) -> tuple[int, int]:
    """Map the next fold's clusters; returns the row and the reduction index at which the fold after it begins.

    ``layout`` (4, P), modified in place: stationary row (-1: unused), reduction index (-1: partial sum), value, place
    in the cluster. ``begin`` is where a row is taken up that the last fold cut; 0 for none.
    """
    num_multipliers = layout.shape[1]
    layout[0] = -1
    if begin > 0:
        layout[:, 0] = row, -1, 1, 0
        end, _ = _place(held, row, begin, layout, 1, 1)
        return (row + 1, 0) if end < 0 else (row, end)
    used = 0
    while row < held.shape[0]:
        nonzeros = np.count_nonzero(held[row])
        if used + nonzeros > num_multipliers:
            if used > 0:
                break  # it waits for a fold of its own
            end, used = _place(held, row, 0, layout, 0, 0)
            return row, end
        _, used = _place(held, row, 0, layout, used, 0)
        row += 1
    return row, 0


@njit(cache=True)
def _place(held: Matrix, row: int, begin: int, layout: Matrix, used: int, place: int) -> tuple[int, int]:
    """Put non-zeros of ``row`` on multipliers from ``used`` on, ``layout`` modified in place.

    Returns the reduction index of the first that found no multiplier, -1 if all did; and the multipliers now used.
    """
    for k in range(begin, held.shape[1]):
        if held[row, k] != 0:
            if used == layout.shape[1]:
                return k, used
            layout[:, used] = row, k, held[row, k], place
            used += 1
            place += 1
    return -1, used


@njit(cache=True)
def _adder_links(layout: Matrix) -> Matrix:
    """Return 1 where, at level s, a multiplier adds what the one 2^s after it has, else 0; shape (levels, P)."""
    size = layout.shape[1]
    levels = 0
    while (1 << levels) < size:
        levels += 1
    links = np.zeros((levels, size), dtype=np.int64)
    for level in range(levels):
        for i in range(size - (1 << level)):
            is_same_row = layout[0, i] >= 0 and layout[0, i] == layout[0, i + (1 << level)]
            links[level, i] = is_same_row and layout[3, i] % (2 << level) == 0
    return links


@njit(cache=True)
def _queue_of_ports(layout: Matrix, share: int, is_weights: bool) -> tuple[Matrix, int]:
    """Return which multiplier each port sends to at each step (-1: none), shape (steps, ports), and the steps."""
    size = layout.shape[1]
    queues = np.full((share, -(-size // share)), -1, dtype=np.int64)
    lengths = np.zeros(queues.shape[1], dtype=np.int64)
    for at in range(size):
        if layout[0, at] >= 0 and (layout[1, at] >= 0 or not is_weights):
            port = at // share
            queues[lengths[port], port] = at
            lengths[port] += 1
    return queues, lengths.max()


@njit(cache=True)
def _send_weights(layout: Matrix, queue: Matrix, weights: Matrix, counts: Matrix) -> None:
    """Let every port send a weight to the multiplier that ``queue`` names; the last two are modified in place."""
    for at in queue:
        if at >= 0:
            weights[at] = layout[2, at]
            counts[STATIONARY_READS] += 1


@njit(cache=True)
def _send_elements(
    layout: Matrix, queue: Matrix, column: Matrix, sums: Matrix, on_the_way: Matrix, counts: Matrix
) -> None:
    """Let every port send what its multiplier waits for: of the streamed ``column``, or of the ``sums`` so far.

    The last two are modified in place.
    """
    for at in queue:
        if at < 0:
            continue
        if layout[1, at] >= 0:
            on_the_way[at] = column[layout[1, at]]
            counts[STREAM_READS] += 1
        else:
            on_the_way[at] = sums[layout[0, at]]
            counts[SUM_READS] += 1


@njit(cache=True)
def run_sigma(
    held: Matrix, streamed: Matrix, num_multipliers: int, share: int, collected: int
) -> tuple[Matrix, Matrix]:
    """Return the product (N, M) and counters; a port feeds ``share`` multipliers, ``collected`` sums leave a cycle."""
    product = np.zeros((held.shape[0], streamed.shape[1]), dtype=np.int64)
    counts = np.zeros(7, dtype=np.int64)
    layout = np.zeros((4, num_multipliers), dtype=np.int64)
    row = begin = 0
    while row < held.shape[0]:
        row, begin = _lay_out(held, row, begin, layout)
        if layout[0, 0] >= 0:
            counts[CYCLES] += 1 + _run_fold(streamed, layout, share, collected, product, counts)
            counts[FOLDS] += 1
    return product, counts


@njit(cache=True)
def _run_fold(streamed: Matrix, layout: Matrix, share: int, collected: int, product: Matrix, counts: Matrix) -> int:
    """Step one fold from its first weight to its last write; returns its cycles. The last two are modified in place."""
    size, num_columns = layout.shape[1], streamed.shape[1]
    links = _adder_links(layout)
    levels = links.shape[0]
    weight_queues, num_weight_steps = _queue_of_ports(layout, share, True)
    queues, num_steps = _queue_of_ports(layout, share, False)
    heads = np.flatnonzero((layout[3] == 0) & (layout[0] >= 0))
    num_products = np.count_nonzero((layout[0] >= 0) & (layout[1] >= 0))
    weights, operands = np.ones(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    on_the_way = np.zeros(size, dtype=np.int64)
    stages = np.zeros((levels + 1, size), dtype=np.int64)  # what each adder level takes; the last: finished sums
    stage_column = np.full(levels + 1, -1, dtype=np.int64)
    waiting = np.zeros((heads.size * num_columns, 3), dtype=np.int64)
    num_waiting = num_collected = num_written = cycle = step = 0
    column, sent_column, arrived_column = -1, -1, -1  # -1: weights or nothing; a column once all of it is there
    while num_written < waiting.shape[0]:
        for at in range(num_written, num_collected):
            product[waiting[at, 0], waiting[at, 1]] = waiting[at, 2]
        counts[SUM_WRITES] += num_collected - num_written
        num_written = num_collected
        if stage_column[levels] >= 0:
            for head in heads:
                waiting[num_waiting] = layout[0, head], stage_column[levels], stages[levels, head]
                num_waiting += 1
        num_collected = min(num_waiting, num_collected + collected)
        for level in range(levels - 1, -1, -1):
            reach = size - (1 << level)
            stages[level + 1] = stages[level]
            stages[level + 1, :reach] += links[level, :reach] * stages[level, size - reach :]
            stage_column[level + 1] = stage_column[level]
        stage_column[0] = arrived_column
        if arrived_column >= 0:
            stages[0] = weights * operands
            counts[MACS] += num_products
        operands[:] = on_the_way
        arrived_column, sent_column = sent_column, -1
        if column < num_columns:
            if column < 0:
                _send_weights(layout, weight_queues[step], weights, counts)
            else:
                _send_elements(layout, queues[step], streamed[:, column], product[:, column], on_the_way, counts)
            step += 1
            if step == (num_weight_steps if column < 0 else num_steps):
                sent_column = column
                column, step = column + 1, 0
        cycle += 1
    return cycle
