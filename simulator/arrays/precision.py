"""Throughput that depends on the operands' widths: bit-serial and bit-fusion arrays, around any array model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from hw_configs.accelerator import Array
from hw_configs.multiplication_free import bits_of_same_range, is_multiplication_free
from simulator.arrays.protocol import ArrayModel, Dimension, Int64Array, ScratchpadAccesses, TileCycles
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Pattern

_BRICK_WIDTHS_BITS = (2, 4, 8, 16)
"""Operand widths that bricks of two bits compose to."""


@dataclass(frozen=True, slots=True)
class PrecisionScaled:
    """An array whose cycles are stated at its widest format and shorten with narrower operands.

    Bit-serial: each PE takes one bit of an operand a cycle, so that streaming cycles go with that operand's width.
    Assumes the serial operand is the input, and input-stationary, where inputs stay, the weight.

    Bit-fusion: a PE is made of multipliers of 2 x 2 bits that compose to products of 2, 4, 8 or 16 bits either side, so
    that throughput goes with (widest / input width) * (widest / weight width), widths rounded up to those.
    Assumes the extra products of narrow operands find work: the reduction or the filters are long enough to be spread
    over the parts of a PE, without a fold of their own.

    Ternary, binary and power-of-two operands, unless the array lists their format, are multiplied as the narrowest
    integer that holds their values: 4-bit powers of two as 8 bits.

    A tile's streaming cycles are rounded up; filling and draining the array takes as long as ever.

    Parameters
    ----------
    model : ArrayModel
        Of the array at its widest format.
    precision : {"bit_serial", "bit_fusion"}
    widest_bits : int
        Width of the widest operand format.
    formats : tuple of ElementFormat
        Operand formats that the array lists.
    stream_ratio : Fraction
        Streaming cycles over those at the widest format; 1 until it is bound to a nest.

    Source: Judd et al., Stripes: bit-serial deep neural network computing, MICRO 2016; Sharma et al., Bit Fusion:
    bit-level dynamically composable architecture for accelerating deep neural networks, ISCA 2018.

    Example, widest 8 bits: 5-bit inputs take 5/8 of the cycles bit-serial. On bit-fusion, 5-bit inputs count as 8 and
    ternary weights (2 bits) as 2: (8 * 2) / (8 * 8) = 1/4.
    """

    model: ArrayModel
    precision: Literal["bit_serial", "bit_fusion"]
    widest_bits: int
    formats: tuple[ElementFormat, ...] = ()
    stream_ratio: Fraction = Fraction(1)

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use and at the widest format."""
        return self.model.num_pes

    @property
    def peak_macs_per_cycle(self) -> float:
        """Multiply-accumulates a cycle at the widths it is bound to: 16 a PE of 2 by 2 bits on 8-bit bit-fusion."""
        return float(self.model.peak_macs_per_cycle / self.stream_ratio)

    @property
    def streamed_dimension(self) -> Dimension:
        """The model's."""
        return self.model.streamed_dimension

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """The model's."""
        return self.model.tile_units

    @property
    def performed_fraction(self) -> float:
        """The model's: a multiply-accumulate is one at any width."""
        return self.model.performed_fraction

    def bound_to(self, nest: MatrixNest) -> PrecisionScaled:
        """Return the model for the zeros and the widths of ``nest``.

        Raises
        ------
        ConfigError
            When an operand is wider than the array's widest format.
        """
        input_bits = self._multiplied_bits(nest.input_kind, nest.input_bits)
        weight_bits = self._multiplied_bits(nest.weight_kind, nest.weight_bits)
        for operand, bits in (("inputs", input_bits), ("weights", weight_bits)):
            if bits > self.widest_bits:
                raise ConfigError(
                    f"array.formats: expected {operand} of at most {self.widest_bits} bits, the widest format of a "
                    f"{self.precision} array, found {bits}"
                )
        if self.precision == "bit_serial":
            serial = weight_bits if self.streamed_dimension is Dimension.N else input_bits
            ratio = Fraction(serial, self.widest_bits)
        else:
            fused = brick_bits(input_bits) * brick_bits(weight_bits)
            ratio = Fraction(fused, brick_bits(self.widest_bits) ** 2)
        return replace(self, model=self.model.bound_to(nest), stream_ratio=ratio)

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return what the array inside asks for."""
        return self.model.stored_pattern(own)

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the model's cycles with ``stream`` and its parts scaled; a part is rounded down, the whole up."""
        cycles = self.model.tile_cycles(m, n, k)
        taken, of = self.stream_ratio.numerator, self.stream_ratio.denominator
        return replace(
            cycles,
            stream=-(-cycles.stream * taken // of),
            padding=cycles.padding * taken // of,
            imbalance=cycles.imbalance * taken // of,
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return the model's: as many elements, of fewer bits each."""
        return self.model.scratchpad_accesses(m, n, k)

    def _multiplied_bits(self, kind: NumberKind, bits: int) -> int:
        """Return the width at which an operand enters the multipliers."""
        format = ElementFormat(kind, bits)
        return bits_of_same_range(format) if is_multiplication_free(format) and format not in self.formats else bits


def brick_bits(bits: int) -> int:
    """Return the narrowest width that 2-bit bricks compose to and that holds ``bits``, of at most 16."""
    return next(width for width in _BRICK_WIDTHS_BITS if width >= bits)


def scaled_to_precision(model: ArrayModel, array: Array) -> ArrayModel:
    """Return ``model`` as the precision of ``array`` makes it: itself where that is parallel.

    Raises
    ------
    ConfigError
        When the array has a format that cannot be taken apart into bits, or is too wide for bit-fusion.
    """
    if array.precision == "parallel":
        return model
    for format in array.formats:
        if format.kind in (NumberKind.FLOAT, NumberKind.BRAIN_FLOAT):
            raise ConfigError(f"array.formats: expected integers for array.precision {array.precision}, found {format}")
    widest = max(format.bits for format in array.formats)
    if array.precision == "bit_fusion" and widest > _BRICK_WIDTHS_BITS[-1]:
        raise ConfigError(f"array.formats: expected at most 16 bits for array.precision bit_fusion, found {widest}")
    return PrecisionScaled(model, array.precision, widest, tuple(array.formats))
