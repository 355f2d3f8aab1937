"""What the kernels of tile_loops pass around: named tuples of arrays and numbers.

They may stand apart from the functions: numba compiles anew when the type of an argument changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]


class TileSpace(NamedTuple):
    """A nest, its candidate tile sizes, and what each tile size costs on the array.

    Position candidates are stored one after another: candidate c owns entries ``tile_begin[c]`` to
    ``tile_begin[c + 1]`` of ``tile_input``, ``tile_fresh``, ``tile_output`` (elements a tile) and ``tile_size`` (index
    of the tile's number of positions in the cost tables). ``count_size`` lists the distinct sizes of a candidate and
    ``size_count`` how often each occurs, from ``count_begin`` on. ``stand_in`` lists tiles that stand for others: of
    all that behave alike together with both neighbours one is walked, weighted by how many it stands for.

    Cost tables have axes (group size, position size, filter size, channel size); ``*_size[c]`` gives the table index
    of a candidate's full tile and ``*_rest_size[c]`` that of its last one; ``groups``, ``positions`` and ``filters``
    are the sizes themselves. The tables describe a tile that is a whole reduction: ``array_cycles`` on the array, or
    ``chained_cycles`` when it follows another without refilling it; ``operand_port_cycles`` and ``output_port_bits``,
    which ports of ``output_port_width_bits`` a cycle move, are what the scratchpad needs (all operands count as outputs
    where one memory serves all), ``chained_...`` again for a tile that follows another, whose mapped operand is there
    already; ``access_pj`` is the scratchpad's energy.

    A tile of a reduction that is cut moves more: sums are read back before it, unless it is the first, and written as
    accumulators after it, unless it is the last. ``k_split_pj`` is the energy of one more cut of the whole operator's
    reductions, ``chained_saving_pj`` what one more chained tile along the streamed loop saves in reads of the operand
    that stays.

    ``input_bits``, ``weight_bits`` (of a filter and channel, all kernel positions) and ``output_bits`` are averages
    off-chip, ``..._scratchpad_bits`` in the scratchpad: both are whole where nothing is compressed. Outputs leave the
    array dense. Operands that lie whole in the scratchpad have 0 bits off-chip, and 0 in ``input_scratchpad_bits``,
    ``weight_scratchpad_bits`` and ``output_buffer_bits``, which are what tile buffers are made for.
    """

    num_groups: int
    num_filters: int
    num_channels: int
    group_tiles: Int64Array
    filter_tiles: Int64Array
    channel_tiles: Int64Array
    tile_begin: Int64Array
    tile_input: Int64Array
    tile_fresh: Int64Array
    tile_output: Int64Array
    tile_size: Int64Array
    count_begin: Int64Array
    count_size: Int64Array
    size_count: Int64Array
    stand_in_begin: Int64Array
    stand_in: Int64Array
    stand_in_weight: Int64Array
    group_size: Int64Array
    group_rest_size: Int64Array
    filter_size: Int64Array
    filter_rest_size: Int64Array
    channel_size: Int64Array
    channel_rest_size: Int64Array
    array_cycles: Int64Array
    chained_cycles: Int64Array
    operand_port_cycles: Int64Array
    output_port_bits: Int64Array
    chained_operand_port_cycles: Int64Array
    chained_output_port_bits: Int64Array
    access_pj: NDArray[np.float64]
    positions: Int64Array
    groups: Int64Array
    filters: Int64Array
    output_port_width_bits: int
    num_lanes: int
    fused_operations: float
    columns_per_filter: int
    k_split_pj: float
    chained_saving_pj: float
    single_fold: NDArray[np.bool_]
    accumulates: NDArray[np.bool_]
    streamed_dimension: int
    sequential: bool
    input_bits: float
    weight_bits: float
    output_bits: float
    input_scratchpad_bits: float
    weight_scratchpad_bits: float
    output_scratchpad_bits: int
    output_buffer_bits: float
    accumulator_bits: int
    resident_bits: int


class Bounds(NamedTuple):
    """What the accelerator offers: capacities in bits, and the DMA's speed."""

    total_bits: int
    input_bits: int
    weight_bits: int
    output_bits: int
    bits_per_cycle: float
    latency_cycles: int
    num_channels: int
    burst_bits: int


class Objective(NamedTuple):
    """What the best tiling minimises: one of the four kinds below, and what energy depends on.

    ``fixed_pj`` is what no tiling changes; energy times cycles needs it.
    """

    kind: int
    fixed_pj: float
    input_pj_per_bit: float
    weight_pj_per_bit: float
    output_read_pj_per_bit: float
    output_write_pj_per_bit: float
    pj_per_cycle: float


class Steps(NamedTuple):
    """What the steps of one tiling have in common.

    Tiles: ``*_tile`` the full one, ``*_rest`` the last one. ``*_again``: whether a tile already there must be fetched
    (or spilled) again in later passes of its operand's independent loop. ``table_*``: indices in the cost tables.
    """

    trips_m: int
    trips_n: int
    trips_k: int
    trips_g: int
    group_tile: int
    group_rest: int
    filter_tile: int
    filter_rest: int
    channel_tile: int
    channel_rest: int
    input_bits: float
    weight_bits: float
    output_bits: float
    partial_bits: int
    resident_bits: int
    burst_bits: int
    input_again: int
    weight_again: int
    output_again: int
    chained_dimension: int
    table_group: int
    table_group_rest: int
    table_filter: int
    table_filter_rest: int
    table_channel: int
    table_channel_rest: int
