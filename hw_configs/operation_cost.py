"""What one addition or multiplication costs in a format, from a technology's table or estimated between its entries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from hw_configs.multiplication_free import integer_of_same_range, is_multiplication_free
from hw_configs.technology import OperationCost, Technology
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind

Operation = Literal["add", "multiply"]
Quantity = Literal["energy_pj", "area_um2"]


def operation_energy_pj(technology: Technology, operation: Operation, format: ElementFormat) -> float:
    """Return the energy of one operation in pJ.

    Parameters
    ----------
    technology : Technology
    operation : {"add", "multiply"}
    format : ElementFormat
        Signed and unsigned integers cost the same.

    Raises
    ------
    ConfigError
        When the technology lists nothing that the format could be estimated from, or the format is ternary, binary or
        a power of two.
    """
    return _operation_cost(technology, operation, format, "energy_pj")


def operation_area_um2(technology: Technology, operation: Operation, format: ElementFormat) -> float:
    """Return the area of the logic of one operation in um2; as for ``operation_energy_pj``."""
    return _operation_cost(technology, operation, format, "area_um2")


def mac_energy_pj(
    technology: Technology,
    input_format: ElementFormat,
    weight_format: ElementFormat,
    accumulator_format: ElementFormat,
) -> float:
    """Return the energy of one multiply-accumulate in pJ: a multiply of the operands, an add to the accumulator.

    A ternary or binary operand adds or subtracts the other one; a power of two shifts it.
    """
    product = _product_cost(technology, (input_format, weight_format), accumulator_format, "energy_pj")
    return product + operation_energy_pj(technology, "add", accumulator_format)


def mac_area_um2(
    technology: Technology,
    input_format: ElementFormat,
    weight_format: ElementFormat,
    accumulator_format: ElementFormat,
) -> float:
    """Return the area of the multiplier (or shifter) and the adder of one PE in um2, registers not included."""
    product = _product_cost(technology, (input_format, weight_format), accumulator_format, "area_um2")
    return product + operation_area_um2(technology, "add", accumulator_format)


def multiplier_format(first: ElementFormat, second: ElementFormat) -> ElementFormat:
    """Return the format that a multiplier of two operands works in.

    Assumes the wider of the two, and a floating-point one whenever either is: the other operand is converted. Ternary,
    binary and power-of-two operands are converted to the integer that holds them.
    """
    operands = [integer_of_same_range(operand) for operand in (first, second)]
    floats = [operand for operand in operands if operand.kind is not NumberKind.INTEGER]
    return max(floats or operands, key=lambda operand: (operand.bits, significand_bits(operand)))


def _product_cost(
    technology: Technology,
    operands: tuple[ElementFormat, ElementFormat],
    accumulator_format: ElementFormat,
    quantity: Quantity,
) -> float:
    """Return what the product of two operands costs before it is added to the accumulator.

    Assumes that a product with a ternary or binary operand costs nothing beside the addition: an adder that subtracts
    takes the sign as its carry and inverts the other operand in gates that belong to it, and a zero holds them still.
    """
    kinds = {operand.kind for operand in operands}
    if kinds & {NumberKind.TERNARY, NumberKind.BINARY}:
        return 0.0
    if NumberKind.POWER_OF_TWO not in kinds:
        return _operation_cost(technology, "multiply", multiplier_format(*operands), quantity)
    first, second = operands
    by_second = second.kind is NumberKind.POWER_OF_TWO
    return _shift_cost(technology, operands if by_second else (second, first), accumulator_format, quantity)


_STAGE_OF_ADDER = 8 / 28
"""Transistors of a two-way multiplexer over those of a full adder: two transmission gates with inverters for select
and output, and the mirror adder. Source: Weste and Harris, CMOS VLSI Design, 4th edition, chapters 1 and 11."""


def _shift_cost(
    technology: Technology,
    operands: tuple[ElementFormat, ElementFormat],
    accumulator_format: ElementFormat,
    quantity: Quantity,
) -> float:
    """Return what a shift of the first operand by the second, a power of two, costs.

    Integers pass a barrel shifter: a row of two-way multiplexers for each bit of the shift amount.
    Assumes the shifter is as wide as its result (the operand and the largest shift) and no wider than the accumulator,
    and that a row of it is to an addition of its width as their transistors are, in energy and in area.
    Assumes a float times a power of two is an addition to its exponent.

    int8 by 4-bit powers of two, 45 nm: shifts by 0 to 6 make 14 bits and take 3 rows. An addition of 14 bits is
    estimated at 0.0459 pJ, so a shift is 3 * 8/28 * 0.0459 = 0.0394 pJ, a fifth of the int8 multiplication.
    """
    shifted, by = integer_of_same_range(operands[0]), integer_of_same_range(operands[1])
    if shifted.kind is not NumberKind.INTEGER:
        exponent = ElementFormat(NumberKind.INTEGER, shifted.bits - significand_bits(shifted))
        return _operation_cost(technology, "add", exponent, quantity)
    largest_shift = by.bits - 2
    width = min(shifted.bits + largest_shift, accumulator_format.bits)
    num_rows = largest_shift.bit_length()
    row = _operation_cost(technology, "add", ElementFormat(NumberKind.INTEGER, width), quantity)
    return num_rows * _STAGE_OF_ADDER * row


def significand_bits(format: ElementFormat) -> int:
    """Return the bits that a multiplier multiplies: all of an integer, a float's significand with its hidden bit.

    Assumes fp8 to be E4M3 and fp4 to be E2M1.
    """
    if format.kind is NumberKind.INTEGER:
        return format.bits
    if format.kind is NumberKind.BRAIN_FLOAT:
        return 8
    return {4: 2, 8: 4, 16: 11, 32: 24, 64: 53}[format.bits]


def _operation_cost(technology: Technology, operation: Operation, format: ElementFormat, quantity: Quantity) -> float:
    table = technology.add if operation == "add" else technology.multiply
    if is_multiplication_free(format):
        raise ConfigError(f"{format} is a format of operands of a product: no {operation} works in it alone")
    integer = format.kind is NumberKind.INTEGER
    listed = table.get(format.name) or (table.get(f"int{format.bits}") if integer else None)
    if listed is not None:
        return _number(listed, quantity)
    anchors = _integer_anchors(table, quantity) if integer else _float_anchors(table, quantity)
    if len(anchors) < (1 if integer else 2):
        needed = "an integer entry" if integer else "fp16 and fp32 entries"
        raise ConfigError(
            f"technology {technology.name!r}: {operation}.{format.name} is missing and needs {needed} to be estimated "
            f"from, found {', '.join(table)}"
        )
    if integer:
        return _scaled_integer(format.bits, anchors, operation, quantity)
    return _scaled_float(significand_bits(format), anchors)


def _number(cost: OperationCost, quantity: Quantity) -> float:
    return cost.energy_pj if quantity == "energy_pj" else cost.area_um2


def _integer_anchors(table: Mapping[str, OperationCost], quantity: Quantity) -> dict[int, float]:
    """Return the listed integer widths, ascending, with what each costs."""
    listed = {int(name[3:]): _number(cost, quantity) for name, cost in table.items() if name.startswith("int")}
    return dict(sorted(listed.items()))


def _float_anchors(table: Mapping[str, OperationCost], quantity: Quantity) -> dict[int, float]:
    """Return the significand widths of fp16 and fp32 with what each costs."""
    return {bits: _number(table[name], quantity) for name, bits in (("fp16", 11), ("fp32", 24)) if name in table}


def _integer_shape(bits: int, operation: Operation, quantity: Quantity) -> float:
    """Return how an integer operation's cost grows with its width, in an arbitrary unit.

    Source
    ------
    Energy: Coelho et al., Automatic heterogeneous quantization of deep neural networks (QKeras), Nature Machine
    Intelligence 3 (2021): add 0.003125 b, multiply 0.0029948 b^2 + 0.0010417 b, pJ at 45 nm, a fit to Horowitz.
    Area: the same forms through Horowitz's int8 and int32: multiply 3.082 b^2 + 10.594 b.
    """
    if operation == "add":
        return float(bits)
    return 0.0029948 * bits**2 + 0.0010417 * bits if quantity == "energy_pj" else 3.08203 * bits**2 + 10.59375 * bits


def _scaled_integer(bits: int, anchors: dict[int, float], operation: Operation, quantity: Quantity) -> float:
    """Return the shape's value at ``bits`` times the ratio of table to shape, taken between the listed widths.

    The ratio carries the process node, and makes the estimate meet each listed entry.
    Assumes that below the narrowest and above the widest listed width the ratio stays what it is there.

    For Horowitz's additions (int8 0.03, int16 0.05 pJ) the ratios to 0.003125 b are 1.2 and 1.0, so that 12 bits cost
    0.0375 * 1.1 = 0.04125 pJ.
    """
    ratios = {width: cost / _integer_shape(width, operation, quantity) for width, cost in anchors.items()}
    below = max((width for width in ratios if width <= bits), default=min(ratios))
    above = min((width for width in ratios if width >= bits), default=max(ratios))
    ratio = ratios[below]
    if above != below and below < bits < above:
        ratio += (ratios[above] - ratios[below]) * (bits - below) / (above - below)
    return ratio * _integer_shape(bits, operation, quantity)


def _scaled_float(significand: int, anchors: dict[int, float]) -> float:
    """Return the cost at a significand's width on the power law through fp16 and fp32.

    Assumes cost goes with a power of the significand's width, whatever the exponent's: at 45 nm a bf16 multiply is
    1.1 pJ * (8 / 11)^1.555 = 0.67 pJ.
    """
    (narrow, narrow_cost), (wide, wide_cost) = anchors.items()
    if narrow_cost == 0 or wide_cost == 0:
        return max(narrow_cost, wide_cost)
    exponent = math.log(wide_cost / narrow_cost) / math.log(wide / narrow)
    return float(narrow_cost * (significand / narrow) ** exponent)
