"""Traffic, footprint and cycles of small tilings, worked out by hand.

The machine: 4 x 4 output-stationary int8 array with int32 sums, 8 lanes, ports of 64 bytes a cycle, 2 bytes a cycle
off-chip, one DMA channel of 10 cycles latency, no bursts.
"""

from __future__ import annotations

import math

import pytest

from simulator.machine import Machine
from simulator.plan import Operand, Tiling
from simulator.position_tiles import PositionTile
from simulator.result import Limit
from simulator.tile_cost import compulsory_bits, tile_cost
from tests.simulator.drawn import make_accelerator
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest

BYTE = 8


def machine(**changes) -> Machine:
    numbers = {"lanes": 8, "latency_cycles": 10, "bytes_per_1000_cycles": 2000} | changes
    return Machine(accelerator=make_accelerator(**numbers))


def tiling(m, n=1, k=1, g=1, order="mnk", held=(), block=None) -> Tiling:
    return Tiling(
        position_tile=PositionTile(num_positions=m, block=block),
        filter_tile=n,
        channel_tile=k,
        group_tile=g,
        loop_order=order,
        held=frozenset(held),
    )


def gemm(m, n, k, **changes) -> MatrixNest:
    fields = {
        "groups": 1,
        "batch": m,
        "axes": (),
        "num_filters": n,
        "num_channels": k,
        "input_bits": 8,
        "weight_bits": 8,
        "output_bits": 8,
        "resident_bits": 0,
        "num_output_elements": m * n * changes.get("groups", 1),
    }
    return MatrixNest(**fields | changes)


def conv(size, channels, filters, *, groups=1, kernel=3, pad=1, resident_bits=0) -> MatrixNest:
    axis = SpatialAxis(num_positions=size, input_size=size, kernel=kernel, pad_begin=pad)
    return gemm(
        1,
        filters,
        channels,
        groups=groups,
        axes=(axis, axis),
        k_per_channel=kernel**2,
        num_output_elements=groups * filters * size**2,
        resident_bits=resident_bits,
    )


def off_chip_bytes(cost) -> tuple[float, float, float, float]:
    traffic = cost.off_chip_bits
    bits = (traffic.input_read, traffic.weight_read, traffic.output_read, traffic.output_write)
    return tuple(part / BYTE for part in bits)


# --- matrix products ------------------------------------------------------------------------------------------------


def test_gemm_whole():
    # 8 x 6 by 6 x 4. One tile: load 48 + 24 bytes in 2 transfers: 2 * 10 + 36 = 56 cycles.
    # Compute: ceil(8/4) * ceil(4/4) = 2 folds of 6 + 4 + 4 - 2 = 12: 24. Store 32 bytes: 10 + 16 = 26.
    nest = gemm(8, 4, 6)

    cost = tile_cost(nest, tiling(8, 4, 6), machine())

    assert off_chip_bytes(cost) == (48, 24, 0, 32)
    assert cost.footprint_bits == (48 + 24 + 32) * BYTE
    assert cost.compute_cycles == 24
    assert cost.total_cycles == 56 + 24 + 26
    assert compulsory_bits(nest) == (48 + 24 + 32) * BYTE
    # ports: 6 columns of A enter once (one fold of 4 filters), B once for each of 2 row folds
    assert (cost.port_bits.input_read, cost.port_bits.weight_read) == (48 * BYTE, 2 * 24 * BYTE)
    assert (cost.port_bits.output_read, cost.port_bits.output_write) == (0, 32 * BYTE)


def test_gemm_in_row_tiles():
    # Two tiles of 4 rows; B stays. Load 0: 24 + 24 bytes, 2 transfers: 20 + 24 = 44. Each tile computes 12 cycles.
    # Step 0 meanwhile loads 24 bytes: 10 + 12 = 22. Step 1 meanwhile stores 16 bytes: 10 + 8 = 18. Then 18 more.
    # Footprint: two input tiles, B, two output tiles: 48 + 24 + 32.
    cost = tile_cost(gemm(8, 4, 6), tiling(4, 4, 6), machine())

    assert off_chip_bytes(cost) == (48, 24, 0, 32)
    assert cost.footprint_bits == (48 + 24 + 32) * BYTE
    assert cost.compute_cycles == 24
    assert cost.total_cycles == 44 + 22 + 18 + 18
    assert cost.limited_by is Limit.OFF_CHIP  # 102 cycles of DMA, of which 104 / 2 = 52 move bytes: more than half


def test_gemm_fetches_an_operand_again_in_every_pass_of_its_loop():
    # 8 x 6 by 6 x 8, tiles of 4 rows and 4 filters, m outside n: A once, B once for each of two row tiles.
    # n outside m: the other way round.
    cost = tile_cost(gemm(8, 8, 6), tiling(4, 4, 6, order="mnk"), machine())
    other = tile_cost(gemm(8, 8, 6), tiling(4, 4, 6, order="nmk"), machine())

    assert off_chip_bytes(cost) == (48, 2 * 48, 0, 64)
    assert off_chip_bytes(other) == (2 * 48, 48, 0, 64)
    # two tiles of each: 2 * 24 + 2 * 24 + 2 * 16
    assert cost.footprint_bits == other.footprint_bits == 128 * BYTE


def test_gemm_holds_an_operand_to_fetch_it_once():
    # m outside n, B held across m: all of B stays, 48 bytes instead of two tiles of 24: the same room, less traffic
    cost = tile_cost(gemm(8, 8, 6), tiling(4, 4, 6, order="mnk", held=[Operand.WEIGHT]), machine())

    assert off_chip_bytes(cost) == (48, 48, 0, 64)
    assert cost.footprint_bits == (2 * 24 + 48 + 2 * 16) * BYTE


def test_partial_sums_are_spilled():
    # 8 x 6 by 6 x 4 in tiles of 4 rows and 3 channels, k outermost: each of the 2 output tiles (16 sums of 4 bytes)
    # leaves unfinished after k = 0, and comes back: 2 * 64 written and read, then 32 bytes of results.
    # A in four tiles, once; B in two tiles, once. Footprint: A 2 * 12, B 2 * 12, sums 2 * 64.
    nest = gemm(8, 4, 6)
    cost = tile_cost(nest, tiling(4, 4, 3, order="kmn"), machine())

    assert off_chip_bytes(cost) == (48, 24, 128, 128 + 32)
    assert cost.footprint_bits == (24 + 24 + 128) * BYTE
    # Compute: 3 + 4 + 4 - 2 = 9 a tile. Steps (k, m): 00, 01, 10, 11.
    # load 0: A 12, B 12: 20 + 12 = 32
    # 00: loads A 12: 10 + 6 = 16
    # 01: loads A, B, sums of tile 0: 12 + 12 + 64, stores sums of 00: 64: 4 transfers: 40 + 76 = 116
    # 10: loads A, sums of tile 1: 12 + 64, stores sums of 01: 64: 30 + 70 = 100
    # 11: stores 16 bytes of results: 10 + 8 = 18, and the last 18
    assert cost.compute_cycles == 4 * 9
    assert cost.total_cycles == 32 + 16 + 116 + 100 + 18 + 18
    # ports: the second cut reads the sums of the first, which were written wide
    assert cost.port_bits.output_read == 32 * 4 * BYTE
    assert cost.port_bits.output_write == (32 * 4 + 32) * BYTE


def test_partial_sums_are_held_instead():
    # the same with all sums kept: 32 of 4 bytes
    cost = tile_cost(gemm(8, 4, 6), tiling(4, 4, 3, order="kmn", held=[Operand.OUTPUT]), machine())

    assert off_chip_bytes(cost) == (48, 24, 0, 32)
    assert cost.footprint_bits == (24 + 24 + 128) * BYTE


def test_tiles_that_follow_each_other_along_the_streamed_loop_fill_the_array_once():
    # weight-stationary: B (4 x 4) stays on the array, rows stream. Three tiles of 4 rows: the first takes
    # 4 + 2 * 4 + 4 - 2 = 14 cycles, the others 4 each; B is read once.
    fast = machine(dataflow="ws", latency_cycles=0, bytes_per_1000_cycles=None)
    cost = tile_cost(gemm(12, 4, 4), tiling(4, 4, 4), fast)

    assert cost.compute_cycles == cost.total_cycles == 14 + 4 + 4
    assert cost.port_bits.weight_read == 16 * BYTE


def test_batched_product_in_group_tiles_with_a_rest():
    # 5 products of 2 x 2 by 2 x 2 in tiles of 2 groups: 3 tiles, of 2, 2 and 1 groups. A product computes
    # 2 + 4 + 4 - 2 = 8 cycles: 16, 16, 8. A tile holds 8 bytes of each operand, and there are two of each.
    # load 0: 16 bytes: 20 + 8 = 28. Step 0: loads 16: 28. Step 1: loads 8, stores 8: 30 + 8 = 38. Step 2: stores 8: 14.
    # The end: stores 4: 12.
    cost = tile_cost(gemm(2, 2, 2, groups=5), tiling(2, 2, 2, g=2), machine())

    assert off_chip_bytes(cost) == (20, 20, 0, 20)
    assert cost.footprint_bits == 2 * 3 * 8 * BYTE
    assert cost.compute_cycles == 40
    assert cost.total_cycles == 28 + 28 + 38 + 14 + 12


# --- convolution ----------------------------------------------------------------------------------------------------


def test_convolution_in_rows_fetches_its_halo():
    # 3 x 3, pad 1, 2 channels of 4 x 4 into 3 filters; tiles of one output row. Input rows of the four tiles: 2, 3, 3,
    # 2 of 4 columns and 2 channels: 16, 24, 24, 16 bytes = 80; 32 distinct. Weights 3 * 2 * 9 = 54, bias 3 * 4 = 12.
    # Outputs 12 bytes a tile. Footprint: 2 * 24 + 54 + 12 + 2 * 12 = 138.
    nest = conv(4, 2, 3, resident_bits=96)
    cost = tile_cost(nest, tiling(4, 3, 2), machine())

    assert off_chip_bytes(cost) == (80, 54 + 12, 0, 48)
    assert cost.footprint_bits == 138 * BYTE
    assert compulsory_bits(nest) == (32 + 54 + 12 + 48) * BYTE
    # A tile is 4 x 3 x 18: one fold of 18 + 4 + 4 - 2 = 24 cycles.
    # load 0: 16 + 54 + 12 = 82 bytes in 3 transfers: 30 + 41 = 71
    # step 0: loads 24: 22, computes 24.  step 1: loads 24, stores 12: 38.  step 2: loads 16, stores 12: 34.
    # step 3: stores 12: 16, computes 24.  the end: 16
    assert cost.compute_cycles == 4 * 24
    assert cost.total_cycles == 71 + 24 + 38 + 34 + 24 + 16


def test_held_input_is_fetched_without_halo():
    # two filter tiles outside the rows, inputs held across them: each of 32 elements comes once, and all 32 stay
    held = tile_cost(conv(4, 2, 4), tiling(4, 2, 2, order="nmk", held=[Operand.INPUT]), machine())
    again = tile_cost(conv(4, 2, 4), tiling(4, 2, 2, order="nmk"), machine())

    assert off_chip_bytes(held) == (32, 72, 0, 64)
    assert off_chip_bytes(again) == (2 * 80, 72, 0, 64)
    # inputs, two weight tiles of 36, two output tiles of 8
    assert held.footprint_bits == (32 + 72 + 16) * BYTE
    assert again.footprint_bits == (48 + 72 + 16) * BYTE


def test_held_input_leaves_room_for_the_next_pass_while_its_halo_is_in_use():
    # Two row tiles of 3 rows each (0..2 and 1..3), k outermost: when the second tile of channel 0 is in use, all of its
    # 12 elements are, and the first tile of channel 1 arrives: 12 more. 24 elements, not the 16 distinct ones.
    nest = conv(4, 2, 4)
    cost = tile_cost(nest, tiling(8, 2, 1, order="knm", held=[Operand.INPUT, Operand.OUTPUT]), machine())

    # 24 inputs, two weight tiles of 18, 64 sums of 4 bytes
    assert cost.footprint_bits == (24 + 36 + 256) * BYTE
    assert off_chip_bytes(cost) == (32, 72, 0, 64)


def test_blocks_share_less_halo_than_rows():
    # 8 x 8 with pad 1: tiles of 16 positions are two rows (input rows 3, 4, 4, 3: 14 of 8 columns = 112) or blocks of
    # 4 x 4 (5 x 5 each in the corners: 100)
    rows = tile_cost(conv(8, 1, 1), tiling(16, 1, 1), machine())
    blocks = tile_cost(conv(8, 1, 1), tiling(16, 1, 1, block=(4, 4)), machine())

    assert off_chip_bytes(rows)[0] == 112
    assert off_chip_bytes(blocks)[0] == 100


def test_depthwise_convolution():
    # 6 groups of one channel and one filter, 3 x 3 on 4 x 4, tiles of 4 groups (rest 2) and all positions. Inputs and
    # outputs 16 bytes a group, weights 9. A group is 16 x 1 x 9: 4 folds of 9 + 6 = 15: 60 cycles.
    nest = conv(4, 1, 1, groups=6)
    cost = tile_cost(nest, tiling(16, 1, 1, g=4), machine())

    assert off_chip_bytes(cost) == (96, 54, 0, 96)
    assert cost.footprint_bits == 2 * 4 * (16 + 9 + 16) * BYTE
    assert cost.compute_cycles == 6 * 60
    # load 0: 64 + 36: 20 + 50 = 70. Step 0 computes 240, loads 50 bytes. Step 1 computes 120, stores 64 bytes: 42.
    # The end: 32 bytes: 26.
    assert cost.total_cycles == 70 + 240 + 120 + 26


def test_grouped_convolution_is_that_many_small_ones():
    # 4 groups of 2 channels and 3 filters: each like the convolution alone
    alone = tile_cost(conv(4, 2, 3), tiling(16, 3, 2), machine())
    grouped = tile_cost(conv(4, 2, 3, groups=4), tiling(16, 3, 2, g=4), machine())

    assert grouped.compute_cycles == 4 * alone.compute_cycles
    assert off_chip_bytes(grouped) == tuple(4 * part for part in off_chip_bytes(alone))
    assert grouped.footprint_bits == 4 * alone.footprint_bits


def test_transposed_convolution():
    # 2 x 2 kernel, stride 2, 3 channels of 2 x 2 into 2 filters of 4 x 4. Each input position once: 4 x (2 * 4) x 3.
    # Tiles of one input row: 6 bytes of input, 24 of weights, 16 of 32 outputs each.
    axis = SpatialAxis(num_positions=2, input_size=2)
    nest = gemm(1, 2, 3, axes=(axis, axis), n_per_filter=4, num_output_elements=32)
    cost = tile_cost(nest, tiling(2, 2, 3), machine())

    assert nest.num_macs == 4 * 8 * 3
    assert off_chip_bytes(cost) == (12, 24, 0, 32)
    assert cost.footprint_bits == (2 * 6 + 24 + 2 * 16) * BYTE
    # a tile is 2 x 8 x 3: 2 folds of 3 + 6 = 9
    assert cost.compute_cycles == 2 * 18
    # load 0: 30 bytes: 35. Step 0: computes 18, loads 6: 13. Step 1: computes 18, stores 16: 18. The end: 18.
    assert cost.total_cycles == 35 + 18 + 18 + 18


def test_window_wholly_in_the_padding_is_no_transfer():
    # 1 x 1 kernel, pad 2, on one element: 5 positions of which only the middle one reads anything
    axis = SpatialAxis(num_positions=5, input_size=1, pad_begin=2)
    nest = gemm(1, 1, 1, axes=(axis,), num_output_elements=5)
    cost = tile_cost(nest, tiling(1, 1, 1), machine())

    assert off_chip_bytes(cost) == (1, 1, 0, 5)
    # load 0: the weight alone: 11. Every tile computes 1 + 6 = 7. Step 0: nothing. Step 1: input 2, result 0: 20 + 1.
    # Steps 2, 3, 4: a result each: 11, as the last.
    assert cost.total_cycles == 11 + 7 + 21 + 3 * 11 + 11


# --- recurrent ------------------------------------------------------------------------------------------------------


def test_recurrent_steps_follow_one_after_another():
    # 3 steps of batch 2, 4 units of 4 gates, input and state 6 long: each step is 2 x 16 x 6: 4 folds of 6 + 6 = 12.
    # Weights 4 * 4 * 6 = 96 stay; input and state 12 bytes a step, results 2 * 4 = 8.
    step = SpatialAxis(num_positions=3, input_size=3)
    nest = gemm(2, 4, 6, axes=(step,), n_per_filter=4, sequential=True, num_output_elements=24)
    cost = tile_cost(nest, tiling(2, 4, 6), machine())

    assert off_chip_bytes(cost) == (36, 96, 0, 24)
    assert cost.footprint_bits == (2 * 12 + 96 + 2 * 8) * BYTE
    assert cost.compute_cycles == 3 * 48
    # load 0: 108 bytes: 74. Steps compute 48 > what moves. The end: 8 bytes: 14
    assert cost.total_cycles == 74 + 3 * 48 + 14


def test_recurrent_steps_refill_a_weight_stationary_array():
    # one fold each, but a step must end before the next begins: 2 + 2 * 4 + 4 - 2 = 12 cycles every time
    step = SpatialAxis(num_positions=3, input_size=3)
    nest = gemm(2, 4, 4, axes=(step,), sequential=True, num_output_elements=24)
    cost = tile_cost(nest, tiling(2, 4, 4), machine(dataflow="ws"))

    assert cost.compute_cycles == 3 * 12


# --- vector unit ----------------------------------------------------------------------------------------------------


def stream(positions, input_bits, output_bits, operations, resident_bits=0) -> VectorNest:
    return VectorNest(
        groups=1,
        axes=(),
        num_positions=positions,
        input_bits=input_bits,
        output_bits=output_bits,
        resident_bits=resident_bits,
        num_operations=operations,
    )


def test_stream_in_tiles():
    # 40 additions of two int8 operands, 16 a tile: 32, 32, 16 bytes in, 16, 16, 8 out; 2, 2, 1 cycles on 8 lanes.
    # load 0: 10 + 16 = 26. Step 0: 26. Step 1: loads 16, stores 16: 20 + 16 = 36. Step 2: stores 16: 18. The end: 14.
    cost = tile_cost(stream(40, 40 * 16, 40 * 8, 40), tiling(16), machine())

    assert off_chip_bytes(cost) == (80, 0, 0, 40)
    assert cost.footprint_bits == (2 * 32 + 2 * 16) * BYTE
    assert cost.compute_cycles == 5
    assert cost.total_cycles == 26 + 26 + 36 + 18 + 14


def test_copy_without_operations_is_transfers_alone():
    cost = tile_cost(stream(16, 128, 128, 0), tiling(16), machine())

    assert cost.compute_cycles == 0
    assert cost.total_cycles == 18 + 18
    assert cost.port_bits.total == 0


def test_pooling_reads_each_element_of_each_window():
    # 2 x 2 stride 2 on 4 x 4, 3 channels: 48 bytes in, 12 out, 12 windows of 4 operations: 48 / 8 = 6 cycles
    axis = SpatialAxis(num_positions=2, input_size=4, kernel=2, stride=2)
    nest = VectorNest(
        groups=3, axes=(axis, axis), num_positions=4, input_bits=8, output_bits=8, resident_bits=0, num_operations=48
    )
    cost = tile_cost(nest, tiling(4, g=3), machine())

    assert off_chip_bytes(cost) == (48, 0, 0, 12)
    assert cost.compute_cycles == 6
    assert (cost.port_bits.input_read, cost.port_bits.output_write) == (48 * BYTE, 12 * BYTE)


def test_element_wise_operator_of_two_to_the_31_elements():
    # 2**31 int8 additions in tiles of 2**20: 2,048 tiles. Every number is far from int64's end and must be exact.
    size = 2**31
    cost = tile_cost(stream(size, 2 * 8 * size, 8 * size, size), tiling(2**20), machine())

    assert off_chip_bytes(cost) == (2 * size, 0, 0, size)
    assert cost.compute_cycles == size // 8
    # load 2**21 bytes: 10 + 2**20; store 2**20 bytes: 10 + 2**19; in the steady state 20 + 2**20 + 2**19
    load, store = 2**20, 2**19
    assert cost.total_cycles == (10 + load) + (10 + load) + 2046 * (20 + load + store) + (10 + store) + (10 + store)


def test_uneven_rows_of_a_huge_stream_stay_positive():
    # a reduction of 2**40 elements to 2**33 + 1: shares of outputs leave int64 when multiplied before they are divided
    positions, outputs = 2**40, 2**33 + 1
    cost = tile_cost(stream(positions, 8 * positions, 8 * outputs, positions), tiling(2**34), machine())

    assert cost.port_bits.input_read == 8 * positions
    assert cost.port_bits.output_write == pytest.approx(8 * outputs, rel=1e-6)
    assert off_chip_bytes(cost) == (positions, 0, 0, outputs)
    # all bytes at 2 a cycle; and the last tile computes 2**34 / 8 cycles while only the results before it are stored
    waiting = 2**34 / 8 - outputs / 64 / 2
    assert cost.total_cycles == pytest.approx((positions + outputs) / 2 + waiting, rel=1e-6)


# --- what limits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"latency_cycles": 0, "bytes_per_1000_cycles": None}, Limit.COMPUTE),
        ({"latency_cycles": 0, "bytes_per_1000_cycles": 100}, Limit.OFF_CHIP),
        ({"latency_cycles": 1000}, Limit.DMA_LATENCY),
        ({"latency_cycles": 0, "bytes_per_1000_cycles": None, "port_bytes": 1}, Limit.SCRATCHPAD),
    ],
)
def test_limits_of_a_product(changes, expected):
    assert tile_cost(gemm(8, 4, 6), tiling(4, 4, 6), machine(**changes)).limited_by is expected


def test_vector_work_is_limited_by_the_vector_unit():
    fast = machine(latency_cycles=0, bytes_per_1000_cycles=None)

    assert tile_cost(stream(40, 320, 320, 40), tiling(40), fast).limited_by is Limit.VECTOR


def test_shortage_counts_whole_scratchpad_or_each_part():
    # 48 + 24 + 32 bytes
    shared = tile_cost(gemm(8, 4, 6), tiling(8, 4, 6), machine(capacity_bytes=100, port_bytes=1))
    split = tile_cost(gemm(8, 4, 6), tiling(8, 4, 6), machine(capacity_bytes=(48, 20, 31), port_bytes=1))

    assert shared.missing_bits == 4 * BYTE
    assert split.missing_bits == 5 * BYTE  # 104 of 99 in all; 4 too many weights, 1 too many outputs


@pytest.mark.parametrize("order", ["mnk", "mkn", "nmk", "nkm", "kmn", "knm"])
def test_a_tile_larger_than_the_loop_is_the_loop(order):
    nest = conv(4, 2, 3, groups=2)

    exact = tile_cost(nest, tiling(16, 3, 2, g=2, order=order), machine())
    larger = tile_cost(nest, tiling(999, 7, 50, g=9, order=order), machine())

    assert larger == exact


def test_holding_what_is_not_fetched_again_changes_nothing():
    # n innermost: the input tile stays anyway; the next one still needs a second buffer
    nest = gemm(8, 8, 6)

    assert tile_cost(nest, tiling(4, 4, 6, held=[Operand.INPUT]), machine()) == tile_cost(
        nest, tiling(4, 4, 6), machine()
    )


def test_unbounded_bandwidth_leaves_latency():
    cost = tile_cost(gemm(8, 4, 6), tiling(8, 4, 6), machine(bytes_per_1000_cycles=None))

    assert cost.total_cycles == 20 + 24 + 10


def test_bursts_are_paid_for_in_time_only():
    # 48 + 24 bytes in, 32 out, in bursts of 32: 64 + 32 and 32
    cost = tile_cost(gemm(8, 4, 6), tiling(8, 4, 6), machine(burst_bytes=32))

    assert off_chip_bytes(cost) == (48, 24, 0, 32)
    assert cost.total_cycles == (20 + 48) + 24 + (10 + 16)


def test_channels_share_latency():
    cost = tile_cost(gemm(8, 4, 6), tiling(8, 4, 6), machine(channels=2))

    assert cost.total_cycles == math.ceil(2 / 2) * 10 + 36 + 24 + 26
