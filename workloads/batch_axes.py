"""Which axis of each tensor carries the batch, followed through a network one operator at a time.

The batch may be an axis of its own or part of a longer one that a reshape merged it into. Example with batch 2: the
reshape of (2, 128, 768) to (256, 768) leaves it in axis 0, in front of 128 other elements: 256 = 1 x 2 x 128.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workloads.errors import NetworkError
from workloads.operators import (
    Activation,
    Convolution,
    ConvolutionWeightGradient,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Pooling,
    PoolingGradient,
    Recurrent,
    Reduction,
    RowGradient,
    Softmax,
    View,
)

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAxis:
    """Where the batch is: axis ``axis`` has ``outer`` x batch x ``inner`` elements, in this order."""

    axis: int
    outer: int = 1
    inner: int = 1

    def at(self, axis: int) -> BatchAxis:
        """Return the same part of another axis."""
        return BatchAxis(axis=axis, outer=self.outer, inner=self.inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFlow:
    """What is known when an operator is reached.

    Parameters
    ----------
    batch : int
        The batch that the network has now.
    shapes : mapping of str to tuple of int
        Of every tensor.
    axes : mapping of str to BatchAxis
        Of those tensors made so far that carry the batch.
    """

    batch: int
    shapes: Mapping[str, Shape]
    axes: Mapping[str, BatchAxis]


def output_axes(operator: Operator, flow: BatchFlow) -> tuple[BatchAxis | None, ...]:
    """Return where the batch is in each output of ``operator``; None where it is not.

    Raises
    ------
    NetworkError
        When the batch cannot be followed; names the operator and says what to do instead.
    """
    step = _Step(operator, flow)
    if not any(step.carried):
        return (None,) * len(operator.outputs)
    match operator.work:
        case Convolution() | Pooling():
            found = _through_window(step)
        case Gemm() as work:
            found = _through_gemm(step, work)
        case MatMul() as work:
            found = _through_matmul(step, work)
        case Recurrent() as work:
            return _through_recurrent(step, work)
        case Elementwise():
            found = _through_broadcast(step)
        case Activation():
            found = _through_rows(step, ())
        case Softmax() as work:
            found = _through_rows(step, (work.axis,))
        case Normalisation() as work:
            found = _through_rows(step, work.axes)
        case Reduction() as work:
            found = _through_reduction(step, work)
        case View():
            found = _through_view(step)
        case Movement() as work:
            found = _through_movement(step, work)
        case ConvolutionWeightGradient() | PoolingGradient() | RowGradient():
            raise step.error("a training graph has the batch of the network that it was made of")
    return (found,) * len(operator.outputs)


@dataclass(frozen=True, slots=True)
class _Step:
    """An operator with the shapes and batch axes of its inputs."""

    operator: Operator
    flow: BatchFlow

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return tuple(self.flow.shapes[name] for name in self.operator.inputs)

    @property
    def carried(self) -> tuple[BatchAxis | None, ...]:
        return tuple(self.flow.axes.get(name) for name in self.operator.inputs)

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        return tuple(self.flow.shapes[name] for name in self.operator.outputs)

    def error(self, reason: str) -> NetworkError:
        return NetworkError(
            f"operator {self.operator.name!r} ({self.operator.kind}): the batch cannot be followed through it: "
            f"{reason}; export the model with a dynamic batch dimension and bind that"
        )

    def main(self) -> BatchAxis:
        """Return the axis of the first input, the one that has to carry the batch; no other input may."""
        first, *others = self.carried
        if first is None or any(others):
            raise self.error("an input other than the first carries it")
        return first


def _through_window(step: _Step) -> BatchAxis:
    found = step.main()
    if found.axis != 0:
        raise step.error(f"it is in axis {found.axis} of the input, expected axis 0")
    return found


def _through_gemm(step: _Step, work: Gemm) -> BatchAxis:
    a, b, *_ = step.carried
    rows, columns = (1 if work.transpose_a else 0), (0 if work.transpose_b else 1)
    if (a and b) or (a and a.axis != rows) or (b and b.axis != columns):
        raise step.error("it is in the axis that is summed over, or in both matrices")
    found = a.at(0) if a else b.at(1) if b else None
    if found is None:
        raise step.error("only the bias carries it")
    _check_constants(step, 2, found.axis - 2)
    return found


def _through_matmul(step: _Step, work: MatMul) -> BatchAxis:
    rank = len(step.output_shapes[0])
    a_shape, b_shape = step.shapes[:2]
    found: list[BatchAxis] = []
    for side, (shape, carried) in enumerate(zip((a_shape, b_shape), step.carried, strict=False)):
        if carried is None:
            continue
        from_end = carried.axis - len(shape)
        rows_last = not work.transpose_a if side == 0 else work.transpose_b
        summed = -1 if rows_last or len(shape) == 1 else -2
        if from_end == summed:
            raise step.error("it is in the axis that is summed over")
        if from_end >= -2:  # rows of A, or columns of B
            vector = len(b_shape if side == 0 else a_shape) == 1
            from_end = (-1 if vector else -2) if side == 0 else -1
        found.append(carried.at(rank + from_end))
    if not found or any(other != found[0] for other in found):
        raise step.error("its matrices carry it in different axes")
    leading = found[0].axis - rank
    if leading < -2 and len(found) == 1:
        _check_constants(step, 0, leading)
    _check_constants(step, 2, leading)
    return found[0]


def _through_recurrent(step: _Step, work: Recurrent) -> tuple[BatchAxis | None, ...]:
    """x is (L, B, I), states are (D, B, H), sequences out are (L, D, B, H); or each has B in front.

    Sequence lengths are (B,).
    """
    x, carried = step.shapes[0], step.carried[0]
    if carried is None:
        raise step.error("an input other than the first carries it")
    axis = carried.axis
    if axis > 1 or (x[axis], x[1 - axis]) != (work.batch, work.num_steps) or step.flow.batch != work.batch:
        raise step.error(f"it is in axis {axis} of {list(x)}, expected the axis of its {work.batch} sequences")
    for name, shape, other in zip(step.operator.inputs[1:], step.shapes[1:], step.carried[1:], strict=True):
        if other is not None and other != BatchAxis(axis=axis if len(shape) == 3 else 0):
            raise step.error(f"it is in axis {other.axis} of input {name!r}, expected axis {axis}")
    for name, shape, other in zip(step.operator.inputs[3:], step.shapes[3:], step.carried[3:], strict=True):
        if other is None and len(shape) == 3 and shape[axis] != 1:
            raise step.error(f"state {name!r} has a fixed batch of {shape[axis]}")
    return tuple(BatchAxis(axis=(2 if len(shape) == 4 else 1) if axis else 0) for shape in step.output_shapes)


def _through_broadcast(step: _Step) -> BatchAxis:
    rank = len(step.output_shapes[0])
    found = [
        carried.at(rank + carried.axis - len(shape))
        for shape, carried in zip(step.shapes, step.carried, strict=True)
        if carried is not None
    ]
    if any(other != found[0] for other in found):
        raise step.error("its inputs carry it in different axes")
    _check_constants(step, 0, found[0].axis - rank)
    return found[0]


def _check_constants(step: _Step, first: int, from_end: int) -> None:
    """Raise when an input from ``first`` on does not carry the batch and yet has a size where the batch will be."""
    pairs = zip(step.operator.inputs[first:], step.shapes[first:], step.carried[first:], strict=True)
    for name, shape, carried in pairs:
        if carried is not None and carried.axis - len(shape) != from_end:
            raise step.error("its inputs carry it in different axes")
        if carried is None and len(shape) >= -from_end and shape[from_end] != 1:
            raise step.error(f"tensor {name!r} has the fixed size {shape[from_end]} along it")


def _through_rows(step: _Step, axes: tuple[int, ...]) -> BatchAxis:
    found = step.main()
    if found.axis in axes:
        raise step.error(f"it is in axis {found.axis}, which the operator runs along")
    return found


def _through_reduction(step: _Step, work: Reduction) -> BatchAxis:
    found = _through_rows(step, work.axes)
    kept = len(step.output_shapes[0]) == len(step.shapes[0])
    return found if kept else found.at(found.axis - sum(axis < found.axis for axis in work.axes))


def _through_view(step: _Step) -> BatchAxis:
    """Match the elements in front of the batch.

    Assumes that among several axes which could all be the batch the outermost is (batch 1 and other axes of size 1).
    """
    found = step.main()
    source, target = step.shapes[0], step.output_shapes[0]
    before = math.prod(source[: found.axis]) * found.outer
    candidates: list[BatchAxis] = []
    for axis, size in enumerate(target):
        prefix = math.prod(target[:axis])
        if before % prefix == 0 and size % (before // prefix * step.flow.batch) == 0:
            outer = before // prefix
            candidates.append(BatchAxis(axis=axis, outer=outer, inner=size // (outer * step.flow.batch)))
    whole = [candidate for candidate in candidates if candidate.outer == candidate.inner == 1]
    if whole:
        return whole[0]
    if not candidates or (before > 1 and len(candidates) > 1):
        raise step.error(f"it cannot be told where it goes from {list(source)} to {list(target)}")
    return candidates[0]


def _through_movement(step: _Step, work: Movement) -> BatchAxis:
    match work.kind:
        case OperatorKind.TRANSPOSE:
            return _through_transpose(step)
        case OperatorKind.CONCAT:
            return _through_concat(step)
        case OperatorKind.GATHER:
            return _through_gather(step)
        case _:
            found = step.carried[0]
            if found is None or any(other not in (None, found) for other in step.carried):
                raise step.error("an input other than the first carries it")
            return _unchanged(step, found)


def _unchanged(step: _Step, found: BatchAxis) -> BatchAxis:
    """Return ``found`` when every output has the input's number of axes and its size along the batch."""
    source = step.shapes[0]
    for target in step.output_shapes:
        if len(target) != len(source) or target[found.axis] != source[found.axis]:
            raise step.error(f"it is in axis {found.axis}, which changes from {list(source)} to {list(target)}")
    return found


def _through_transpose(step: _Step) -> BatchAxis:
    """Match the axis by its size, as the permutation is not known.

    Assumes a transpose that could leave the batch outermost does.
    """
    found = step.main()
    source, target = step.shapes[0], step.output_shapes[0]
    size = source[found.axis]
    candidates = [axis for axis, other in enumerate(target) if other == size]
    if found.axis == 0 and 0 in candidates:
        return found
    if len(candidates) != 1:
        raise step.error(f"several axes have its size from {list(source)} to {list(target)}")
    return found.at(candidates[0])


def _through_concat(step: _Step) -> BatchAxis:
    found = next(carried for carried in step.carried if carried is not None)
    for name, carried in zip(step.operator.inputs, step.carried, strict=True):
        if carried is None:
            raise step.error(f"tensor {name!r} has the fixed size {step.flow.shapes[name][found.axis]} along it")
        if carried != found:
            raise step.error("its inputs carry it in different axes")
    return _unchanged(step, found)


def _through_gather(step: _Step) -> BatchAxis:
    """Output is data with one axis replaced by those of the indices; which axis is matched by shape."""
    data, *rest = step.shapes
    indices = rest[0] if rest else ()
    from_data, from_indices = (*step.carried, None)[:2]
    if from_data and from_indices:
        raise step.error("both data and indices carry it")
    target = step.output_shapes[0]
    places = [axis for axis in range(len(data)) if (*data[:axis], *indices, *data[axis + 1 :]) == target]
    found = set()
    for place in places:
        if from_indices:
            found.add(from_indices.at(place + from_indices.axis))
        elif from_data and from_data.axis != place:
            shift = len(indices) - 1 if from_data.axis > place else 0
            found.add(from_data.at(from_data.axis + shift))
    if len(found) != 1:
        raise step.error(f"it cannot be told where it goes from {list(data)} to {list(target)}")
    return found.pop()
