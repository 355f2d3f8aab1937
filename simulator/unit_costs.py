"""What one bit moved, one operation or one cycle costs on an accelerator, in pJ; and its area."""

from __future__ import annotations

from dataclasses import dataclass

from hw_configs.accelerator import Accelerator, Memory
from hw_configs.multiplication_free import is_multiplication_free
from hw_configs.operation_cost import (
    mac_area_um2,
    mac_energy_pj,
    multiplier_format,
    operation_area_um2,
    operation_energy_pj,
)
from hw_configs.sram import memory_cost
from simulator.result import Area
from workloads.formats import ElementFormat

_UM2_PER_MM2 = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCosts:
    """Energy of elementary events. Tuples have one entry an operand: input, weight, output.

    ``off_chip_pj_per_bit`` is the off-chip memory's alone; what is loaded is also written into the scratchpad, and what
    is stored is also read from it.
    """

    scratchpad_read_pj_per_bit: tuple[float, float, float]
    scratchpad_write_pj_per_bit: tuple[float, float, float]
    off_chip_pj_per_bit: float
    register_pj_per_bit: float
    vector_operation_pj: float
    leakage_pj_per_cycle: float
    area: Area

    def load_pj_per_bit(self, operand: int) -> float:
        """Off-chip read and scratchpad write of one bit of ``operand`` (0 input, 1 weight, 2 output)."""
        return self.off_chip_pj_per_bit + self.scratchpad_write_pj_per_bit[operand]

    @property
    def store_pj_per_bit(self) -> float:
        """Scratchpad read and off-chip write of one bit of output."""
        return self.off_chip_pj_per_bit + self.scratchpad_read_pj_per_bit[2]


def unit_costs(accelerator: Accelerator) -> UnitCosts:
    """Return the unit costs of ``accelerator`` in its technology.

    Assumes a vector operation costs the mean of an addition and a multiplication in the vector unit's format.
    """
    technology = accelerator.technology
    memories = operand_memories(accelerator)
    srams = [memory_cost(memory, technology.sram_node_nm) for memory in memories]
    distinct = srams[:1] if isinstance(accelerator.scratchpad, Memory) else srams
    area = _area(accelerator, sum(sram.area_mm2 for sram in distinct))
    logic_mm2 = area.array_mm2 + area.vector_unit_mm2
    leakage_mw = sum(sram.leakage_mw for sram in distinct)
    leakage_mw += technology.logic_leakage_mw_per_mm2.value * logic_mm2
    lane = accelerator.vector_unit.format
    operations = [operation_energy_pj(technology, "add", lane), operation_energy_pj(technology, "multiply", lane)]
    return UnitCosts(
        scratchpad_read_pj_per_bit=(srams[0].read_pj_per_bit, srams[1].read_pj_per_bit, srams[2].read_pj_per_bit),
        scratchpad_write_pj_per_bit=(srams[0].write_pj_per_bit, srams[1].write_pj_per_bit, srams[2].write_pj_per_bit),
        off_chip_pj_per_bit=accelerator.off_chip.energy_pj_per_bit,
        register_pj_per_bit=technology.register_energy_pj_per_bit.value,
        vector_operation_pj=sum(operations) / 2,
        leakage_pj_per_cycle=leakage_mw * 1e9 / accelerator.array.clock_hz,
        area=area,
    )


def mac_pj(
    accelerator: Accelerator, input_format: ElementFormat, weight_format: ElementFormat, pe_fraction: float = 1.0
) -> float:
    """Return the energy of one multiply-accumulate, registers not included.

    The PEs multiply in the formats that they list: narrower operands take the narrowest of those that holds both.
    Ternary, binary and power-of-two operands take their own adders and shifters where the array lists their format.

    Assumes a product that takes part of a bit-serial or bit-fusion PE for a cycle, or all of it for part of the time,
    takes that part of the energy of a product of the array's widest format; the sum is added once, at full width.

    Parameters
    ----------
    accelerator, input_format, weight_format
    pe_fraction : float
        PEs over the products that they do a cycle at these widths; 1 on an array whose precision is parallel.

    Example: int8 by int8 takes a fourth of a bit-fusion PE that is 16 bits wide: 4 such products a cycle together take
    the energy of one of int16, and four additions.
    """
    array, technology = accelerator.array, accelerator.technology
    free = [one for one in (input_format, weight_format) if is_multiplication_free(one)]
    if any(one in array.formats for one in free):
        return mac_energy_pj(technology, input_format, weight_format, array.accumulator_format)
    multiplier = multiplying_format(accelerator, input_format, weight_format)
    whole = operation_energy_pj(technology, "multiply", multiplier)
    return whole * pe_fraction + operation_energy_pj(technology, "add", array.accumulator_format)


def multiplying_format(
    accelerator: Accelerator, input_format: ElementFormat, weight_format: ElementFormat
) -> ElementFormat:
    """Return the format of the multiplier that takes such operands: the array's widest where its PEs come apart."""
    array = accelerator.array
    wanted = multiplier_format(input_format, weight_format)
    holding = [one for one in array.formats if one.kind is wanted.kind and one.bits >= wanted.bits]
    if array.precision == "parallel":
        return min(holding, key=lambda one: one.bits, default=wanted)
    return max(holding, key=lambda one: one.bits, default=wanted)


def register_bits_per_mac(accelerator: Accelerator, input_bits: int, weight_bits: int) -> tuple[int, int, int]:
    """Return the register bits written a multiply-accumulate, by operand: input, weight, output.

    Assumes each multiply-accumulate writes the PE's registers of what moves, and not of the operand that stays:
    inputs and sums weight-stationary, weights and sums input-stationary, both operands and the sum output-stationary.
    """
    dataflow = accelerator.array.dataflow
    sums = accelerator.array.accumulator_format.bits
    return (0 if dataflow == "is" else input_bits, 0 if dataflow == "ws" else weight_bits, sums)


def operand_memories(accelerator: Accelerator) -> tuple[Memory, Memory, Memory]:
    """Return the memory that holds inputs, weights, outputs: three times the same when it is shared."""
    scratchpad = accelerator.scratchpad
    if isinstance(scratchpad, Memory):
        return (scratchpad, scratchpad, scratchpad)
    return (scratchpad.input, scratchpad.weight, scratchpad.output)


def _area(accelerator: Accelerator, scratchpad_mm2: float) -> Area:
    """Assumes a PE is a multiplier and an adder of its widest format, with registers for two operands and a sum."""
    technology, array = accelerator.technology, accelerator.array
    register_um2 = technology.register_area_um2_per_bit.value
    widest = max(array.formats, key=lambda one: mac_area_um2(technology, one, one, array.accumulator_format))
    pe_um2 = mac_area_um2(technology, widest, widest, array.accumulator_format)
    pe_um2 += register_um2 * (2 * widest.bits + array.accumulator_format.bits)
    lane = accelerator.vector_unit.format
    lane_um2 = sum(operation_area_um2(technology, operation, lane) for operation in ("add", "multiply"))
    lane_um2 += register_um2 * 3 * lane.bits
    return Area(
        array_mm2=array.rows * array.cols * pe_um2 / _UM2_PER_MM2,
        vector_unit_mm2=accelerator.vector_unit.lanes * lane_um2 / _UM2_PER_MM2,
        scratchpad_mm2=scratchpad_mm2,
    )
