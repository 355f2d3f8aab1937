"""Bit-serial and bit-fusion arrays: hand arithmetic, laws, and what cannot be taken apart into bits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.accelerator import Array
from simulator.arrays import array_model
from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.arrays.precision import PrecisionScaled, brick_bits
from simulator.arrays.systolic import SystolicArray
from workloads.errors import ConfigError
from workloads.formats import NumberKind
from workloads.loop_nest import MatrixNest
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin

SIZES = st.integers(1, 2000)
BITS = st.integers(1, 16)
PRECISIONS = st.sampled_from(["bit_serial", "bit_fusion"])


def array(**changes: object) -> Array:
    fields = {
        "rows": 8, "cols": 8, "dataflow": "os", "clock_hz": "1 GHz", "formats": ("int8",),
        "accumulator_format": "int32", "precision": "bit_fusion",
    }  # fmt: skip
    return Array.model_validate(fields | changes)


def nest(input_bits: int = 8, weight_bits: int = 8, sparsity: Sparsity | None = None) -> MatrixNest:
    return MatrixNest(
        groups=1, batch=33, axes=(), num_filters=17, num_channels=20, input_bits=input_bits, weight_bits=weight_bits,
        output_bits=8, resident_bits=0, num_output_elements=33 * 17, weight_sparsity=sparsity,
    )  # fmt: skip


def int64(*sizes: int) -> tuple[np.int64, ...]:
    return tuple(np.int64(size) for size in sizes)


@pytest.mark.parametrize(
    ("precision", "dataflow", "bits", "ratio"),
    [
        ("bit_serial", "os", (5, 8), Fraction(5, 8)),
        ("bit_serial", "ws", (5, 2), Fraction(5, 8)),  # the input is serial, whatever the weight
        ("bit_serial", "is", (5, 2), Fraction(1, 4)),  # inputs stay, so the weight is
        ("bit_fusion", "os", (8, 8), Fraction(1)),
        ("bit_fusion", "os", (5, 2), Fraction(1, 4)),  # 5 bits take 8
        ("bit_fusion", "os", (4, 4), Fraction(1, 4)),
        ("bit_fusion", "os", (2, 1), Fraction(1, 16)),
        ("bit_fusion", "os", (3, 8), Fraction(1, 2)),
    ],
)
def test_hand_arithmetic(precision, dataflow, bits, ratio):
    scaled = array_model(array(precision=precision, dataflow=dataflow)).bound_to(nest(*bits))
    dense = SystolicArray(8, 8, dataflow)

    cycles, full = scaled.tile_cycles(*int64(33, 17, 20)), dense.tile_cycles(*int64(33, 17, 20))

    assert scaled.stream_ratio == ratio
    assert cycles.stream == -(-full.stream * ratio.numerator // ratio.denominator)
    assert (cycles.fill, cycles.num_folds) == (full.fill, full.num_folds)
    assert scaled.peak_macs_per_cycle == float(64 / ratio)
    assert scaled.scratchpad_accesses(*int64(33, 17, 20)) == dense.scratchpad_accesses(*int64(33, 17, 20))
    assert (scaled.num_pes, scaled.tile_units, scaled.performed_fraction) == (64, dense.tile_units, 1.0)


@pytest.mark.parametrize(
    ("kind", "bits", "listed", "ratio"),
    [
        # four-bit powers of two shift by 0 to 6: int8
        (NumberKind.POWER_OF_TWO, 4, (), Fraction(1)),
        (NumberKind.POWER_OF_TWO, 3, (), Fraction(1, 2)),
        (NumberKind.POWER_OF_TWO, 4, ("pow2_4",), Fraction(1, 2)),
        (NumberKind.INTEGER, 4, (), Fraction(1, 2)),
        (NumberKind.TERNARY, 2, (), Fraction(1, 4)),
        (NumberKind.BINARY, 1, (), Fraction(1, 4)),  # -1 and +1 take int2
    ],
)
@pytest.mark.parametrize("operand", ["input", "weight"])
def test_multiplication_free_operands_take_the_integer_that_holds_them(kind, bits, listed, ratio, operand):
    fused = array_model(array(formats=("int8", *listed)))

    bound = fused.bound_to(replace(nest(), **{f"{operand}_bits": bits, f"{operand}_kind": kind}))

    assert bound.stream_ratio == ratio


def test_powers_of_two_beyond_the_multipliers():
    wide = replace(nest(), weight_bits=5, weight_kind=NumberKind.POWER_OF_TWO)

    with pytest.raises(ConfigError, match=r"expected weights of at most 8 bits, .* bit_fusion array, found 16"):
        array_model(array()).bound_to(wide)


def test_a_tile_takes_whole_cycles():
    # one fold of K = 3 at 5/8: 1.875 cycles
    scaled = array_model(array(precision="bit_serial")).bound_to(nest(input_bits=5))

    assert scaled.tile_cycles(*int64(8, 8, 3)).stream == 2


def test_cycles_are_stated_at_the_widest_format():
    wide = array(formats=("int8", "int16"))

    assert array_model(wide).bound_to(nest()).stream_ratio == Fraction(1, 4)
    assert array_model(wide).bound_to(nest(16, 16)).stream_ratio == 1
    assert array_model(wide).tile_cycles(*int64(8, 8, 20)).stream == 20


def test_parallel_arrays_are_themselves():
    assert array_model(array(precision="parallel")) == SystolicArray(8, 8, "os")


def test_zeros_are_skipped_by_the_array_inside():
    two_of_eight = Sparsity(density_fraction=0.25, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=2, m=8))
    fused = array(type="nm_systolic", nm_systolic={}, precision="bit_fusion")

    scaled = array_model(fused).bound_to(replace(nest(4, 8, two_of_eight), num_channels=17))
    cycles = scaled.tile_cycles(*int64(33, 17, 17))

    # 15 folds of 6 steps at 1/2, one of the six padding: the third group has one channel
    assert isinstance(scaled.model, NmSystolicArray)
    assert (cycles.stream, cycles.padding) == (45, 7)
    assert scaled.performed_fraction == 5 / 17


@given(precision=PRECISIONS, bits=st.tuples(BITS, BITS), sizes=st.tuples(SIZES, SIZES, SIZES))
def test_narrower_operands_are_never_slower(precision, bits, sizes):
    model = PrecisionScaled(SystolicArray(8, 8, "os"), precision, 16)
    wide = model.bound_to(nest(*bits)).tile_cycles(*int64(*sizes))

    for narrower in ((max(1, bits[0] - 1), bits[1]), (bits[0], max(1, bits[1] - 1))):
        cycles = model.bound_to(nest(*narrower)).tile_cycles(*int64(*sizes))
        assert cycles.stream <= wide.stream
        assert cycles.fill == wide.fill


@given(precision=PRECISIONS, bits=st.tuples(BITS, BITS), m=SIZES, n=SIZES, tiles=st.tuples(SIZES, SIZES))
def test_splitting_a_tile_never_makes_it_shorter(precision, bits, m, n, tiles):
    model = PrecisionScaled(SystolicArray(8, 8, "os"), precision, 16).bound_to(nest(*bits))

    streams = [int(model.tile_cycles(*int64(m, n, k)).stream) for k in (*tiles, sum(tiles))]
    assert streams[0] + streams[1] >= streams[2]


@given(precision=PRECISIONS, bits=st.tuples(BITS, BITS), group=st.integers(1, 8), sizes=st.tuples(SIZES, SIZES, SIZES))
def test_parts_are_within_the_whole(precision, bits, group, sizes):
    pattern = Sparsity(density_fraction=0.1, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=1, m=group))
    model = PrecisionScaled(NmSystolicArray(8, 8, "os"), precision, 16).bound_to(nest(*bits, pattern))

    cycles = model.tile_cycles(*int64(*sizes))

    assert 0 <= cycles.padding + cycles.imbalance <= cycles.stream


@given(bits=BITS)
def test_bricks_hold_the_operand(bits):
    assert brick_bits(bits) >= bits
    assert brick_bits(bits) in (2, 4, 8, 16)
    assert brick_bits(bits) < 2 * bits or bits == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"formats": ("fp16",), "accumulator_format": "fp32"},
            "array.formats: expected integers for array.precision bit_fusion, found fp16",
        ),
        (
            {"formats": ("int8", "int32")},
            "array.formats: expected at most 16 bits for array.precision bit_fusion, found 32",
        ),
    ],
)
def test_formats_that_have_no_bits_to_share(changes, message):
    with pytest.raises(ConfigError) as error:
        array_model(array(**changes))
    assert str(error.value) == message


def test_bit_serial_takes_any_integer():
    assert array_model(array(precision="bit_serial", formats=("int32",))).bound_to(nest()).stream_ratio == Fraction(
        1, 4
    )


@pytest.mark.parametrize(("bits", "what"), [((16, 8), "inputs"), ((8, 12), "weights")])
def test_operands_wider_than_the_array(bits, what):
    with pytest.raises(ConfigError) as error:
        array_model(array()).bound_to(nest(*bits))
    assert str(error.value) == (
        f"array.formats: expected {what} of at most 8 bits, the widest format of a bit_fusion array, found {max(bits)}"
    )


def test_binding_anew_forgets_the_last_nest():
    model = array_model(array())

    assert model.bound_to(nest(2, 2)).bound_to(nest()) == replace(model, stream_ratio=Fraction(1))
