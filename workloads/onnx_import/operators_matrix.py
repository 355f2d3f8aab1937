"""Convolutions and matrix products."""

from __future__ import annotations

from dataclasses import replace

from workloads.onnx_import.einsum import translate_einsum
from workloads.onnx_import.node import Node
from workloads.onnx_import.translation import Application, Step, Translation, pointwise, single
from workloads.onnx_import.value import Value
from workloads.onnx_import.windows import declared_pads, read_window, split_pads
from workloads.operators import Convolution, Gemm, MatMul, Window


def convolution(node: Node, x: Value, w: Value, bias: tuple[Value, ...], output: Value) -> Translation:
    """Return the convolution of ``x`` (B, C, *spatial) with ``w`` (N, C/groups, *kernel)."""
    _check_operands(node, x, w)
    window = read_window(node, w.shape[2:], x.shape[2:], output.shape[2:])
    work = Convolution(window=window, groups=_groups(node))
    return single(work, (x, w, *bias), output)


def matrix_product(node: Node, a: Value, b: Value, output: Value) -> Translation:
    """Return the numpy-style product of ``a`` and ``b``."""
    if not a.rank or not b.rank:
        raise node.error("a matrix product of scalars is not defined")
    return single(MatMul(), (a, b), output)


def gemm(node: Node, a: Value, b: Value, bias: tuple[Value, ...], output: Value) -> Translation:
    """Return the product of two matrices, either transposed as the node's attributes say, plus a bias.

    A bias that is no constant term a column is an addition of its own: it is an operand, not a parameter kept at hand.
    """
    work = Gemm(transpose_a=bool(node.integer("transA", 0)), transpose_b=bool(node.integer("transB", 0)))
    if all(term.is_constant and term.num_elements in (1, output.shape[-1]) for term in bias):
        return single(work, (a, b, *bias), output)
    product = replace(output, name=f"{output.name}.product")
    return (
        Step(work=work, inputs=(a, b), outputs=(product,)),
        pointwise("add", (product, *bias), output, suffix=".add"),
    )


def _groups(node: Node) -> int:
    groups = node.integer("group", 1)
    if groups < 1:
        raise node.error(f"attribute 'group' is {groups}, expected at least 1")
    return groups


def _check_operands(node: Node, x: Value, w: Value) -> None:
    if x.rank != w.rank or not 3 <= x.rank <= 5:
        raise node.error(f"input {list(x.shape)} and weight {list(w.shape)} are not of the same 3, 4 or 5 dimensions")


def _conv(application: Application) -> Translation:
    x, w = application.input(0), application.input(1)
    return convolution(application.node, x, w, application.given(2), application.output)


def _conv_transpose(application: Application) -> Translation:
    node, output = application.node, application.output
    x, w = application.input(0), application.input(1)
    _check_operands(node, x, w)
    window = _transposed_window(node, w.shape[2:], x.shape[2:], output.shape[2:])
    work = Convolution(window=window, groups=_groups(node), transposed=True)
    return single(work, (x, w, *application.given(2)), output)


def _transposed_window(
    node: Node, kernel: tuple[int, ...], sizes_in: tuple[int, ...], sizes_out: tuple[int, ...]
) -> Window:
    """Return the window of the forward convolution that takes ``sizes_out`` to ``sizes_in``.

    What the kernel reaches beyond the output is padding of that convolution; output padding makes it less at the end.
    """
    count = len(kernel)
    strides, dilations = node.positive_integers("strides", count), node.positive_integers("dilations", count)
    begin, end = declared_pads(node, count)
    reach = tuple(
        strides[axis] * (sizes_in[axis] - 1) + dilations[axis] * (kernel[axis] - 1) + 1 for axis in range(count)
    )
    mode = node.text("auto_pad", "NOTSET")
    if node.integers("output_shape") is not None or mode.startswith("SAME"):
        extra = node.integers("output_padding") or (0,) * count
        totals = tuple(max(0, reach[axis] + extra[axis] - sizes_out[axis]) for axis in range(count))
        begin, end = split_pads(totals, "SAME_LOWER" if mode != "SAME_UPPER" else mode)
    window = Window(kernel=kernel, strides=strides, dilations=dilations, pads_begin=begin, pads_end=end)
    if all(window.output_size(axis, size) == sizes_in[axis] for axis, size in enumerate(sizes_out)):
        return window
    exact = tuple(reach[axis] - begin[axis] - sizes_out[axis] for axis in range(count))
    return replace(window, pads_end=exact)


def _gemm(application: Application) -> Translation:
    a, b = application.input(0), application.input(1)
    return gemm(application.node, a, b, application.given(2), application.output)


def _matmul(application: Application) -> Translation:
    return matrix_product(application.node, application.input(0), application.input(1), application.output)


def _einsum(application: Application) -> tuple[Step, ...]:
    return translate_einsum(application)


TABLE = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Einsum": _einsum,
}
