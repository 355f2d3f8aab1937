"""Unit energies and areas from a technology by hand."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from hw_configs.sram import sram_cost
from simulator.unit_costs import mac_pj, multiplying_format, operand_memories, register_bits_per_mac, unit_costs
from tests.simulator.drawn import make_accelerator
from workloads.formats import INT8, parse_format


def test_area_of_an_array_by_hand():
    # 22nm: int8 multiplier 69.43 um2, int32 adder 33.73, 2 * 8 + 32 bits of registers at 1.863; a lane: int32 adder and
    # multiplier 33.73 + 860.4, three registers of 32 bits
    area = unit_costs(make_accelerator(rows=3, cols=5, lanes=7)).area

    assert area.array_mm2 == pytest.approx(15 * (69.43 + 33.73 + 48 * 1.863) * 1e-6)
    assert area.vector_unit_mm2 == pytest.approx(7 * (33.73 + 860.4 + 96 * 1.863) * 1e-6)
    assert area.scratchpad_mm2 == pytest.approx(sram_cost(2**20, 22, 64).area_mm2)


def test_a_split_scratchpad_is_three_memories():
    sizes = (2**14, 2**15, 2**16)
    accelerator = make_accelerator(capacity_bytes=sizes)
    srams = [sram_cost(size, 22, 64) for size in sizes]

    costs = unit_costs(accelerator)

    assert costs.scratchpad_read_pj_per_bit == pytest.approx([sram.read_pj_per_bit for sram in srams])
    assert costs.scratchpad_write_pj_per_bit == pytest.approx([sram.write_pj_per_bit for sram in srams])
    assert costs.area.scratchpad_mm2 == pytest.approx(sum(sram.area_mm2 for sram in srams))
    logic_mm2 = costs.area.array_mm2 + costs.area.vector_unit_mm2
    # mW at 1 GHz are pJ a cycle
    assert costs.leakage_pj_per_cycle == pytest.approx(sum(sram.leakage_mw for sram in srams) + 22.36 * logic_mm2)


def test_a_load_is_an_off_chip_read_and_a_scratchpad_write():
    costs = unit_costs(make_accelerator(capacity_bytes=(2**14, 2**15, 2**16)))

    assert [costs.load_pj_per_bit(operand) for operand in range(3)] == pytest.approx(
        [8.0 + write for write in costs.scratchpad_write_pj_per_bit]
    )
    assert costs.store_pj_per_bit == pytest.approx(8.0 + costs.scratchpad_read_pj_per_bit[2])


def test_shared_memory_serves_all_operands():
    accelerator = make_accelerator()

    assert operand_memories(accelerator) == (accelerator.scratchpad,) * 3


@pytest.mark.parametrize(("dataflow", "expected"), [("os", (4, 6, 32)), ("ws", (4, 0, 32)), ("is", (0, 6, 32))])
def test_registers_of_what_moves_are_written(dataflow, expected):
    assert register_bits_per_mac(make_accelerator(dataflow=dataflow), 4, 6) == expected


def test_multiply_accumulate():
    assert mac_pj(make_accelerator(), INT8, INT8) == pytest.approx(0.05209 + 0.02604)


def test_narrow_operands_take_the_multiplier_that_is_there():
    """int4 on an int8 array costs an int8 multiplication; where int4 multipliers are listed too, theirs."""
    accelerator = load_accelerator("edge_npu")
    int4 = parse_format("int4")
    assert mac_pj(accelerator, int4, int4) == mac_pj(accelerator, INT8, INT8)
    both = load_accelerator("edge_npu", overrides=["array.formats=[int8, int4]"])
    assert mac_pj(both, int4, int4) < mac_pj(both, INT8, INT8)
    assert mac_pj(both, INT8, int4) == mac_pj(both, INT8, INT8)


@pytest.mark.parametrize("precision", ["bit_serial", "bit_fusion"])
def test_parts_of_a_pe_take_their_part_of_its_widest_product(precision: str) -> None:
    """8 bits wide: a product in a quarter of a PE takes a quarter of int8's energy, and a whole addition.

    45 nm: int8 multiplication 0.2 pJ, int32 addition 0.1 pJ. A quarter: 0.05 + 0.1 = 0.15 pJ.
    """
    overrides = [f"array.precision={precision}"]
    accelerator = load_accelerator("bit_fusion", overrides=overrides)
    int4 = parse_format("int4")
    assert mac_pj(accelerator, INT8, INT8) == pytest.approx(0.3)
    assert mac_pj(accelerator, int4, int4, 0.25) == pytest.approx(0.15)
    assert multiplying_format(accelerator, int4, int4) == INT8
    assert multiplying_format(load_accelerator("edge_npu"), int4, int4) == INT8
