"""Sliding windows of convolution and pooling nodes, automatic padding resolved."""

from __future__ import annotations

from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Shape
from workloads.operators import Window


def read_window(node: Node, kernel: Shape, sizes_in: Shape, sizes_out: Shape) -> Window:
    """Return the window of a convolution or pooling node.

    Parameters
    ----------
    node : Node
    kernel : tuple of int
        Kernel size along each spatial axis.
    sizes_in, sizes_out : tuple of int
        Spatial sizes; automatic padding (``auto_pad``) follows from them.
    """
    count = len(kernel)
    if min(kernel, default=1) < 1:
        raise node.error(f"kernel {list(kernel)} has a size below 1")
    strides = node.positive_integers("strides", count)
    dilations = node.positive_integers("dilations", count)
    begin, end = declared_pads(node, count)
    mode = node.text("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        totals = tuple(
            max(0, (sizes_out[axis] - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - sizes_in[axis])
            for axis in range(count)
        )
        begin, end = split_pads(totals, mode)
    return Window(kernel=kernel, strides=strides, dilations=dilations, pads_begin=begin, pads_end=end)


def split_pads(totals: Shape, mode: str) -> tuple[Shape, Shape]:
    """Return padding before and after each axis: the odd element goes after, or before for SAME_LOWER."""
    small = tuple(total // 2 for total in totals)
    large = tuple(total - total // 2 for total in totals)
    return (large, small) if mode == "SAME_LOWER" else (small, large)


def declared_pads(node: Node, count: int) -> tuple[Shape, Shape]:
    """Return the ``pads`` attribute split into before and after; zeros when it is left out or padding is automatic."""
    mode = node.text("auto_pad", "NOTSET")
    if mode not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER", ""):
        raise node.error(f"auto_pad {mode!r} is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER")
    pads = node.integers("pads") if mode in ("NOTSET", "") else None
    if pads is None:
        return (0,) * count, (0,) * count
    if len(pads) != 2 * count or min(pads) < 0:
        raise node.error(f"attribute 'pads' is {list(pads)}, expected {2 * count} integers of at least 0")
    return pads[:count], pads[count:]
