"""Cost of running one nest tile by tile: footprint, traffic and cycles, for one tiling or for all of them.

A tiling cuts the loops g (groups), m (positions), n (filters) and k (channels) and runs the tiles in a loop order; g is
outermost, since groups share nothing. Operands: input indexed by (m, k), weight by (k, n), output by (m, n); each has
one loop that it does not depend on: n, m and k. Every step computes one tile while the loads of the next step and the
stores of the step before are under way: a step lasts as long as the longer of the two.

    total = load(0) + sum over steps i of max(compute(i), load(i + 1) + store(i - 1)) + store(last)

An operand may be *held* across its independent loop: all its tiles inside that loop stay in the scratchpad and are
fetched in the loop's first pass only. Otherwise a tile is fetched each time it differs from that of the step before.
Outputs that leave before their reduction is done go off-chip, and come back, as accumulators.
Assumes a partial sum that leaves makes room for the one that arrives meanwhile: two buffers serve three steps.

All callees of the cached functions are in this file on purpose: numba keeps stale callees of other files.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulator.kernels.tile_types import Bounds, Int64Array, Objective, Steps, TileSpace

M, N, K = 0, 1, 2
ORDERS = np.array([[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]], dtype=np.int64)
"""Loop orders, outermost first, as dimension numbers."""

NUM_FIELDS = 19
(
    GROUP_TILE,
    POSITION_TILE,
    FILTER_TILE,
    CHANNEL_TILE,
    ORDER,
    HOLD_INPUT,
    HOLD_WEIGHT,
    HOLD_OUTPUT,
    FOOTPRINT_BITS,
    INPUT_BITS,
    WEIGHT_BITS,
    OUTPUT_READ_BITS,
    OUTPUT_WRITE_BITS,
    COMPUTE_CYCLES,
    TOTAL_CYCLES,
    DMA_CYCLES,
    INPUT_FOOTPRINT_BITS,
    OUTPUT_FOOTPRINT_BITS,
    TRAFFIC_BITS,
) = range(NUM_FIELDS)
"""Columns of a tiling's record. The first four are indices of candidate sizes; ORDER is a row of ``ORDERS``.

TRAFFIC_BITS, all off-chip bits, is for fronts alone.
"""


TRAFFIC, LATENCY, ENERGY, EDP = 0, 1, 2, 3

_leaf = njit(cache=True, _nrt=False)
"""For functions that make no array: they need not count references to the many arrays of a space, which costs more
than what they do."""


@_leaf
def _trips(size: int, tile: int) -> int:
    return (size + tile - 1) // tile


@_leaf
def _bits(count: int, bits_each: float) -> int:
    """``count`` elements of ``bits_each`` on average, rounded up to a whole bit; exact where that is whole itself."""
    whole = int(bits_each)
    if whole == bits_each:
        return count * whole
    return int(np.ceil(count * bits_each - 1e-6))


@_leaf
def _reloads(order: Int64Array, trips: Int64Array, independent: int) -> bool:
    """Whether a loop that the operand depends on runs more than once inside its independent loop."""
    inside = False
    for position in range(3):
        if inside and trips[order[position]] > 1:
            return True
        if order[position] == independent:
            inside = True
    return False


@_leaf
def _is_inside(order: Int64Array, inner: int, outer: int) -> bool:
    for position in range(3):
        if order[position] == outer:
            return True
        if order[position] == inner:
            return False
    return False


@_leaf
def _range_max(values: Int64Array, begin: int, end: int) -> int:
    largest = 0
    for index in range(begin, end):
        largest = max(largest, values[index])
    return largest


@_leaf
def _range_sum(values: Int64Array, begin: int, end: int) -> int:
    total = 0
    for index in range(begin, end):
        total += values[index]
    return total


@_leaf
def _range_count(values: Int64Array, begin: int, end: int) -> int:
    """How many are not zero."""
    count = 0
    for index in range(begin, end):
        count += values[index] != 0
    return count


@njit(cache=True)
def loop_trips(space: TileSpace, record: Int64Array) -> Int64Array:
    """Return the number of tiles along m, n, k and g of the tiling in ``record``."""
    trips = np.empty(4, dtype=np.int64)
    _fill_trips(space, record, trips)
    return trips


@_leaf
def _fill_trips(space: TileSpace, record: Int64Array, trips: Int64Array) -> None:
    """Set ``trips`` (4, modified in place) to what ``loop_trips`` returns."""
    p = record[POSITION_TILE]
    trips[M] = space.tile_begin[p + 1] - space.tile_begin[p]
    trips[N] = _trips(space.num_filters, space.filter_tiles[record[FILTER_TILE]])
    trips[K] = _trips(space.num_channels, space.channel_tiles[record[CHANNEL_TILE]])
    trips[3] = _trips(space.num_groups, space.group_tiles[record[GROUP_TILE]])


@njit(cache=True)
def fill_traffic(space: TileSpace, position_sums: Int64Array, record: Int64Array) -> None:
    """Set footprint and traffic columns of ``record`` (modified in place) from its tiling columns.

    ``position_sums`` is what the function of that name returns.
    """
    trips = loop_trips(space, record)
    inputs = input_moves(space, position_sums, record, trips, record[HOLD_INPUT] == 1)
    weights = weight_moves(space, record, trips, record[HOLD_WEIGHT] == 1)
    outputs = output_moves(space, position_sums, record, trips, record[HOLD_OUTPUT] == 1)
    record[INPUT_BITS], record[INPUT_FOOTPRINT_BITS] = inputs
    record[WEIGHT_BITS] = weights[0]
    record[OUTPUT_READ_BITS], record[OUTPUT_WRITE_BITS], record[OUTPUT_FOOTPRINT_BITS] = outputs
    record[FOOTPRINT_BITS] = inputs[1] + weights[1] + outputs[2] + space.resident_bits


@_leaf
def input_moves(
    space: TileSpace, position_sums: Int64Array, record: Int64Array, trips: Int64Array, is_held: bool
) -> tuple[int, int]:
    """Return off-chip bits and footprint bits of the input under the sizes and loop order in ``record``.

    Its independent loop is n.
    """
    p = record[POSITION_TILE]
    order = ORDERS[record[ORDER]]
    channel_tile = space.channel_tiles[record[CHANNEL_TILE]]
    many_groups = trips[3] > 1
    reloaded = _reloads(order, trips, N)
    if is_held and reloaded:
        positions = position_sums[p, 2]
        if _is_inside(order, M, N):
            positions = position_sums[p, 1]
            refetched = many_groups if trips[K] == 1 else not _is_inside(order, K, N)
            if refetched:
                # the next pass begins to arrive while the last tile, with the halo it shares, is in use
                first, last = space.tile_begin[p], space.tile_begin[p + 1] - 1
                positions = max(positions, space.tile_input[first] + space.tile_input[last])
        channels = space.num_channels if _is_inside(order, K, N) else channel_tile
        buffer = positions * channels
        fetched = position_sums[p, 1] if _is_inside(order, M, N) else position_sums[p, 0]
        factor = 1
    else:
        factor = trips[N] if reloaded else 1
        fetched = position_sums[p, 0]
        once = trips[M] * trips[K] * factor == 1 and not many_groups
        buffer = position_sums[p, 2] * channel_tile * (1 if once else 2)
    moved = _bits(space.num_groups * fetched * space.num_channels * factor, space.input_bits)
    return moved, _bits(buffer * space.group_tiles[record[GROUP_TILE]], space.input_scratchpad_bits)


@_leaf
def weight_moves(space: TileSpace, record: Int64Array, trips: Int64Array, is_held: bool) -> tuple[int, int]:
    """Return off-chip bits, residents included, and footprint bits, residents aside, of the weights.

    Their independent loop is m.
    """
    order = ORDERS[record[ORDER]]
    filter_tile = space.filter_tiles[record[FILTER_TILE]]
    channel_tile = space.channel_tiles[record[CHANNEL_TILE]]
    reloaded = _reloads(order, trips, M)
    if is_held and reloaded:
        filters = space.num_filters if _is_inside(order, N, M) else filter_tile
        channels = space.num_channels if _is_inside(order, K, M) else channel_tile
        buffer = filters * channels
        factor = 1
    else:
        factor = trips[M] if reloaded else 1
        once = trips[N] * trips[K] * factor == 1 and trips[3] == 1
        buffer = filter_tile * channel_tile * (1 if once else 2)
    weights = space.num_groups * space.num_filters * space.num_channels
    moved = _bits(weights * factor, space.weight_bits) + space.resident_bits
    return moved, _bits(buffer * space.group_tiles[record[GROUP_TILE]], space.weight_scratchpad_bits)


@_leaf
def output_moves(
    space: TileSpace, position_sums: Int64Array, record: Int64Array, trips: Int64Array, is_held: bool
) -> tuple[int, int, int]:
    """Return off-chip bits read and written, and footprint bits, of the output; its independent loop is k."""
    p = record[POSITION_TILE]
    order = ORDERS[record[ORDER]]
    filter_tile = space.filter_tiles[record[FILTER_TILE]]
    reloaded = _reloads(order, trips, K)
    wide = trips[K] > 1 or space.accumulates[space.channel_size[record[CHANNEL_TILE]]]
    sum_bits = max(space.accumulator_bits, space.output_scratchpad_bits)
    outputs = space.num_groups * position_sums[p, 4] * space.num_filters
    spills = 0
    if is_held and reloaded:
        elements = position_sums[p, 4] if _is_inside(order, M, K) else position_sums[p, 3]
        filters = space.num_filters if _is_inside(order, N, K) else filter_tile
        buffer = elements * filters
    else:
        spills = trips[K] - 1 if reloaded else 0
        once = trips[M] * trips[N] == 1 and trips[3] == 1
        buffer = position_sums[p, 3] * filter_tile * (1 if once else 2)
    buffer *= space.group_tiles[record[GROUP_TILE]]
    read = outputs * spills * sum_bits
    footprint = buffer * sum_bits if wide else _bits(buffer, space.output_buffer_bits)
    return read, read + _bits(outputs, space.output_bits), footprint


@_leaf
def missing_bits(bounds: Bounds, record: Int64Array) -> int:
    """Return by how many bits the tiling exceeds the scratchpad, 0 when it fits."""
    total, inputs, outputs = record[FOOTPRINT_BITS], record[INPUT_FOOTPRINT_BITS], record[OUTPUT_FOOTPRINT_BITS]
    missing = max(0, total - bounds.total_bits)
    missing = max(missing, inputs - bounds.input_bits)
    missing = max(missing, outputs - bounds.output_bits)
    return max(missing, total - inputs - outputs - bounds.weight_bits)


@_leaf
def traffic_bits(record: Int64Array) -> int:
    """Return all off-chip bits of the tiling."""
    return record[INPUT_BITS] + record[WEIGHT_BITS] + record[OUTPUT_READ_BITS] + record[OUTPUT_WRITE_BITS]


@_leaf
def is_chained(space: TileSpace, record: Int64Array, trips: Int64Array) -> bool:
    """Return whether tiles along the streamed, innermost loop are one fold each: the array need not be refilled."""
    streamed = space.streamed_dimension
    if space.sequential or streamed < 0 or trips[streamed] == 1:
        return False
    order = ORDERS[record[ORDER]]
    for position in range(3):
        inner = order[2 - position]
        if inner == streamed:
            break
        if trips[inner] > 1:
            return False
    return space.single_fold[
        space.group_size[record[GROUP_TILE]],
        space.count_size[space.count_begin[record[POSITION_TILE]]],
        space.filter_size[record[FILTER_TILE]],
        space.channel_size[record[CHANNEL_TILE]],
    ]


@njit(cache=True, inline="always")
def _tile_cycles(
    space: TileSpace, g: int, m: int, n: int, k: int, follows: bool, keeps_sums: bool, is_first: bool, is_last: bool
) -> int:
    """Cycles of a tile of table sizes (g, m, n, k), the longest of array, scratchpad ports and fused vector work.

    ``follows``: the array need not be refilled. ``keeps_sums``: sums stay in the array between cuts of the reduction.
    ``is_first``, ``is_last``: of the cuts of its reduction.
    """
    cycles = space.chained_cycles[g, m, n, k] if follows else space.array_cycles[g, m, n, k]
    outputs = space.groups[g] * space.positions[m] * space.filters[n]
    bits = (space.chained_output_port_bits if follows else space.output_port_bits)[g, m, n, k]
    if not is_first and not keeps_sums:
        bits += outputs * space.columns_per_filter * max(space.accumulator_bits, space.output_scratchpad_bits)
    if not is_last:
        dense_bits = space.output_scratchpad_bits
        change = -dense_bits if keeps_sums else max(0, space.accumulator_bits - dense_bits)
        bits += outputs * space.columns_per_filter * change
    operand_cycles = space.chained_operand_port_cycles if follows else space.operand_port_cycles
    cycles = max(cycles, operand_cycles[g, m, n, k])
    cycles = max(cycles, (bits + space.output_port_width_bits - 1) // space.output_port_width_bits)
    if is_last and space.fused_operations > 0:
        cycles = max(cycles, int(np.ceil(outputs * space.fused_operations / space.num_lanes - 1e-9)))
    return cycles


@_leaf
def tile_totals(
    space: TileSpace, record: Int64Array, trips: Int64Array, chained: bool, totals: NDArray[np.float64]
) -> None:
    """Set ``totals`` (modified in place) to compute cycles and scratchpad pJ of all tiles of the tiling's sizes.

    When tiles are chained the cycles are a lower bound that leaves all refilling out.
    """
    p = record[POSITION_TILE]
    keeps_sums = chained and space.streamed_dimension == K
    totals[:] = 0.0
    for g_last in range(2):
        g_count = 1 if g_last else trips[3] - 1
        g = space.group_rest_size[record[GROUP_TILE]] if g_last else space.group_size[record[GROUP_TILE]]
        for n_last in range(2):
            n_count = g_count * (1 if n_last else trips[N] - 1)
            n = space.filter_rest_size[record[FILTER_TILE]] if n_last else space.filter_size[record[FILTER_TILE]]
            for cut in range(3):  # first, middle and last of a reduction; the last alone when it is not cut
                is_first, is_last = cut == 0 or trips[K] == 1, cut == 2
                count = n_count * (1 if is_last else min(1, trips[K] - 1) if cut == 0 else max(0, trips[K] - 2))
                if count == 0:
                    continue
                c = record[CHANNEL_TILE]
                k = space.channel_rest_size[c] if is_last else space.channel_size[c]
                for entry in range(space.count_begin[p], space.count_begin[p + 1]):
                    m = space.count_size[entry]
                    cycles = _tile_cycles(space, g, m, n, k, chained, keeps_sums, is_first, is_last)
                    totals[0] += count * space.size_count[entry] * cycles
                    totals[1] += count * space.size_count[entry] * space.access_pj[g, m, n, k]
    if chained:
        totals[1] -= (trips[space.streamed_dimension] - 1) * space.chained_saving_pj
    if not keeps_sums:
        totals[1] += (trips[K] - 1) * space.k_split_pj


@_leaf
def dma_cycles(bounds: Bounds, bits: int, num_transfers: int) -> int:
    """Cycles that transfers of ``bits`` in all (rounded up to bursts already) keep the DMA busy."""
    if num_transfers == 0:
        return 0
    cycles = (num_transfers + bounds.num_channels - 1) // bounds.num_channels * bounds.latency_cycles
    if bits > 0 and bounds.bits_per_cycle < 1e15:
        cycles += int(np.ceil(bits / bounds.bits_per_cycle - 1e-9))
    return cycles


@njit(cache=True)
def _stand_ins(space: TileSpace, record: Int64Array, trips: Int64Array, dimension: int) -> Int64Array:
    """Indices of a loop that stand for all of them, with weights, shape (2, count).

    The ends of loops n, k and g behave in their own way, and everything between alike; m has its own list.
    """
    count = trips[dimension]
    if dimension == M:
        begin = space.stand_in_begin[record[POSITION_TILE]]
        end = space.stand_in_begin[record[POSITION_TILE] + 1]
        result = np.empty((2, end - begin), dtype=np.int64)
        result[0] = space.stand_in[begin:end]
        result[1] = space.stand_in_weight[begin:end]
        return result
    result = np.ones((2, min(count, 4)), dtype=np.int64)
    if count <= 4:
        result[0] = np.arange(count)
    else:
        result[0] = np.array([0, 1, count - 2, count - 1])
        result[1, 1] = count - 3
    return result


@_leaf
def _is_fetched_again(record: Int64Array, trips: Int64Array, operand: int) -> int:
    independent = N if operand == 0 else (M if operand == 1 else K)
    held = record[HOLD_INPUT + operand] == 1
    return 1 if not held and _reloads(ORDERS[record[ORDER]], trips, independent) else 0


@_leaf
def steps_of(space: TileSpace, bounds: Bounds, record: Int64Array, trips: Int64Array) -> Steps:
    """Return what the steps of the tiling in ``record`` have in common."""
    g, n, k = record[GROUP_TILE], record[FILTER_TILE], record[CHANNEL_TILE]
    group_tile, filter_tile, channel_tile = space.group_tiles[g], space.filter_tiles[n], space.channel_tiles[k]
    return Steps(
        trips[M],
        trips[N],
        trips[K],
        trips[3],
        group_tile,
        space.num_groups - (trips[3] - 1) * group_tile,
        filter_tile,
        space.num_filters - (trips[N] - 1) * filter_tile,
        channel_tile,
        space.num_channels - (trips[K] - 1) * channel_tile,
        space.input_bits,
        space.weight_bits,
        space.output_bits,
        max(space.accumulator_bits, space.output_scratchpad_bits),
        space.resident_bits,
        bounds.burst_bits,
        _is_fetched_again(record, trips, 0),
        _is_fetched_again(record, trips, 1),
        _is_fetched_again(record, trips, 2),
        space.streamed_dimension if is_chained(space, record, trips) else -1,
        space.group_size[g],
        space.group_rest_size[g],
        space.filter_size[n],
        space.filter_rest_size[n],
        space.channel_size[k],
        space.channel_rest_size[k],
    )


@njit(cache=True, inline="always")
def inputs_of(space: TileSpace, record: Int64Array) -> Int64Array:
    """Return the input elements that each position tile fetches: fresh ones when all positions pass in a held loop."""
    begin, end = space.tile_begin[record[POSITION_TILE]], space.tile_begin[record[POSITION_TILE] + 1]
    if record[HOLD_INPUT] == 1 and _is_inside(ORDERS[record[ORDER]], M, N):
        return space.tile_fresh[begin:end]
    return space.tile_input[begin:end]


@_leaf
def _bursts(bits: int, burst_bits: int) -> int:
    return (bits + burst_bits - 1) // burst_bits * burst_bits


@_leaf
def _loads(steps: Steps, inputs: Int64Array, outputs: Int64Array, at: Int64Array) -> tuple[int, int]:
    """Bits (in bursts) and transfers that the step at loop indices ``at`` (m, n, k, g) needs before it can compute."""
    groups = steps.group_tile if at[3] < steps.trips_g - 1 else steps.group_rest
    filters = steps.filter_tile if at[N] < steps.trips_n - 1 else steps.filter_rest
    channels = steps.channel_tile if at[K] < steps.trips_k - 1 else steps.channel_rest
    total, transfers = 0, 0
    if at[N] == 0 or steps.input_again:
        bits = _bits(inputs[at[M]] * channels * groups, steps.input_bits)
        total += _bursts(bits, steps.burst_bits)
        transfers += 1 if bits > 0 else 0
    if at[M] == 0 or steps.weight_again:
        bits = _bits(filters * channels * groups, steps.weight_bits)
        total += _bursts(bits, steps.burst_bits)
        transfers += 1 if bits > 0 else 0
    if at[K] > 0 and steps.output_again:
        bits = outputs[at[M]] * filters * groups * steps.partial_bits
        total += _bursts(bits, steps.burst_bits)
        transfers += 1 if bits > 0 else 0
    if steps.resident_bits > 0 and at[M] + at[N] + at[K] + at[3] == 0:
        total += _bursts(steps.resident_bits, steps.burst_bits)
        transfers += 1
    return total, transfers


@_leaf
def _stores(steps: Steps, outputs: Int64Array, at: Int64Array) -> tuple[int, int]:
    """Bits (in bursts) and transfers that the step at loop indices ``at`` (m, n, k, g) leaves to be stored."""
    is_last = at[K] == steps.trips_k - 1
    if not is_last and not steps.output_again:
        return 0, 0
    groups = steps.group_tile if at[3] < steps.trips_g - 1 else steps.group_rest
    filters = steps.filter_tile if at[N] < steps.trips_n - 1 else steps.filter_rest
    count = outputs[at[M]] * filters * groups
    bits = _bits(count, steps.output_bits) if is_last else count * steps.partial_bits
    return _bursts(bits, steps.burst_bits), 1 if bits > 0 else 0


@njit(cache=True, inline="always")
def _compute(steps: Steps, space: TileSpace, tile_size: Int64Array, at: Int64Array) -> int:
    """Compute cycles of the step at loop indices ``at`` (m, n, k, g)."""
    g = steps.table_group if at[3] < steps.trips_g - 1 else steps.table_group_rest
    n = steps.table_filter if at[N] < steps.trips_n - 1 else steps.table_filter_rest
    k = steps.table_channel if at[K] < steps.trips_k - 1 else steps.table_channel_rest
    follows = steps.chained_dimension >= 0 and at[steps.chained_dimension] > 0
    keeps_sums = steps.chained_dimension == K
    is_first, is_last = at[K] == 0, at[K] == steps.trips_k - 1
    return _tile_cycles(space, g, tile_size[at[M]], n, k, follows, keeps_sums, is_first, is_last)


@_leaf
def _go_to_last(trips: Int64Array, at: Int64Array) -> None:
    """Move ``at`` (modified in place) to the last step."""
    for dimension in range(4):
        at[dimension] = trips[dimension] - 1


@_leaf
def _copy(at: Int64Array, to: Int64Array) -> None:
    """Copy loop indices to ``to`` (4, modified in place)."""
    for dimension in range(4):
        to[dimension] = at[dimension]


@_leaf
def advance(order: Int64Array, trips: Int64Array, at: Int64Array, direction: int) -> bool:
    """Move ``at`` (modified in place) to the next (+1) or previous (-1) step; return False at the end."""
    for position in range(4):
        dimension = order[2 - position] if position < 3 else 3
        at[dimension] += direction
        if 0 <= at[dimension] < trips[dimension]:
            return True
        at[dimension] = 0 if direction > 0 else trips[dimension] - 1
    return False


@_leaf
def _moved_meanwhile(
    steps: Steps,
    order: Int64Array,
    trips: Int64Array,
    inputs: Int64Array,
    outputs: Int64Array,
    at: Int64Array,
    near: Int64Array,
) -> tuple[int, int]:
    """Bits and transfers during the step ``at``: next step's loads, previous one's stores. ``near`` (4) is scratch."""
    bits, transfers = 0, 0
    _copy(at, near)
    if advance(order, trips, near, 1):
        loaded, count = _loads(steps, inputs, outputs, near)
        bits += loaded
        transfers += count
    _copy(at, near)
    if advance(order, trips, near, -1):
        stored, count = _stores(steps, outputs, near)
        bits += stored
        transfers += count
    return bits, transfers


@_leaf
def _meanwhile(
    steps: Steps,
    bounds: Bounds,
    order: Int64Array,
    trips: Int64Array,
    inputs: Int64Array,
    outputs: Int64Array,
    at: Int64Array,
    near: Int64Array,
) -> int:
    """DMA cycles during the step ``at``; ``near`` (4) is scratch space."""
    bits, transfers = _moved_meanwhile(steps, order, trips, inputs, outputs, at, near)
    return dma_cycles(bounds, bits, transfers)


@_leaf
def _edges(
    steps: Steps, bounds: Bounds, trips: Int64Array, inputs: Int64Array, outputs: Int64Array, at: Int64Array
) -> tuple[int, int]:
    """DMA cycles before the first step and after the last; leaves ``at`` (4) at the last."""
    at[:] = 0
    bits, transfers = _loads(steps, inputs, outputs, at)
    before = dma_cycles(bounds, bits, transfers)
    _go_to_last(trips, at)
    bits, transfers = _stores(steps, outputs, at)
    return before, dma_cycles(bounds, bits, transfers)


@njit(cache=True)
def fill_cycles(space: TileSpace, bounds: Bounds, record: Int64Array) -> None:
    """Set the cycle columns of ``record`` (modified in place) from its tiling columns; walks stand-in steps only."""
    _walk(space, bounds, record, 0, np.inf)


@njit(cache=True)
def _cycle_table(space: TileSpace, steps: Steps, tile_size: Int64Array, tiles: Int64Array) -> Int64Array:
    """Compute cycles of every kind of step, shape (group, filter, cut of the reduction, position tile, follows).

    Group and filter tiles are full (0) or the last (1), cuts first, middle or last, and position tiles those of
    ``tiles``.
    """
    table = np.zeros((2, 2, 3, tiles.size, 2), dtype=np.int64)
    keeps_sums = steps.chained_dimension == K
    for g in range(1 if steps.trips_g == 1 else 0, 2):
        group = steps.table_group_rest if g else steps.table_group
        for n in range(1 if steps.trips_n == 1 else 0, 2):
            filters = steps.table_filter_rest if n else steps.table_filter
            for cut in range(2 if steps.trips_k == 1 else 0, 3):
                channels = steps.table_channel_rest if cut == 2 else steps.table_channel
                is_first, is_last = cut == 0 or steps.trips_k == 1, cut == 2
                for slot in range(tiles.size):
                    size = tile_size[tiles[slot]]
                    for follows in range(2 if steps.chained_dimension >= 0 else 1):
                        table[g, n, cut, slot, follows] = _tile_cycles(
                            space, group, size, filters, channels, follows == 1, keeps_sums, is_first, is_last
                        )
    return table


@njit(cache=True)
def _walk(space: TileSpace, bounds: Bounds, record: Int64Array, busy: int, limit: float) -> None:
    """As ``fill_cycles``, but give up, with a lower bound above ``limit`` for total cycles, once that much is certain.

    The total is all DMA cycles (at least ``busy``) plus what each step computes longer than it moves.
    """
    trips = loop_trips(space, record)
    order = ORDERS[record[ORDER]]
    begin, end = space.tile_begin[record[POSITION_TILE]], space.tile_begin[record[POSITION_TILE] + 1]
    steps = steps_of(space, bounds, record, trips)
    inputs, outputs = inputs_of(space, record), space.tile_output[begin:end]
    groups = _stand_ins(space, record, trips, 3)
    loops = (
        _stand_ins(space, record, trips, order[0]),
        _stand_ins(space, record, trips, order[1]),
        _stand_ins(space, record, trips, order[2]),
    )
    m_loop = 0 if order[0] == M else (1 if order[1] == M else 2)
    table = _cycle_table(space, steps, space.tile_size[begin:end], loops[m_loop][0])
    at = np.zeros(4, dtype=np.int64)
    near = np.zeros(4, dtype=np.int64)
    slots = np.zeros(3, dtype=np.int64)
    before, after = _edges(steps, bounds, trips, inputs, outputs, at)
    dma, compute, waiting = before + after, 0, 0
    for g in range(groups.shape[1]):
        at[3] = groups[0, g]
        g_last = 1 if at[3] == trips[3] - 1 else 0
        for slots[0] in range(loops[0].shape[1]):
            at[order[0]] = loops[0][0, slots[0]]
            for slots[1] in range(loops[1].shape[1]):
                if busy + waiting > limit:
                    record[TOTAL_CYCLES] = busy + waiting
                    return
                at[order[1]] = loops[1][0, slots[1]]
                weight = groups[1, g] * loops[0][1, slots[0]] * loops[1][1, slots[1]]
                for slots[2] in range(loops[2].shape[1]):
                    at[order[2]] = loops[2][0, slots[2]]
                    n_last = 1 if at[N] == trips[N] - 1 else 0
                    cut = 2 if at[K] == trips[K] - 1 else (0 if at[K] == 0 else 1)
                    follows = 1 if steps.chained_dimension >= 0 and at[steps.chained_dimension] > 0 else 0
                    cycles = table[g_last, n_last, cut, slots[m_loop], follows]
                    moving = _meanwhile(steps, bounds, order, trips, inputs, outputs, at, near)
                    times = weight * loops[2][1, slots[2]]
                    compute += times * cycles
                    dma += times * moving
                    waiting += times * max(cycles - moving, 0)
    record[COMPUTE_CYCLES] = compute
    record[DMA_CYCLES] = dma
    record[TOTAL_CYCLES] = dma + waiting


@njit(cache=True)
def all_steps(space: TileSpace, bounds: Bounds, record: Int64Array) -> Int64Array:
    """Return every step of the tiling in order, none left out.

    Returns
    -------
    int64 array, shape (steps + 2, 2)
        Compute cycles, and DMA cycles meanwhile: the next step's loads and the previous one's stores together. The
        first row is what comes before all steps (the first loads), the last what comes after (the last stores).
    """
    trips = loop_trips(space, record)
    order = ORDERS[record[ORDER]]
    begin, end = space.tile_begin[record[POSITION_TILE]], space.tile_begin[record[POSITION_TILE] + 1]
    steps = steps_of(space, bounds, record, trips)
    inputs, outputs, tile_size = inputs_of(space, record), space.tile_output[begin:end], space.tile_size[begin:end]
    at = np.zeros(4, dtype=np.int64)
    near = np.zeros(4, dtype=np.int64)
    rows = np.zeros((trips[0] * trips[1] * trips[2] * trips[3] + 2, 2), dtype=np.int64)
    rows[0, 1], rows[-1, 1] = _edges(steps, bounds, trips, inputs, outputs, at)
    at[:] = 0
    for index in range(1, rows.shape[0] - 1):
        rows[index, 0] = _compute(steps, space, tile_size, at)
        rows[index, 1] = _meanwhile(steps, bounds, order, trips, inputs, outputs, at, near)
        advance(order, trips, at, 1)
    return rows


NUM_PARTS = 17
"""Bits and transfers before the first step and after the last (4); of the last step, the first and the commonest kind
how many there are, compute cycles, bits and transfers meanwhile (3 x 4); transfers in all."""


@_leaf
def total_bound(space: TileSpace, bounds: Bounds, sums: Int64Array, record: Int64Array, scratch: Int64Array) -> int:
    """Return a lower bound of the tiling's total cycles, the larger of two; ``sums`` as from ``position_sums``.

    Compute between first load and last store; or all traffic, and what some steps compute longer than they move: the
    first, the last, and the commonest kind. ``scratch``, shape (4, NUM_PARTS), is modified in place.
    """
    parts = scratch[3]
    parts[:] = 0
    _fill_parts(space, bounds, sums, record, scratch, parts)
    return _bound_of(bounds, record, parts)


@_leaf
def _fill_parts(
    space: TileSpace,
    bounds: Bounds,
    sums: Int64Array,
    record: Int64Array,
    scratch: Int64Array,
    parts: Int64Array,
) -> None:
    """Set ``parts`` (NUM_PARTS zeros, modified in place) to what ``total_bound`` needs, whatever the DMA's speed.

    The first three rows of ``scratch`` are modified in place.
    """
    at, near, trips = scratch[0, :4], scratch[1, :4], scratch[2, :4]
    _fill_trips(space, record, trips)
    order = ORDERS[record[ORDER]]
    begin, end = space.tile_begin[record[POSITION_TILE]], space.tile_begin[record[POSITION_TILE] + 1]
    steps = steps_of(space, bounds, record, trips)
    inputs, outputs, tile_size = inputs_of(space, record), space.tile_output[begin:end], space.tile_size[begin:end]
    at[:] = 0
    parts[0], parts[1] = _loads(steps, inputs, outputs, at)
    _go_to_last(trips, at)
    parts[2], parts[3] = _stores(steps, outputs, at)
    for kind in range(3):  # at the last step already
        times = 1
        if kind == 1:
            at[:] = 0
            if trips[0] * trips[1] * trips[2] * trips[3] == 1:
                break
        elif kind == 2:
            times = _commonest_step(space, record, trips, at)
            if times == 1:
                break
        first = 4 + 4 * kind
        parts[first], parts[first + 1] = times, _compute(steps, space, tile_size, at)
        parts[first + 2], parts[first + 3] = _moved_meanwhile(steps, order, trips, inputs, outputs, at, near)
    parts[16] = _num_transfers(space, sums, record, trips)


@_leaf
def _bound_of(bounds: Bounds, record: Int64Array, parts: Int64Array) -> int:
    before, after = dma_cycles(bounds, parts[0], parts[1]), dma_cycles(bounds, parts[2], parts[3])
    waiting = 0
    for first in range(4, 16, 4):
        if parts[first] > 0:
            moving = dma_cycles(bounds, parts[first + 2], parts[first + 3])
            waiting += parts[first] * max(0, parts[first + 1] - moving)
    busy = _traffic_cycles(bounds, record) + _latencies(bounds, parts[16])
    return max(before + record[COMPUTE_CYCLES] + after, busy + waiting)


@_leaf
def _commonest_step(space: TileSpace, record: Int64Array, trips: Int64Array, at: Int64Array) -> int:
    """Set ``at`` (modified in place) to a step that stands for most others; return for how many, as the walk counts.

    More than one: then it is neither the first step nor the last, which stand for themselves.
    """
    times = 1
    for dimension in range(1, 4):
        inside = trips[dimension] > 4
        at[dimension] = 1 if inside else 0
        times *= trips[dimension] - 3 if inside else 1
    best = 0
    for slot in range(space.stand_in_begin[record[POSITION_TILE]], space.stand_in_begin[record[POSITION_TILE] + 1]):
        if space.stand_in_weight[slot] > best:
            best = space.stand_in_weight[slot]
            at[M] = space.stand_in[slot]
    return times * best


@njit(cache=True)
def busy_bound(space: TileSpace, bounds: Bounds, sums: Int64Array, record: Int64Array) -> int:
    """Return a lower bound of the DMA's cycles: all bits at full speed, and the latency of all transfers."""
    trips = loop_trips(space, record)
    return _traffic_cycles(bounds, record) + _latencies(bounds, _num_transfers(space, sums, record, trips))


@_leaf
def _latencies(bounds: Bounds, num_transfers: int) -> int:
    return num_transfers // bounds.num_channels * bounds.latency_cycles


@_leaf
def _num_transfers(space: TileSpace, sums: Int64Array, record: Int64Array, trips: Int64Array) -> int:
    """Transfers of all tiles: those without any input (all padding, or nothing fresh) or output are none."""
    p = record[POSITION_TILE]
    fresh_only = record[HOLD_INPUT] == 1 and _is_inside(ORDERS[record[ORDER]], M, N)
    num_transfers = trips[3] * trips[K] * (sums[p, 6] if fresh_only else sums[p, 5])
    num_transfers *= trips[N] if _is_fetched_again(record, trips, 0) else 1
    if space.input_bits == 0:
        num_transfers = 0
    if space.weight_bits > 0:
        num_transfers += trips[3] * trips[N] * trips[K] * (trips[M] if _is_fetched_again(record, trips, 1) else 1)
    if space.output_bits > 0:
        num_transfers += trips[3] * trips[N] * sums[p, 7] * (trips[K] if _is_fetched_again(record, trips, 2) else 1)
    return num_transfers


@_leaf
def _traffic_cycles(bounds: Bounds, record: Int64Array) -> int:
    return np.int64(traffic_bits(record) / bounds.bits_per_cycle)


@njit(cache=True)
def position_sums(space: TileSpace) -> Int64Array:
    """Return what traffic and bounds need of each position candidate, shape (candidates, 8).

    Sum of inputs, sum of fresh inputs, largest input, largest output, sum of outputs; tiles with inputs, with fresh
    inputs, with outputs.
    """
    count = space.tile_begin.size - 1
    sums = np.empty((count, 8), dtype=np.int64)
    for c in range(count):
        begin, end = space.tile_begin[c], space.tile_begin[c + 1]
        sums[c, 0] = _range_sum(space.tile_input, begin, end)
        sums[c, 1] = _range_sum(space.tile_fresh, begin, end)
        sums[c, 2] = _range_max(space.tile_input, begin, end)
        sums[c, 3] = _range_max(space.tile_output, begin, end)
        sums[c, 4] = _range_sum(space.tile_output, begin, end)
        sums[c, 5] = _range_count(space.tile_input, begin, end)
        sums[c, 6] = _range_count(space.tile_fresh, begin, end)
        sums[c, 7] = _range_count(space.tile_output, begin, end)
    return sums


@njit(cache=True)
def _is_canonical(space: TileSpace, record: Int64Array, trips: Int64Array) -> bool:
    """Whether no other tiling does the same: loops that run once come last, holding must matter."""
    order = ORDERS[record[ORDER]]
    if space.sequential and order[0] != M and trips[M] > 1:
        return False
    for position in range(2):
        first, second = order[position], order[position + 1]
        if trips[first] == 1 and (trips[second] > 1 or first > second):
            return False
    for operand in range(3):
        independent = N if operand == 0 else (M if operand == 1 else K)
        if record[HOLD_INPUT + operand]:
            if trips[independent] == 1 or not _reloads(order, trips, independent):
                return False
            if operand == 1 and space.weight_bits == 0 and space.weight_scratchpad_bits == 0:
                return False
    return True


@njit(cache=True)
def _useful_loops(space: TileSpace) -> NDArray[np.bool_]:
    """Which (order, held operands) to try, by which of the loops m, n, k run more than once: shape (2, 2, 2, 6, 8)."""
    useful = np.zeros((2, 2, 2, 6, 8), dtype=np.bool_)
    record = np.zeros(NUM_FIELDS, dtype=np.int64)
    trips = np.ones(4, dtype=np.int64)
    for pattern in range(8):
        trips[M], trips[N], trips[K] = 1 + (pattern & 1), 1 + (pattern >> 1 & 1), 1 + (pattern >> 2)
        for order in range(6):
            record[ORDER] = order
            for hold in range(8):
                _set_held(record, hold)
                useful[trips[M] - 1, trips[N] - 1, trips[K] - 1, order, hold] = _is_canonical(space, record, trips)
    return useful


@_leaf
def _set_held(record: Int64Array, hold: int) -> None:
    record[HOLD_INPUT] = hold & 1
    record[HOLD_WEIGHT] = hold >> 1 & 1
    record[HOLD_OUTPUT] = hold >> 2


@njit(cache=True)
def _fitting_tilings(space: TileSpace, bounds: Bounds, sums: Int64Array) -> tuple[Int64Array, int]:
    """Return records of all tilings that fit, in the order that decides between equal ones, and the shortage in bits.

    Compute cycles leave the refilling of chained tiles out.
    """
    useful = _useful_loops(space)
    sizes = _sizes(space)
    totals = np.empty((2, 2), dtype=np.float64)
    kept = np.empty((1024, NUM_FIELDS), dtype=np.int64)
    moves = np.empty((3, 2, 3), dtype=np.int64)
    size = 0
    shortage = np.int64(2**62)
    record = np.zeros(NUM_FIELDS, dtype=np.int64)
    for index in range(sizes.shape[0]):
        record[:4] = sizes[index]
        trips = loop_trips(space, record)
        totals[:, 0] = -1.0
        tried = useful[min(trips[M], 2) - 1, min(trips[N], 2) - 1, min(trips[K], 2) - 1]
        for order in range(6):
            if not tried[order, 0]:
                continue
            record[ORDER] = order
            chained = 1 if is_chained(space, record, trips) else 0
            _fill_moves(space, sums, record, trips, moves)
            for hold in range(8):
                if not tried[order, hold]:
                    continue
                _set_moves(space, record, moves, hold)
                missing = missing_bits(bounds, record)
                shortage = min(shortage, missing)
                if missing > 0:
                    continue
                if totals[chained, 0] < 0:
                    tile_totals(space, record, trips, chained == 1, totals[chained])
                record[COMPUTE_CYCLES] = np.int64(totals[chained, 0])
                if size == kept.shape[0]:
                    kept = np.concatenate((kept, np.empty_like(kept)))
                kept[size] = record
                size += 1
    return kept[:size], shortage


@_leaf
def _score(objective: Objective, record: Int64Array, access_pj: float) -> float:
    if objective.kind == TRAFFIC:
        return float(traffic_bits(record))
    cycles = float(record[TOTAL_CYCLES])
    if objective.kind == LATENCY:
        return cycles
    energy = (
        objective.fixed_pj
        + objective.input_pj_per_bit * record[INPUT_BITS]
        + objective.weight_pj_per_bit * record[WEIGHT_BITS]
        + objective.output_read_pj_per_bit * record[OUTPUT_READ_BITS]
        + objective.output_write_pj_per_bit * record[OUTPUT_WRITE_BITS]
        + objective.pj_per_cycle * cycles
        + access_pj
    )
    return energy if objective.kind == ENERGY else energy * cycles


@_leaf
def _second_score(objective: Objective, record: Int64Array) -> float:
    """What decides between equal scores: cycles for least traffic, traffic for all else."""
    return float(record[TOTAL_CYCLES]) if objective.kind == TRAFFIC else float(traffic_bits(record))


@njit(cache=True)
def _sizes(space: TileSpace) -> Int64Array:
    """Candidate indices of group, position, filter and channel tile of all combinations, larger tiles first."""
    count = space.group_tiles.size * (space.tile_begin.size - 1) * space.filter_tiles.size * space.channel_tiles.size
    sizes = np.empty((count, 4), dtype=np.int64)
    index = 0
    for g in range(space.group_tiles.size - 1, -1, -1):
        for p in range(space.tile_begin.size - 2, -1, -1):
            for n in range(space.filter_tiles.size - 1, -1, -1):
                for k in range(space.channel_tiles.size - 1, -1, -1):
                    sizes[index, 0], sizes[index, 1], sizes[index, 2], sizes[index, 3] = g, p, n, k
                    index += 1
    return sizes


@njit(cache=True)
def _size_bounds(
    space: TileSpace, bounds: Bounds, objective: Objective, sums: Int64Array
) -> tuple[Int64Array, NDArray[np.float64]]:
    """Lower bounds by tile sizes alone, whatever the loop order; larger tiles, which reload less, come first.

    Returns
    -------
    sizes : int64 array, shape (combinations, 4)
        As of ``_sizes``.
    scores : float64 array, shape (combinations, 2)
        Score and second score when nothing is moved twice and the array never waits.
    """
    sizes = _sizes(space)
    scores = np.empty((sizes.shape[0], 2), dtype=np.float64)
    record = np.zeros(NUM_FIELDS, dtype=np.int64)
    weights = space.num_groups * space.num_filters * space.num_channels
    record[WEIGHT_BITS] = _bits(weights, space.weight_bits) + space.resident_bits
    for index in range(sizes.shape[0]):
        record[:4] = sizes[index]
        p = record[POSITION_TILE]
        record[INPUT_BITS] = _bits(space.num_groups * sums[p, 1] * space.num_channels, space.input_bits)
        record[OUTPUT_WRITE_BITS] = _bits(space.num_groups * sums[p, 4] * space.num_filters, space.output_bits)
        cycles, access_pj = _size_totals(space, record)
        record[TOTAL_CYCLES] = max(cycles, _traffic_cycles(bounds, record))
        scores[index, 0] = _score(objective, record, access_pj)
        scores[index, 1] = _second_score(objective, record)
    return sizes, scores


@njit(cache=True)
def _size_totals(space: TileSpace, record: Int64Array) -> tuple[int, float]:
    """Least array cycles and scratchpad pJ of all tiles of the sizes in ``record``: ports never bind, no sum is cut."""
    trips = loop_trips(space, record)
    p, g, n, k = record[POSITION_TILE], record[GROUP_TILE], record[FILTER_TILE], record[CHANNEL_TILE]
    may_chain = space.single_fold[
        space.group_size[g], space.count_size[space.count_begin[p]], space.filter_size[n], space.channel_size[k]
    ]
    table = space.chained_cycles if may_chain else space.array_cycles
    cycles, access_pj = 0, 0.0
    for g_last in range(0 if trips[3] > 1 else 1, 2):
        g_index = space.group_rest_size[g] if g_last else space.group_size[g]
        for n_last in range(0 if trips[N] > 1 else 1, 2):
            n_index = space.filter_rest_size[n] if n_last else space.filter_size[n]
            for k_last in range(0 if trips[K] > 1 else 1, 2):
                k_index = space.channel_rest_size[k] if k_last else space.channel_size[k]
                count = (1 if g_last else trips[3] - 1) * (1 if n_last else trips[N] - 1)
                count *= 1 if k_last else trips[K] - 1
                for entry in range(space.count_begin[p], space.count_begin[p + 1]):
                    m_index, times = space.count_size[entry], count * space.size_count[entry]
                    cycles += times * table[g_index, m_index, n_index, k_index]
                    access_pj += times * space.access_pj[g_index, m_index, n_index, k_index]
    if may_chain and space.streamed_dimension >= 0:
        access_pj -= (trips[space.streamed_dimension] - 1) * space.chained_saving_pj
    return cycles, access_pj


@njit(cache=True)
def _ranking(scores: NDArray[np.float64]) -> Int64Array:
    by_second = np.argsort(scores[:, 1], kind="mergesort")
    return by_second[np.argsort(scores[by_second, 0], kind="mergesort")]


@_leaf
def _is_worse(first: float, second: float, number: int, best: NDArray[np.float64]) -> bool:
    """Whether scores and number are not below those of ``best``: of equal tilings the first one counts."""
    if first != best[0]:
        return first > best[0]
    return second > best[1] or (second == best[1] and number >= best[2])


@njit(cache=True)
def best_tiling(
    space: TileSpace, bounds: Bounds, objective: Objective, at_most: tuple[float, float]
) -> tuple[Int64Array, tuple[float, float], int]:
    """Return the tiling with the least score among those that fit and score better than ``at_most``.

    Branch and bound: tile sizes by rising lower bound, then the loop orders of each, then the walk over steps; each
    only while its bound is below the best score so far. Of equal tilings that with the larger tiles wins, whatever the
    order in which they are found.

    Returns
    -------
    record : int64 array, shape (NUM_FIELDS,), or (0,) when nothing fits or is better
    scores : (float, float)
        The least score, and what decided between equal ones.
    shortage : int
        Bits by which the smallest tiling exceeds the scratchpad; 0 when something fits.
    """
    sums = position_sums(space)
    useful = _useful_loops(space)
    sizes, scores = _size_bounds(space, bounds, objective, sums)
    totals = np.empty((2, 2), dtype=np.float64)
    moves = np.empty((3, 2, 3), dtype=np.int64)
    best = np.array([at_most[0], at_most[1], -1.0])
    best_record = np.empty(0, dtype=np.int64)
    shortage = np.int64(2**62)
    record = np.zeros(NUM_FIELDS, dtype=np.int64)
    scratch = np.zeros((4, NUM_PARTS), dtype=np.int64)
    for index in _ranking(scores):
        if _is_worse(scores[index, 0], scores[index, 1], 48 * index, best):
            if scores[index, 0] > best[0]:
                break
            continue
        record[:4] = sizes[index]
        trips = loop_trips(space, record)
        totals[:, 0] = -1.0
        tried = useful[min(trips[M], 2) - 1, min(trips[N], 2) - 1, min(trips[K], 2) - 1]
        for order in range(6):
            if not tried[order, 0]:
                continue
            record[ORDER] = order
            chained = 1 if is_chained(space, record, trips) else 0
            _fill_moves(space, sums, record, trips, moves)
            for hold in range(8):
                if not tried[order, hold]:
                    continue
                _set_moves(space, record, moves, hold)
                missing = missing_bits(bounds, record)
                shortage = min(shortage, missing)
                if missing > 0:
                    continue
                number = 48 * index + 8 * order + hold
                if totals[chained, 0] < 0:
                    tile_totals(space, record, trips, chained == 1, totals[chained])
                record[COMPUTE_CYCLES] = np.int64(totals[chained, 0])
                access_pj = totals[chained, 1]
                record[TOTAL_CYCLES] = max(record[COMPUTE_CYCLES], _traffic_cycles(bounds, record))
                if _is_worse(_score(objective, record, access_pj), _second_score(objective, record), number, best):
                    continue
                record[TOTAL_CYCLES] = total_bound(space, bounds, sums, record, scratch)
                if _is_worse(_score(objective, record, access_pj), _second_score(objective, record), number, best):
                    continue
                limit = best[0] if objective.kind == LATENCY else np.inf
                _walk(space, bounds, record, busy_bound(space, bounds, sums, record), limit)
                first, second = _score(objective, record, access_pj), _second_score(objective, record)
                if not _is_worse(first, second, number, best):
                    best[0], best[1], best[2] = first, second, number
                    best_record = record.copy()
    return best_record, (best[0], best[1]), 0 if best_record.size else shortage


@njit(cache=True)
def best_in_grid(
    space: TileSpace,
    bounds: Bounds,
    kind: int,
    capacities_bits: Int64Array,
    bits_per_cycle: NDArray[np.float64],
    at_most: NDArray[np.float64],
) -> tuple[Int64Array, Int64Array]:
    """Return the best tiling for every capacity of one scratchpad and every speed of the DMA: as ``best_tiling`` does.

    What does not depend on either is found once. At each speed tilings are met by rising footprint, so that the best
    for a capacity is where the search for the next one begins; those that a capacity adds by rising bound.

    Parameters
    ----------
    space, bounds : TileSpace, Bounds
        Of ``bounds`` all but capacities and speed count.
    kind : int
        LATENCY or TRAFFIC.
    capacities_bits : int64 array, shape (capacities,)
        Rising.
    bits_per_cycle : float64 array, shape (speeds,)
    at_most : float64 array, shape (capacities, speeds, 2)
        Score and second score below which a tiling counts; infinite where there is none to compare with.

    Returns
    -------
    records : int64 array, shape (distinct tilings, NUM_FIELDS)
    chosen : int64 array, shape (capacities, speeds, 4)
        Row of ``records``, -1 when nothing that fits is better; total, compute and DMA cycles.
    """
    here = _at_speed(bounds, capacities_bits[-1], np.inf)
    sums = position_sums(space)
    records, _ = _fitting_tilings(space, here, sums)
    traffic = np.empty(records.shape[0], dtype=np.int64)
    compute = np.empty(records.shape[0], dtype=np.int64)
    footprint = np.empty(records.shape[0], dtype=np.int64)
    by_size = np.argsort(records[:, FOOTPRINT_BITS], kind="mergesort")
    for index in range(by_size.size):
        record = records[by_size[index]]
        traffic[index], compute[index] = traffic_bits(record), record[COMPUTE_CYCLES]
        footprint[index] = record[FOOTPRINT_BITS]
    parts = np.zeros((records.shape[0], NUM_PARTS), dtype=np.int64)
    scratch = np.zeros((4, NUM_PARTS), dtype=np.int64)
    chosen = np.full((capacities_bits.size, bits_per_cycle.size, 4), -1, dtype=np.int64)
    waiting = np.empty(records.shape[0], dtype=np.int64)
    scores = np.empty((records.shape[0], 2), dtype=np.float64)
    record = np.zeros(NUM_FIELDS, dtype=np.int64)
    for speed in range(bits_per_cycle.size):
        here = _at_speed(bounds, capacities_bits[-1], bits_per_cycle[speed])
        best = np.array([np.inf, np.inf, np.inf])
        found = np.full(4, -1, dtype=np.int64)
        begin = 0
        for index in range(capacities_bits.size):
            count = 0
            if not _is_worse(at_most[index, speed, 0], at_most[index, speed, 1], -1, best):
                best[:2], best[2] = at_most[index, speed], -1.0
                found[:] = -1
            known = chosen[index, speed - 1, 0] if speed > 0 else -1
            if known >= 0 and known != found[0]:  # best at another speed, and good at this one
                record[:] = records[known]
                fill_cycles(space, here, record)
                first, second = _grid_scores(kind, record[TOTAL_CYCLES], traffic_bits(record))
                if not _is_worse(first, second, known, best):
                    best[0], best[1], best[2] = first, second, known
                    found[0], found[1], found[2] = known, record[TOTAL_CYCLES], record[COMPUTE_CYCLES]
                    found[3] = record[DMA_CYCLES]
            while begin < by_size.size and footprint[begin] <= capacities_bits[index]:
                total = max(compute[begin], np.int64(traffic[begin] / here.bits_per_cycle))
                first, second = _grid_scores(kind, total, traffic[begin])
                if first <= best[0]:
                    scores[count, 0], scores[count, 1] = first, second
                    waiting[count] = by_size[begin]
                    count += 1
                begin += 1
            for slot in _ranking(scores[:count]):
                if scores[slot, 0] > best[0]:
                    break
                row = waiting[slot]
                if _is_worse(scores[slot, 0], scores[slot, 1], row, best):
                    continue
                if parts[row, 4] == 0:  # the last step is one
                    _fill_parts(space, here, sums, records[row], scratch, parts[row])
                first, second = _grid_scores(
                    kind, _bound_of(here, records[row], parts[row]), traffic_bits(records[row])
                )
                if _is_worse(first, second, row, best):
                    continue
                record[:] = records[row]
                busy = _traffic_cycles(here, record) + _latencies(here, parts[row, 16])
                _walk(space, here, record, busy, best[0] if kind == LATENCY else np.inf)
                first, second = _grid_scores(kind, record[TOTAL_CYCLES], traffic_bits(record))
                if not _is_worse(first, second, row, best):
                    best[0], best[1], best[2] = first, second, row
                    found[0], found[1], found[2] = row, record[TOTAL_CYCLES], record[COMPUTE_CYCLES]
                    found[3] = record[DMA_CYCLES]
            chosen[index, speed] = found
    return _renumbered(records, chosen), chosen


@njit(cache=True)
def _at_speed(bounds: Bounds, capacity_bits: int, bits_per_cycle: float) -> Bounds:
    free = 2**62
    return Bounds(
        capacity_bits,
        free,
        free,
        free,
        bits_per_cycle,
        bounds.latency_cycles,
        bounds.num_channels,
        bounds.burst_bits,
    )


@_leaf
def _grid_scores(kind: int, total_cycles: int, traffic: int) -> tuple[float, float]:
    """Score and second score, for least traffic or least cycles."""
    if kind == TRAFFIC:
        return float(traffic), float(total_cycles)
    return float(total_cycles), float(traffic)


@njit(cache=True)
def _renumbered(records: Int64Array, chosen: Int64Array) -> Int64Array:
    """Return the rows of ``records`` that ``chosen`` names, each once; ``chosen`` (modified in place) names them."""
    new = np.full(records.shape[0], -1, dtype=np.int64)
    kept = 0
    rows = np.empty(records.shape[0], dtype=np.int64)
    for index in range(chosen.shape[0]):
        for speed in range(chosen.shape[1]):
            row = chosen[index, speed, 0]
            if row < 0:
                continue
            if new[row] < 0:
                new[row] = kept
                rows[kept] = row
                kept += 1
            chosen[index, speed, 0] = new[row]
    return records[rows[:kept]]


@njit(cache=True)
def access_totals(space: TileSpace, records: Int64Array) -> NDArray[np.float64]:
    """Return what the tiles of each tiling take of ``access_pj``, shape (tilings,)."""
    totals = np.empty(2, dtype=np.float64)
    sums = np.empty(records.shape[0], dtype=np.float64)
    for index in range(records.shape[0]):
        trips = loop_trips(space, records[index])
        tile_totals(space, records[index], trips, is_chained(space, records[index], trips), totals)
        sums[index] = totals[1]
    return sums


@njit(cache=True)
def pareto_tilings(space: TileSpace, bounds: Bounds) -> tuple[Int64Array, int]:
    """Return the tilings that fit and that no other beats in footprint, off-chip bits and cycles together.

    Returns
    -------
    records : int64 array, shape (tilings, NUM_FIELDS)
        Empty when nothing fits.
    shortage : int
        Bits by which the smallest tiling exceeds the scratchpad; 0 when something fits.
    """
    sums = position_sums(space)
    records, shortage = _fitting_tilings(space, bounds, sums)
    scratch = np.zeros((4, NUM_PARTS), dtype=np.int64)
    for index in range(records.shape[0]):
        records[index, TOTAL_CYCLES] = total_bound(space, bounds, sums, records[index], scratch)
    front = np.empty((records.shape[0], NUM_FIELDS), dtype=np.int64)
    size = 0
    for index in np.argsort(records[:, TOTAL_CYCLES], kind="mergesort"):
        record = records[index]
        if _is_beaten(front[:size], record):
            continue
        fill_cycles(space, bounds, record)
        if _is_beaten(front[:size], record):
            continue
        write = 0
        for other in range(size):
            if not _beats(record, front[other]):
                front[write] = front[other]
                write += 1
        front[write] = record
        size = write + 1
    return front[:size].copy(), shortage


@njit(cache=True)
def traffic_fronts(space: TileSpace, bounds: Bounds, whole: NDArray[np.bool_]) -> tuple[Int64Array, Int64Array, int]:
    """Return the tilings that fit and that no other beats in footprint and off-chip bits together.

    Parameters
    ----------
    space, bounds
        All operands pass tile by tile.
    whole : bool array, shape (cases, 3)
        Cases to tell apart: which of input, weight and output lie whole in the scratchpad, at places of their own.

    Returns
    -------
    records : int64 array, shape (cases, tilings, NUM_FIELDS)
        By rising footprint, and so by falling traffic: tiling columns, and the two of these. Empty ones follow.
    sizes : int64 array, shape (cases,)
        Tilings of each case; 0 when nothing fits.
    shortage : int
        Bits by which the smallest tiling of the first case exceeds the scratchpad; 0 when one fits.
    """
    sums = position_sums(space)
    useful = _useful_loops(space)
    fronts = np.empty((whole.shape[0], 64, NUM_FIELDS), dtype=np.int64)
    sizes = np.zeros(whole.shape[0], dtype=np.int64)
    shortage = 2**62
    record = np.zeros(NUM_FIELDS, dtype=np.int64)
    moves = np.empty((3, 2, 3), dtype=np.int64)
    for g in range(space.group_tiles.size):
        for p in range(space.tile_begin.size - 1):
            for n in range(space.filter_tiles.size):
                for k in range(space.channel_tiles.size):
                    record[GROUP_TILE], record[POSITION_TILE], record[FILTER_TILE], record[CHANNEL_TILE] = g, p, n, k
                    trips = loop_trips(space, record)
                    tried = useful[min(trips[M], 2) - 1, min(trips[N], 2) - 1, min(trips[K], 2) - 1]
                    wide = trips[K] > 1 or space.accumulates[space.channel_size[k]]
                    for order in range(6):
                        if not tried[order, 0]:
                            continue
                        record[ORDER] = order
                        _fill_moves(space, sums, record, trips, moves)
                        for hold in range(8):
                            if not tried[order, hold]:
                                continue
                            held = (hold & 1, hold >> 1 & 1, hold >> 2)
                            for case in range(whole.shape[0]):
                                footprint, moved = space.resident_bits, 0
                                for operand in range(3):
                                    if not whole[case, operand]:
                                        footprint += moves[operand, held[operand], 0]
                                        moved += moves[operand, held[operand], 1]
                                    elif operand == 1:
                                        moved += space.resident_bits
                                    elif operand == 2:
                                        footprint += moves[2, held[2], 0] if wide else 0
                                        moved += 2 * moves[2, held[2], 2]
                                if case == 0:
                                    shortage = min(shortage, max(0, footprint - bounds.total_bits))
                                size = sizes[case]
                                row = _row_below(fronts, case, size, footprint) - 1
                                if footprint > bounds.total_bits or (
                                    row >= 0 and fronts[case, row, TRAFFIC_BITS] <= moved
                                ):
                                    continue
                                if size == fronts.shape[1]:
                                    fronts = np.concatenate((fronts, np.empty_like(fronts)), axis=1)
                                _set_held(record, hold)
                                record[FOOTPRINT_BITS], record[TRAFFIC_BITS] = footprint, moved
                                sizes[case] = _insert(fronts[case], size, row, record)
    return fronts, sizes, shortage


@njit(cache=True)
def scores_of(space: TileSpace, bounds: Bounds, objective: Objective, records: Int64Array) -> NDArray[np.float64]:
    """Return the scores of tilings in ``space``, shape (tilings,), and set all columns of ``records`` (in place)."""
    sums = position_sums(space)
    scores = np.empty(records.shape[0], dtype=np.float64)
    totals = np.empty(2, dtype=np.float64)
    for index in range(records.shape[0]):
        record = records[index]
        trips = loop_trips(space, record)
        fill_traffic(space, sums, record)
        tile_totals(space, record, trips, is_chained(space, record, trips), totals)
        fill_cycles(space, bounds, record)
        scores[index] = _score(objective, record, totals[1])
    return scores


@_leaf
def _set_moves(space: TileSpace, record: Int64Array, moves: Int64Array, hold: int) -> None:
    """Set what is held, footprint and traffic of ``record`` (modified in place) from the ``moves`` of its order."""
    _set_held(record, hold)
    inputs, weights, outputs = moves[0, hold & 1], moves[1, hold >> 1 & 1], moves[2, hold >> 2]
    record[INPUT_BITS], record[INPUT_FOOTPRINT_BITS] = inputs[1], inputs[0]
    record[WEIGHT_BITS] = weights[1]
    record[OUTPUT_READ_BITS], record[OUTPUT_WRITE_BITS] = outputs[2], outputs[1] - outputs[2]
    record[OUTPUT_FOOTPRINT_BITS] = outputs[0]
    record[FOOTPRINT_BITS] = inputs[0] + weights[0] + outputs[0] + space.resident_bits


@_leaf
def _fill_moves(space: TileSpace, sums: Int64Array, record: Int64Array, trips: Int64Array, moves: Int64Array) -> None:
    """Set ``moves`` (modified in place), shape (operand, held, 3): footprint, traffic, and sums spilled once."""
    for held in range(2):
        moves[0, held, 1], moves[0, held, 0] = input_moves(space, sums, record, trips, held == 1)
        moves[1, held, 1], moves[1, held, 0] = weight_moves(space, record, trips, held == 1)
        read, written, footprint = output_moves(space, sums, record, trips, held == 1)
        moves[2, held, 0], moves[2, held, 1], moves[2, held, 2] = footprint, read + written, read


@njit(cache=True, inline="always")
def _row_below(fronts: Int64Array, case: int, size: int, footprint_bits: int) -> int:
    """The first of the ``size`` rows of a case's front whose footprint is larger."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if fronts[case, middle, FOOTPRINT_BITS] <= footprint_bits:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def _insert(front: Int64Array, size: int, below: int, record: Int64Array) -> int:
    """Put ``record``, which no row beats, after row ``below`` of ``size`` (modified in place); return the new size.

    Rows that it beats leave: that of the same footprint, and later ones that move no less.
    """
    first = below if below >= 0 and front[below, FOOTPRINT_BITS] == record[FOOTPRINT_BITS] else below + 1
    last = below + 1
    while last < size and front[last, TRAFFIC_BITS] >= record[TRAFFIC_BITS]:
        last += 1
    shift = 1 - (last - first)
    if shift > 0:
        for row in range(size - 1, last - 1, -1):
            front[row + shift] = front[row]
    elif shift < 0:
        for row in range(last, size):
            front[row + shift] = front[row]
    front[first] = record
    return size + shift


@njit(cache=True)
def _beats(one: Int64Array, other: Int64Array) -> bool:
    return (
        one[FOOTPRINT_BITS] <= other[FOOTPRINT_BITS]
        and one[TOTAL_CYCLES] <= other[TOTAL_CYCLES]
        and traffic_bits(one) <= traffic_bits(other)
    )


@njit(cache=True)
def _is_beaten(front: Int64Array, record: Int64Array) -> bool:
    for other in front:  # noqa: SIM110, numba has no generator expressions
        if _beats(other, record):
            return True
    return False
