"""What SLICE and STRIDED_SLICE keep of each axis.

Source: StridedSliceAttrs of the tf.strided_slice documentation, as tensorflow/lite/kernels/strided_slice.cc reads it.
"""

from __future__ import annotations

from workloads.tflite_import.records import OperatorRecord, Shape
from workloads.tflite_import.translation import Application

Index = slice | int | None


def slice_shape(application: Application) -> tuple[Shape, Shape]:
    """Return the size kept of each axis of the input, and the shape of the result.

    They differ where STRIDED_SLICE drops axes that it takes one element of, or adds axes of size 1.
    """
    x, record = application.input(0), application.record
    index = slice_index(application)
    kept, shape, axis = [], [], 0
    for part in index:
        if part is None:
            shape.append(1)
            continue
        size = len(range(x.shape[axis])[part]) if isinstance(part, slice) else 1
        if size < 1:
            raise record.unsupported(f"it keeps nothing of axis {axis} of {list(x.shape)}")
        if isinstance(part, slice):
            shape.append(size)
        elif not -x.shape[axis] <= part < x.shape[axis]:
            raise record.error(f"takes element {part} of axis {axis} of {list(x.shape)}")
        kept.append(size)
        axis += 1
    return tuple(kept), tuple(shape)


def slice_index(application: Application) -> tuple[Index, ...]:
    """Return what is taken, an entry an axis: a slice, one element (its axis goes), or None for a new axis."""
    if application.record.op_type == "SLICE":
        return _plain_index(application)
    return _strided_index(application)


def _plain_index(application: Application) -> tuple[Index, ...]:
    x, record = application.input(0), application.record
    begins, sizes = application.integers(1, "begins"), application.integers(2, "sizes")
    if not len(begins) == len(sizes) == x.rank:
        raise record.error(f"slices {list(x.shape)} from {list(begins)} by {list(sizes)}")
    parts = []
    for axis, (begin, size) in enumerate(zip(begins, sizes, strict=True)):
        end = x.shape[axis] if size == -1 else begin + size
        if not 0 <= begin <= end <= x.shape[axis]:
            raise record.error(f"slices axis {axis} of {list(x.shape)} from {begin} to {end}")
        parts.append(slice(begin, end, 1))
    return tuple(parts)


def _strided_index(application: Application) -> tuple[Index, ...]:
    x, record = application.input(0), application.record
    begins, ends = application.integers(1, "begins"), application.integers(2, "ends")
    strides = application.integers(3, "strides")
    if not len(begins) == len(ends) == len(strides) or 0 in strides:
        raise record.error(f"slices from {list(begins)} to {list(ends)} by {list(strides)}")
    parts: list[Index] = []
    num_taken = sum(not _bit(record, "NewAxisMask", place) for place in range(len(begins)))
    for place, (begin, end, stride) in enumerate(zip(begins, ends, strides, strict=True)):
        if _bit(record, "EllipsisMask", place):
            parts.extend([slice(None)] * (x.rank - num_taken + 1))
        elif _bit(record, "NewAxisMask", place):
            parts.append(None)
        elif _bit(record, "ShrinkAxisMask", place):
            parts.append(begin)
        else:
            first = None if _bit(record, "BeginMask", place) else begin
            last = None if _bit(record, "EndMask", place) else end
            parts.append(slice(first, last, stride))
    num_axes = sum(part is not None for part in parts)
    if num_axes > x.rank:
        raise record.error(f"slices {num_axes} axes of {list(x.shape)}")
    return (*parts, *[slice(None)] * (x.rank - num_axes))


def _bit(record: OperatorRecord, mask: str, place: int) -> bool:
    return bool(record.integer(mask) >> place & 1)
