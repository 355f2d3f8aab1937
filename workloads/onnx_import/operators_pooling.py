"""Pooling over windows, and over whole images."""

from __future__ import annotations

from workloads.onnx_import.node import Node
from workloads.onnx_import.translation import Application, Translation, Translator, single
from workloads.onnx_import.value import Value
from workloads.onnx_import.windows import read_window
from workloads.operators import Pooling, Window


def pooling(node: Node, function: str, x: Value, *outputs: Value) -> Translation:
    """Return pooling with the window of the node's attributes."""
    kernel = node.integers("kernel_shape")
    if kernel is None or len(kernel) != x.rank - 2:
        raise node.error(f"attribute 'kernel_shape' is {kernel}, expected {x.rank - 2} integers")
    window = read_window(node, kernel, x.shape[2:], outputs[0].shape[2:])
    return single(Pooling(function=function, window=window), (x,), *outputs)


def global_pooling(node: Node, function: str, x: Value, output: Value) -> Translation:
    """Return pooling with a window as large as the image."""
    if x.rank < 3:
        raise node.error(f"input {list(x.shape)} has no spatial axes to pool over")
    kernel = x.shape[2:]
    ones, zeros = (1,) * len(kernel), (0,) * len(kernel)
    window = Window(kernel=kernel, strides=ones, dilations=ones, pads_begin=zeros, pads_end=zeros)
    return single(Pooling(function=function, window=window), (x,), output)


def _windowed(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        first = application.output
        return pooling(application.node, function, application.input(0), first, *application.used_outputs[1:])

    return translate


def _whole(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        return global_pooling(application.node, function, application.input(0), application.output)

    return translate


TABLE = {
    "MaxPool": _windowed("max"),
    "AveragePool": _windowed("average"),
    "LpPool": _windowed("lp"),
    "GlobalMaxPool": _whole("max"),
    "GlobalAveragePool": _whole("average"),
    "GlobalLpPool": _whole("lp"),
}
