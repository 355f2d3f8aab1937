"""Weights rounded to a number format and written as the numbers that they then stand for.

Arrays have the order (groups, output channels, taps, channels) of ``weight_layout.by_output_channel``; one output
channel (filter) has one scale, except for powers of two, which share their range of exponents in a tensor. Zero stays
zero in every format but binary.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.formats import ElementFormat, NumberKind

WeightArray = NDArray[Any]
_OF_A_FILTER = (2, 3)
_MANTISSA_BITS = {("fp", 8): 3, ("fp", 16): 10, ("bf", 16): 7}
_MIN_EXPONENT = {("fp", 8): -6, ("fp", 16): -14, ("bf", 16): -126}
_LARGEST = {("fp", 8): 448.0, ("fp", 16): 65504.0, ("bf", 16): 2.0**127 * (2 - 2.0**-7)}
"""E4M3 without infinities; binary16; bfloat16.

Source: Micikevicius et al., FP8 Formats for Deep Learning, arXiv 2209.05433, table 1; IEEE 754-2019, table 3.5.
"""
TERNARY_THRESHOLD = 0.7
"""Of the mean magnitude. Source: Li et al., Ternary Weight Networks, arXiv 1605.04711, equation 6."""


def quantise(values: WeightArray, format: ElementFormat) -> WeightArray:
    """Return ``values`` rounded to ``format``, as numbers of the same dtype.

    Parameters
    ----------
    values : array of float32 or float64, shape (groups, output channels, taps, channels)
        Finite.
    format : ElementFormat
        Integers of 2 bits or more, fp8, fp16, bf16, ternary, binary or pow2.

    Raises
    ------
    NetworkError
        For a format that is none of these, or a value beyond the range of fp16 or bf16.
    """
    match format.kind:
        case NumberKind.INTEGER if format.signed and format.bits >= 2:
            return _integers(values, format.bits)
        case NumberKind.FLOAT | NumberKind.BRAIN_FLOAT if (format.name[:2], format.bits) in _MANTISSA_BITS:
            return _floats(values, format)
        case NumberKind.TERNARY:
            return _ternary(values)
        case NumberKind.BINARY:
            return _binary(values)
        case NumberKind.POWER_OF_TWO:
            return _powers_of_two(values, format.bits)
        case _:
            raise NetworkError(f"weights cannot be quantised to {format}")


def _integers(values: WeightArray, bits: int) -> WeightArray:
    """Round half to even onto -(2^(bits-1) - 1) .. 2^(bits-1) - 1 times the filter's scale.

    Assumes integer weights are symmetric, with a scale an output channel that makes its largest magnitude the largest
    code.
    """
    largest_code = 2 ** (bits - 1) - 1
    scale = _scale(_largest_magnitude(values), largest_code)
    return np.asarray(np.rint(values / scale) * scale, dtype=values.dtype)


def _scale(largest: WeightArray, largest_code: float) -> WeightArray:
    """Largest magnitude over largest code, and 1 for a filter of zeros."""
    wide = largest.astype(np.float64)
    return np.asarray(np.where(wide > 0, wide / largest_code, 1.0))


def _largest_magnitude(values: WeightArray) -> WeightArray:
    highest, lowest = (end(axis=_OF_A_FILTER, keepdims=True) for end in (values.max, values.min))
    return np.asarray(np.maximum(highest, -lowest))


def _floats(values: WeightArray, format: ElementFormat) -> WeightArray:
    """Round half to even to the nearest number of the format, subnormals included.

    Assumes fp8 weights have a scale an output channel that makes its largest magnitude the format's largest number.
    """
    key = (format.name[:2], format.bits)
    largest = _largest_magnitude(values)
    if format.bits > 8 and float(largest.max()) > _LARGEST[key]:
        raise NetworkError(f"a weight of magnitude {float(largest.max()):g} is beyond {format} ({_LARGEST[key]:g})")
    scale = _scale(largest, _LARGEST[key]) if format.bits == 8 else np.float64(1)
    scaled = values / scale
    exponents = np.maximum(np.frexp(scaled)[1] - 1, _MIN_EXPONENT[key])
    step = np.ldexp(1.0, exponents - _MANTISSA_BITS[key])
    return np.asarray(np.rint(scaled / step) * step * scale, dtype=values.dtype)


def _ternary(values: WeightArray) -> WeightArray:
    """Zero at or below 0.7 of the mean magnitude of the filter's non-zero weights, else a sign times their scale."""
    magnitudes = np.abs(values)
    threshold = TERNARY_THRESHOLD * _mean_where(magnitudes, magnitudes > 0)
    is_kept = magnitudes > threshold
    return np.asarray(np.sign(values) * is_kept * _mean_where(magnitudes, is_kept), dtype=values.dtype)


def _binary(values: WeightArray) -> WeightArray:
    """A sign times the filter's mean magnitude; zero counts as positive.

    Source: Rastegari et al., XNOR-Net, arXiv 1603.05279, equation 6.
    """
    scale = np.abs(values).mean(axis=_OF_A_FILTER, keepdims=True, dtype=np.float64)
    return np.asarray(np.where(values >= 0, scale, -scale), dtype=values.dtype)


def _mean_where(magnitudes: WeightArray, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of the chosen magnitudes of each filter; 0 where none is chosen."""
    total = (magnitudes * chosen).sum(axis=_OF_A_FILTER, keepdims=True, dtype=np.float64)
    count = np.count_nonzero(chosen, axis=_OF_A_FILTER, keepdims=True)
    return np.asarray(total / np.maximum(count, 1))


def _powers_of_two(values: WeightArray, bits: int) -> WeightArray:
    """Nearest of zero and 2^(bits-1) - 1 neighbouring powers of two with a sign, half-way values upwards.

    The largest is the power nearest the tensor's largest magnitude.

    Source: Zhou et al., Incremental Network Quantization, arXiv 1702.03044, equations 2 to 4.
    """
    mantissas, exponents = np.frexp(np.abs(values))  # magnitude = mantissa * 2^exponent, mantissa in [0.5, 1)
    exponents = exponents - (mantissas < 0.75)
    if not mantissas.any():
        return values.copy()
    top = int(exponents[mantissas > 0].max())
    bottom = top - (2 ** (bits - 1) - 2)
    halfway = np.abs(values) >= np.ldexp(0.5, bottom)  # between zero and the smallest power
    powers = np.ldexp(1.0, np.maximum(exponents, bottom))
    return np.asarray(np.sign(values) * halfway * powers, dtype=values.dtype)
