"""Sliding windows of convolutions and pooling: the file's SAME and VALID padding as numbers.

Source: ComputeOutSize and ComputePaddingWithOffset in tensorflow/lite/kernels/padding.h.
"""

from __future__ import annotations

from workloads.operators import Window
from workloads.tflite_import.records import OperatorRecord, Shape

_SAME, _VALID = 0, 1


def read_window(record: OperatorRecord, kernel: Shape, sizes_in: Shape) -> tuple[Window, Shape]:
    """Return the window of a convolution or pooling, and the spatial sizes of its output.

    Parameters
    ----------
    record : OperatorRecord
    kernel : tuple of int
        Size along each spatial axis.
    sizes_in : tuple of int
        Spatial sizes of the input.
    """
    strides, dilations = read_steps(record, len(kernel))
    if min(kernel) < 1:
        raise record.error(f"kernel {list(kernel)} has a size below 1")
    reaches = tuple(dilation * (size - 1) + 1 for dilation, size in zip(dilations, kernel, strict=True))
    if is_same(record):
        sizes_out = tuple(-(-size // stride) for size, stride in zip(sizes_in, strides, strict=True))
    else:
        sizes_out = tuple((sizes_in[axis] - reach) // strides[axis] + 1 for axis, reach in enumerate(reaches))
    if min(sizes_out) < 1:
        raise record.error(f"a window of {list(reaches)} does not fit an image of {list(sizes_in)}")
    totals = tuple(
        max(0, (size - 1) * strides[axis] + reaches[axis] - sizes_in[axis]) for axis, size in enumerate(sizes_out)
    )
    begin, end = split_pads(totals)
    window = Window(kernel=kernel, strides=strides, dilations=dilations, pads_begin=begin, pads_end=end)
    return window, sizes_out


def read_steps(record: OperatorRecord, num_axes: int) -> tuple[Shape, Shape]:
    """Return strides and dilations along (height, width) or (depth, height, width); pooling has no dilation."""
    letters = "DHW"[-num_axes:]
    strides = record.positive(*(f"Stride{letter}" for letter in letters))
    if "DilationHFactor" not in record.options:
        return strides, (1,) * num_axes
    return strides, record.positive(*(f"Dilation{letter}Factor" for letter in letters))


def is_same(record: OperatorRecord) -> bool:
    """Return whether padding is SAME, which keeps the size at stride 1; else it is VALID, which pads nothing."""
    mode = record.integer("Padding")
    if mode not in (_SAME, _VALID):
        raise record.error(f"padding is number {mode}, expected {_SAME} (SAME) or {_VALID} (VALID)")
    return mode == _SAME


def split_pads(totals: Shape) -> tuple[Shape, Shape]:
    """Return padding before and after each axis; an odd element goes after."""
    return tuple(total // 2 for total in totals), tuple(total - total // 2 for total in totals)
