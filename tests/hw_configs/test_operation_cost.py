"""Energy and area of an operation: hand arithmetic on the 45 nm table."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.load import list_technologies, load_technology
from hw_configs.operation_cost import (
    mac_area_um2,
    mac_energy_pj,
    multiplier_format,
    operation_area_um2,
    operation_energy_pj,
)
from hw_configs.technology import Technology
from workloads.errors import ConfigError
from workloads.formats import BINARY, FP16, FP32, INT8, INT32, POWER_OF_TWO, TERNARY, ElementFormat, parse_format

TECHNOLOGIES = [load_technology(name) for name in list_technologies()]
T45 = load_technology("45nm")


@pytest.mark.parametrize(
    ("operation", "name", "energy_pj", "area_um2"),
    [
        ("add", "int8", 0.03, 36),
        ("add", "uint8", 0.03, 36),
        ("add", "int32", 0.1, 137),
        ("multiply", "int8", 0.2, 282),
        ("multiply", "fp16", 1.1, 1640),
        ("multiply", "fp32", 3.7, 7700),
    ],
)
def test_listed_entries_are_exact(operation: str, name: str, energy_pj: float, area_um2: float) -> None:
    assert operation_energy_pj(T45, operation, parse_format(name)) == energy_pj  # type: ignore[arg-type]
    assert operation_area_um2(T45, operation, parse_format(name)) == area_um2  # type: ignore[arg-type]


def test_integer_widths_between() -> None:
    # 0.0029948 * 16^2 + 0.0010417 * 16 = 0.7833; the fit meets int8 and int32 to five digits.
    assert operation_energy_pj(T45, "multiply", parse_format("int16")) == pytest.approx(0.7833, rel=1e-3)
    # 0.0029948 * 4^2 + 0.0010417 * 4 = 0.0521.
    assert operation_energy_pj(T45, "multiply", parse_format("int4")) == pytest.approx(0.0521, rel=1e-3)
    # 0.003125 * 12 = 0.0375, times a ratio halfway between 1.2 (int8) and 1.0 (int16).
    assert operation_energy_pj(T45, "add", parse_format("int12")) == pytest.approx(0.04125)
    # 0.003125 * 24 = 0.075: Horowitz's int16 and int32 lie on the fit.
    assert operation_energy_pj(T45, "add", parse_format("int24")) == pytest.approx(0.075)
    # 3.08203 * 16^2 + 10.59375 * 16 = 958.5 um2.
    assert operation_area_um2(T45, "multiply", parse_format("int16")) == pytest.approx(958.5, rel=1e-3)


def test_floats_by_significand() -> None:
    # ln(3.7 / 1.1) / ln(24 / 11) = 1.555; bf16 has 8 significand bits: 1.1 * (8 / 11)^1.555 = 0.670.
    assert operation_energy_pj(T45, "multiply", parse_format("bf16")) == pytest.approx(0.670, abs=1e-3)
    # fp8 has 4: 1.1 * (4 / 11)^1.555 = 0.228; an addition 0.4 * (4 / 11)^1.0395 = 0.1398.
    assert operation_energy_pj(T45, "multiply", parse_format("fp8")) == pytest.approx(0.228, abs=1e-3)
    assert operation_energy_pj(T45, "add", parse_format("fp8")) == pytest.approx(0.1398, abs=1e-4)


def test_mac() -> None:
    assert mac_energy_pj(T45, INT8, INT8, INT32) == pytest.approx(0.2 + 0.1)
    assert mac_energy_pj(T45, FP16, FP16, FP32) == pytest.approx(1.1 + 0.9)
    assert mac_area_um2(T45, INT8, INT8, INT32) == pytest.approx(282 + 137)
    # A 4-bit weight beside an 8-bit activation is multiplied as 8 bits.
    assert mac_energy_pj(T45, INT8, parse_format("int4"), INT32) == pytest.approx(0.3)


def test_mixed_operands() -> None:
    assert multiplier_format(FP16, INT32) == FP16
    assert multiplier_format(parse_format("int4"), FP16) == FP16
    assert multiplier_format(parse_format("bf16"), FP16) == FP16
    assert multiplier_format(INT8, INT32) == INT32


@pytest.mark.parametrize("technology", TECHNOLOGIES, ids=lambda technology: technology.name)
@pytest.mark.parametrize("operation", ["add", "multiply"])
@pytest.mark.parametrize("cost", [operation_energy_pj, operation_area_um2])
def test_wider_integers_cost_more(technology: Technology, operation: str, cost: object) -> None:
    costs = [cost(technology, operation, parse_format(f"int{bits}")) for bits in range(1, 65)]  # type: ignore[operator]
    assert all(narrow < wide for narrow, wide in itertools.pairwise(costs))


@given(names=st.tuples(*[st.sampled_from(["fp4", "fp8", "bf16", "fp16", "fp32", "fp64"])] * 2))
def test_more_significand_bits_cost_more(names: tuple[str, str]) -> None:
    order = ["fp4", "fp8", "bf16", "fp16", "fp32", "fp64"]
    first, second = sorted(names, key=order.index)
    for technology in TECHNOLOGIES:
        narrow = operation_energy_pj(technology, "multiply", parse_format(first))
        assert narrow <= operation_energy_pj(technology, "multiply", parse_format(second))


def test_smaller_nodes_cost_less() -> None:
    for format in (INT8, parse_format("int5"), FP16, parse_format("bf16")):
        at = {t.name: operation_energy_pj(t, "multiply", format) for t in TECHNOLOGIES}
        assert at["22nm"] < at["28nm"] < at["45nm"]


def test_nothing_to_estimate_from() -> None:
    integers_only = T45.model_copy(update={"multiply": {"int8": T45.multiply["int8"]}})
    with pytest.raises(ConfigError) as error:
        operation_energy_pj(integers_only, "multiply", parse_format("bf16"))
    assert str(error.value) == (
        "technology '45nm': multiply.bf16 is missing and needs fp16 and fp32 entries to be estimated from, found int8"
    )
    floats_only = T45.model_copy(update={"add": {"fp16": T45.add["fp16"], "fp32": T45.add["fp32"]}})
    with pytest.raises(ConfigError, match=r"add.int8 is missing and needs an integer entry .* found fp16, fp32"):
        operation_energy_pj(floats_only, "add", INT8)


@pytest.mark.parametrize("weight", [TERNARY, BINARY])
@pytest.mark.parametrize(
    ("input", "accumulator"), [(INT8, INT32), (FP16, FP32), (TERNARY, INT32), (POWER_OF_TWO, INT32)]
)
def test_signs_cost_an_addition_alone(weight: ElementFormat, input: ElementFormat, accumulator: ElementFormat) -> None:
    for operands in ((input, weight), (weight, input)):
        assert mac_energy_pj(T45, *operands, accumulator) == operation_energy_pj(T45, "add", accumulator)
        assert mac_area_um2(T45, *operands, accumulator) == operation_area_um2(T45, "add", accumulator)


@pytest.mark.parametrize(
    ("input", "weight", "accumulator", "rows", "width"),
    [
        ("int8", "pow2", "int32", 3, 14),  # shifts by 0 to 6: three bits of them, 8 + 6 bits
        ("pow2", "int8", "int32", 3, 14),
        ("pow2", "pow2", "int32", 3, 14),  # the first as the int8 that holds it
        ("int8", "pow2_5", "int32", 4, 22),  # 0 to 14
        ("int8", "pow2_5", "int16", 4, 16),  # what leaves the accumulator is not made
        ("int8", "pow2_3", "int32", 2, 10),  # 0 to 2
        ("int8", "pow2_2", "int32", 0, 8),  # 0 and +-1: nothing is shifted
    ],
)
def test_powers_of_two_cost_a_shifter(input: str, weight: str, accumulator: str, rows: int, width: int) -> None:
    formats = parse_format(input), parse_format(weight), parse_format(accumulator)
    row = parse_format(f"int{width}")
    for mac, operation in ((mac_energy_pj, operation_energy_pj), (mac_area_um2, operation_area_um2)):
        expected = rows * 8 / 28 * operation(T45, "add", row) + operation(T45, "add", formats[2])
        assert mac(T45, *formats) == pytest.approx(expected)


def test_a_shift_by_hand() -> None:
    # A 14-bit addition: 0.003125 * 14 = 0.04375, ratio 1.2 - 0.2 * 6/8 = 1.05: 0.0459; 3 * 8/28 of it is 0.0394.
    assert mac_energy_pj(T45, INT8, POWER_OF_TWO, INT32) == pytest.approx(0.1394, abs=1e-4)
    # An fp16 exponent has 5 bits: 0.003125 * 5 * 1.2 = 0.01875.
    assert mac_energy_pj(T45, FP16, POWER_OF_TWO, FP32) == pytest.approx(0.9 + 0.01875)


@given(bits=st.integers(2, 6), input=st.sampled_from(["int2", "int4", "int8", "int16", "fp8", "bf16", "fp32"]))
def test_a_shift_costs_less_than_the_multiplication_it_stands_for(bits: int, input: str) -> None:
    operand, weight = parse_format(input), parse_format(f"pow2_{bits}")
    accumulator = FP32 if operand.kind is not INT8.kind else INT32
    stand_in = multiplier_format(operand, weight)
    if stand_in.bits < 4:
        return
    for technology in TECHNOLOGIES:
        assert mac_energy_pj(technology, operand, weight, accumulator) < mac_energy_pj(
            technology, stand_in, stand_in, accumulator
        )


def test_multipliers_take_operands_of_the_same_range() -> None:
    assert multiplier_format(INT8, TERNARY) == INT8
    assert multiplier_format(BINARY, TERNARY) == parse_format("int2")
    assert multiplier_format(parse_format("int4"), POWER_OF_TWO) == INT8
    assert multiplier_format(FP16, POWER_OF_TWO) == FP16


def test_no_operation_is_in_such_a_format_alone() -> None:
    with pytest.raises(ConfigError, match="ternary is a format of operands of a product: no add works in it alone"):
        operation_energy_pj(T45, "add", TERNARY)
