"""Quantised operators: integer tensors with their widths; scales and zero points are no tensors.

DequantizeLinear is another name of the integers that it reads, and QuantizeLinear a step that the network drops where
the operator before it can write integers itself (``drop_quantisers``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workloads.onnx_import.node import Node
from workloads.onnx_import.operators_matrix import convolution, matrix_product
from workloads.onnx_import.operators_pointwise import activation
from workloads.onnx_import.translation import Alias, Application, Step, Translation, Translator, single
from workloads.onnx_import.value import Value
from workloads.operators import Activation, Normalisation, View

_QUANTISE = Activation(function="quantise")


def _quantise(application: Application) -> Translation:
    return activation("quantise", application.input(0), application.output)


def _dequantise(application: Application) -> Translation:
    x, output = application.input(0), application.output
    return Alias(source=replace(x, element_type=output.element_type, data=None))


def _dynamic_quantise(application: Application) -> Translation:
    """Assumes the range is found while the values are read once, and they are quantised on a second pass."""
    x = application.input(0)
    work = Normalisation(function="dynamic_quantise", axes=tuple(range(x.rank)))
    return single(work, (x,), application.output)


def _conv(application: Application) -> Translation:
    """Inputs: x, its scale and zero point, w, scale, zero point, output scale and zero point, bias."""
    x, w, bias = application.input(0), application.input(3), application.given(8)
    return convolution(application.node, x, w, bias, application.output)


def _matmul(application: Application) -> Translation:
    return matrix_product(application.node, application.input(0), application.input(3), application.output)


def _conv_integer(application: Application) -> Translation:
    return convolution(application.node, application.input(0), application.input(1), (), application.output)


def _matmul_integer(application: Application) -> Translation:
    return matrix_product(application.node, application.input(0), application.input(1), application.output)


TABLE: dict[str, Translator] = {
    "QuantizeLinear": _quantise,
    "DequantizeLinear": _dequantise,
    "DynamicQuantizeLinear": _dynamic_quantise,
    "QLinearConv": _conv,
    "QLinearMatMul": _matmul,
    "ConvInteger": _conv_integer,
    "MatMulInteger": _matmul_integer,
}
CONTRIB_TABLE: dict[str, Translator] = {"QuantizeLinear": _quantise, "DequantizeLinear": _dequantise}


def drop_quantisers(steps: Sequence[tuple[Node, Step]], outputs: frozenset[str]) -> list[tuple[Node, Step]]:
    """Return the steps without those quantisers whose input exists for them alone: its maker writes integers.

    A quantiser of a network input, of an output, or of a value that others read as it is stays a step. Views between
    the maker and the quantiser show integers too.

    Parameters
    ----------
    steps : sequence of (Node, Step)
    outputs : frozenset of str
        Names of the network's outputs.
    """
    makers = {value.name: step for _, step in steps for value in step.outputs}
    num_readers = Counter(value.name for _, step in steps for value in step.inputs)
    renamed: dict[str, Value] = {}
    dropped = set()
    for index, (_, step) in enumerate(steps):
        if step.work != _QUANTISE:
            continue
        chain = _private_chain(step.inputs[0], makers, num_readers, outputs)
        if chain:
            dropped.add(index)
            target = step.outputs[0]
            renamed[chain[0].name] = target
            renamed.update((value.name, replace(value, stored_type=target.stored_type)) for value in chain[1:])
    return [(node, _renamed(step, renamed)) for index, (node, step) in enumerate(steps) if index not in dropped]


def _private_chain(
    source: Value, makers: Mapping[str, Step], num_readers: Mapping[str, int], outputs: frozenset[str]
) -> list[Value]:
    """Return ``source`` and what it is a view of, up to an operator's result, if nothing else reads any of them."""
    chain: list[Value] = []
    while source.name in makers and source.name not in outputs and num_readers[source.name] == 1:
        chain.append(source)
        maker = makers[source.name]
        if not isinstance(maker.work, View):
            return chain
        source = maker.inputs[0]
    return []


def _renamed(step: Step, renamed: Mapping[str, Value]) -> Step:
    return replace(
        step,
        inputs=tuple(renamed.get(value.name, value) for value in step.inputs),
        outputs=tuple(renamed.get(value.name, value) for value in step.outputs),
    )
