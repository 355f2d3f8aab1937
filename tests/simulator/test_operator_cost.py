"""Energy and efficiency of one operator by hand, on edge_npu's technology (22nm) with a 4 x 4 array."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from hw_configs.operation_cost import mac_energy_pj, operation_energy_pj
from hw_configs.sram import sram_cost
from simulator.machine import Machine
from simulator.operator_cost import cost_operator, cost_view, fixed_energy
from simulator.plan import Tiling
from simulator.position_tiles import PositionTile
from simulator.result import Energy, Limit, OperandTraffic
from tests.simulator.drawn import make_accelerator
from workloads.errors import NetworkError
from workloads.formats import INT8, INT32, parse_format
from workloads.loop_nest import lower
from workloads.zoo.builder import ConvSpec, GraphBuilder


def cost_of(network, tiling, accelerator):
    operator = network.operators[0]
    lowered = lower(operator, network.tensors)
    nests = lowered if isinstance(lowered, tuple) else (lowered,)
    machine = Machine(accelerator=accelerator)
    cost = cost_operator(operator, network.tensors, nests, tiling, machine)
    return cost, fixed_energy(operator, network.tensors, nests[0], machine), machine


def whole(m, n=1, k=1):
    return Tiling(position_tile=PositionTile(num_positions=m), filter_tile=n, channel_tile=k)


def test_narrow_products_take_their_part_of_a_bit_fusion_pe():
    """128 products of int4 on PEs of int8: 4 at once in a PE; 45 nm, (0.2 / 4 + 0.1) pJ each."""
    builder = GraphBuilder(name="gemm", format=parse_format("int4"))
    network = builder.finish((builder.linear("fc", builder.input("x", (8, 4)), 4, bias=False),))
    cost, fixed, _ = cost_of(network, whole(8, 4, 4), load_accelerator("bit_fusion"))

    assert cost.energy.mac_pj == fixed.mac_pj == pytest.approx(128 * 0.15)


@pytest.mark.parametrize(
    # register bits written a multiply-accumulate: what moves, and the sum
    ("dataflow", "registers"),
    [("os", (8, 8, 32)), ("ws", (8, 0, 32)), ("is", (0, 8, 32))],
)
def test_energy_of_a_product(dataflow, registers):
    # 8 x 4 by 4 x 4, all in one tile: 128 multiply-accumulates; 32, 16 and 32 bytes
    accelerator = make_accelerator(dataflow=dataflow, capacity_bytes=2**16, port_bytes=8)
    builder = GraphBuilder(name="gemm")
    network = builder.finish((builder.linear("fc", builder.input("x", (8, 4)), 4, bias=False),))

    cost, fixed, _ = cost_of(network, whole(8, 4, 4), accelerator)

    technology = accelerator.technology
    sram = sram_cost(2**16, technology.sram_node_nm, 8)
    write, read = sram.write_pj_per_bit, sram.read_pj_per_bit
    # int8 multiply 0.05209 and int32 add 0.02604 pJ (22nm.yaml)
    assert cost.energy.mac_pj == pytest.approx(128 * (0.05209 + 0.02604))
    assert cost.energy.mac_pj == pytest.approx(128 * mac_energy_pj(technology, INT8, INT8, INT32))
    assert cost.energy.register_pj == pytest.approx(128 * sum(registers) * 0.002637)
    assert cost.energy.off_chip_pj == pytest.approx((32 + 16 + 32) * 8 * 8.0)
    # Ports: one fold of columns, so inputs are read once in every dataflow but is, where each of the two folds of
    # columns (8 positions on 4) reads the weights again, as the two folds of rows do in os. One fold along k.
    weight_reads = {"os": 2, "ws": 1, "is": 2}[dataflow] * 16
    moved = 8 * ((32 + 16) * write + 32 * read) + 8 * (32 * read + weight_reads * read + 32 * write)
    assert cost.energy.scratchpad_pj == pytest.approx(moved)
    assert cost.energy.vector_pj == 0
    assert fixed == Energy(mac_pj=cost.energy.mac_pj, register_pj=cost.energy.register_pj)
    assert (cost.scratchpad_accesses.weight_read, cost.scratchpad_accesses.input_read) == (weight_reads, 32)
    by_operand = (
        128 * registers[0] * 0.002637 + 256 * (8.0 + write + read),
        128 * registers[1] * 0.002637 + 128 * (8.0 + write) + 8 * weight_reads * read,
        128 * registers[2] * 0.002637 + 256 * (8.0 + read + write),
    )
    assert cost.energy_by_operand_pj == pytest.approx(by_operand)


def test_leakage_goes_with_time_and_silicon():
    accelerator = make_accelerator()
    slow = make_accelerator(latency_cycles=1000)
    builder = GraphBuilder(name="gemm")
    network = builder.finish((builder.linear("fc", builder.input("x", (8, 4)), 4, bias=False),))

    cost, _, machine = cost_of(network, whole(8, 4, 4), accelerator)
    slower, _, _ = cost_of(network, whole(8, 4, 4), slow)

    assert cost.energy.leakage_pj == pytest.approx(cost.total_cycles * machine.costs.leakage_pj_per_cycle)
    assert slower.energy.leakage_pj / cost.energy.leakage_pj == pytest.approx(slower.total_cycles / cost.total_cycles)


def test_energy_of_fused_operations():
    # a ReLU on each of 16 outputs of a 1 x 1 convolution: the mean of an int32 addition and multiplication each
    accelerator = make_accelerator()
    builder = GraphBuilder(name="conv")
    x = builder.conv("conv", builder.input("x", (1, 1, 4, 4)), ConvSpec(filters=1, kernel=1, activation="relu"))

    cost, fixed, _ = cost_of(builder.finish((x,)), whole(16), accelerator)

    add, multiply = (operation_energy_pj(accelerator.technology, operation, INT32) for operation in ("add", "multiply"))
    assert cost.energy.vector_pj == fixed.vector_pj == pytest.approx(16 * (add + multiply) / 2)


def test_energy_of_the_vector_unit():
    accelerator = make_accelerator()
    builder = GraphBuilder(name="softmax")

    cost, fixed, machine = cost_of(
        builder.finish((builder.softmax("softmax", builder.input("x", (4, 8))),)), whole(4), accelerator
    )

    assert cost.energy.vector_pj == fixed.total_pj == pytest.approx(5 * 32 * machine.costs.vector_operation_pj)
    assert (cost.energy.mac_pj, cost.energy.register_pj, cost.macs) == (0, 0, 0)
    assert cost.limited_by is not Limit.COMPUTE


def test_bytes_are_rounded_up_operand_by_operand():
    # 3 elements of 4 bits are 12 bits: 2 bytes
    from workloads.formats import parse_format

    builder = GraphBuilder(name="odd", format=parse_format("int4"))
    network = builder.finish((builder.activation("relu", "relu", builder.input("x", (3,))),))

    cost, _, _ = cost_of(network, whole(3), make_accelerator())

    assert cost.off_chip_bytes == OperandTraffic(input_read=2, output_write=2)
    assert cost.compulsory_bytes == 3  # 24 bits in all
    assert cost.scratchpad_bytes == 3


def test_a_view_costs_nothing():
    builder = GraphBuilder(name="view")
    network = builder.finish((builder.view("flat", builder.input("x", (2, 3)), (6,)),))

    cost = cost_view(network.operators[0], 42)

    assert cost.start_cycle == 42
    assert (cost.total_cycles, cost.energy.total_pj, cost.off_chip_bytes.total) == (0, 0, 0)
    assert cost.limited_by is Limit.NONE


def test_operator_whose_cycles_could_leave_64_bits_is_refused():
    """2**43 x 1 by 1 x 2**4 on 65,536 rows: 2**47 multiply-accumulates times 2**17 and more cycles."""
    builder = GraphBuilder(name="gemm")
    network = builder.finish((builder.linear("fc", builder.input("x", (2**43, 1)), 2**4, bias=False),))
    accelerator = make_accelerator(rows=2**16, cols=2**16, capacity_bytes=2**20, port_bytes=8)
    with pytest.raises(NetworkError, match=r"operator 'fc' \(matmul|gemm\) is too large for an array of 65536 x 65536"):
        cost_of(network, whole(1), accelerator)
