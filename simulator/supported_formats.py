"""A network in the formats that an array can multiply."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hw_configs.accelerator import Array
from hw_configs.multiplication_free import bits_of_same_range, is_multiplication_free
from workloads.formats import ElementFormat, NumberKind
from workloads.network import Network
from workloads.operators import Convolution, ConvolutionWeightGradient, Gemm, MatMul, Recurrent
from workloads.tensor import Tensor


def with_supported_formats(network: Network, array: Array) -> Network:
    """Return ``network`` with tensors that ``array`` cannot multiply in its default format, and a note that says so.

    Assumes a network in a format that the array lacks is quantised to the array's default format, biases to the
    accumulator's; indices, masks and other integers that are no operand of a product stay as they are.
    """
    biases, operands = _biases(network), _operands(network)
    converted = {
        network.tensors[name].format
        for name in operands
        if not _is_supported(network.tensors[name].format, array, is_operand=True)
    }
    changed: dict[str, Tensor] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for tensor in network.tensors.values():
        is_bias = tensor.name in biases
        target = array.accumulator_format if is_bias else array.default_format
        is_operand = tensor.name in operands or tensor.format in converted
        if _is_supported(tensor.format, array, is_operand):
            continue
        changed[tensor.name] = replace(tensor, format=target)
        counts[tensor.format.name, "biases" if is_bias else "tensors", target.name] += 1
    if not changed:
        return network
    notes = tuple(
        f"{count} {found} {what} are costed as {target}: the array multiplies {', '.join(map(str, array.formats))}"
        for (found, what, target), count in counts.items()
    )
    return replace(network, tensors={**network.tensors, **changed}, notes=(*network.notes, *notes))


def _is_supported(format: ElementFormat, array: Array, is_operand: bool) -> bool:
    """Integers fit any multiplier that is wide enough; floats need their own.

    Ternary, binary and power-of-two operands are stored in their own bits, and multiplied as the integer that holds
    their values where the array has no shorter way with them.
    """
    if format in array.formats:
        return True
    widest = max((one.bits for one in array.formats if one.kind is NumberKind.INTEGER), default=0)
    if is_multiplication_free(format):
        return bits_of_same_range(format) <= widest
    if format.kind is not NumberKind.INTEGER:
        return False
    return not is_operand or format.bits <= widest


def _biases(network: Network) -> set[str]:
    return {
        name
        for operator in network.operators
        if isinstance(operator.work, Convolution | Gemm | MatMul)
        for name in operator.inputs[2:]
    }


def _operands(network: Network) -> set[str]:
    return {
        name
        for operator in network.operators
        if isinstance(operator.work, Convolution | ConvolutionWeightGradient | Gemm | MatMul | Recurrent)
        for name in operator.inputs[:2]
    }
