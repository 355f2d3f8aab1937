"""Lowering: an operator as the loop nest that an array or a vector unit runs.

A matrix nest is G independent products of an M x K by a K x N matrix. For convolution M counts output positions
(batch included), N filters a group, K = filter height x width x input channels / groups. Two operators with the same
nest cost the same, so nests are what tiling is cached on: they hold sizes, never names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from workloads.formats import NumberKind
from workloads.operand_storage import OperandStorage, dense_storage
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
    Window,
)
from workloads.recurrent_sparsity import joined_sparsity
from workloads.sparsity import Sparsity
from workloads.tensor import Tensor, TensorRole
from workloads.vector_operations import OPERATIONS, elementwise_operations, resize_operations, row_gradient_operations


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialAxis:
    """One axis that a window slides along.

    ``num_positions`` window positions, ``stride`` input elements apart, the first starting ``pad_begin`` elements
    before an input of ``input_size`` elements.
    """

    num_positions: int
    input_size: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    pad_begin: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixNest:
    """``groups`` products (M x K) (K x N) with the storage of each operand.

    Parameters
    ----------
    groups : int
        Independent products; each has its own input, weights and outputs.
    batch : int
        Images (or matrices stacked along M) in one product.
    axes : tuple of SpatialAxis
        Outermost first; empty for a plain matrix product.
    num_filters : int
        Output channels (hidden units in a recurrent cell); each has ``n_per_filter`` columns of the product.
    num_channels : int
        Input channels; each has ``k_per_channel`` of the reduction.
    n_per_filter : int
        1; for transposed convolution the kernel's elements, whose overlapping results are added on chip; for a
        recurrent cell its gates, which are combined on chip.
    k_per_channel : int
        Kernel elements of a convolution, else 1.
    input_bits, weight_bits, output_bits : int
        Bits an element.
    input_kind, weight_kind : NumberKind
        How the bits of the operands are read: powers of two have a wider range than integers of as many bits.
    resident_bits : int
        Bias and the like: loaded once a product and kept while it runs, in bits for all groups together.
    num_output_elements : int
        Elements of the output tensor (differs from G*M*N for transposed convolution).
    sequential : bool
        M counts dependent steps of a recurrent cell, ``batch`` rows each: no two steps overlap on the array.
    is_unfolded : bool
        Windows are copied out (im2col) on the way from off-chip memory, so that K can be cut anywhere.
    unfolded_taps : int
        Kernel positions that the channels of an unfolded nest run over, one after another, ``num_channels`` over this
        at each; 1 for a nest that is not unfolded.
    fused_operations_per_output : int
        Vector-unit operations on each output before it leaves.
    input_sparsity, weight_sparsity : Sparsity or None
        What is known of the operands' zeros. The mask of weights, where there is one, has K in the order of
        ``workloads.weight_layout``.
    input_storage, weight_storage, output_storage : OperandStorage or None
        How the operand is stored; None for element after element at ``..._bits`` each.
    tells_input_zeros, tells_weight_zeros : bool
        Whether what is stored tells an array which elements are zero: it can skip no others.
    """

    groups: int
    batch: int
    axes: tuple[SpatialAxis, ...]
    num_filters: int
    num_channels: int
    input_bits: int
    weight_bits: int
    output_bits: int
    resident_bits: int
    num_output_elements: int
    input_kind: NumberKind = NumberKind.INTEGER
    weight_kind: NumberKind = NumberKind.INTEGER
    n_per_filter: int = 1
    k_per_channel: int = 1
    sequential: bool = False
    fused_operations_per_output: int = 0
    is_unfolded: bool = False
    unfolded_taps: int = 1
    input_sparsity: Sparsity | None = None
    weight_sparsity: Sparsity | None = None
    input_storage: OperandStorage | None = None
    weight_storage: OperandStorage | None = None
    output_storage: OperandStorage | None = None
    tells_input_zeros: bool = True
    tells_weight_zeros: bool = True

    @property
    def input_density_fraction(self) -> float:
        """Non-zero inputs over all; 1 where nothing is known."""
        return 1.0 if self.input_sparsity is None else self.input_sparsity.density_fraction

    @property
    def weight_density_fraction(self) -> float:
        """Non-zero weights over all; 1 where nothing is known."""
        return 1.0 if self.weight_sparsity is None else self.weight_sparsity.density_fraction

    @property
    def stored_input(self) -> OperandStorage:
        """How the input is stored."""
        return self.input_storage or dense_storage(self.input_bits)

    @property
    def stored_weight(self) -> OperandStorage:
        """How the weights are stored."""
        return self.weight_storage or dense_storage(self.weight_bits)

    @property
    def stored_output(self) -> OperandStorage:
        """How the output is stored."""
        return self.output_storage or dense_storage(self.output_bits)

    @property
    def m(self) -> int:
        """Rows of one product: output positions, batch included."""
        return self.batch * math.prod(axis.num_positions for axis in self.axes)

    @property
    def n(self) -> int:
        """Columns of one product: filters."""
        return self.num_filters * self.n_per_filter

    @property
    def k(self) -> int:
        """Reduction length of one product."""
        return self.num_channels * self.k_per_channel

    @property
    def fused_operations_per_position(self) -> float:
        """Fused operations for each position and filter: transposed convolution has more outputs than positions."""
        return self.fused_operations_per_output * self.num_output_elements / (self.groups * self.m * self.num_filters)

    @property
    def num_macs(self) -> int:
        """Multiply-accumulates of the operator."""
        return self.groups * self.m * self.n * self.k

    @property
    def num_effectual_macs(self) -> int:
        """Multiply-accumulates of which neither operand is zero.

        Assumes the zeros of the two operands fall independently of each other.
        """
        return round(self.num_macs * self.weight_density_fraction * self.input_density_fraction)


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorNest:
    """Work of the vector unit or a plain copy: a stream of positions, in groups (channels) that share nothing.

    Parameters
    ----------
    groups : int
        Channels times batch where windows slide (pooling), else 1.
    axes : tuple of SpatialAxis
        The window's axes (pooling); empty when positions stand alone.
    num_positions : int
        Positions a group: output elements for element-wise work, rows for softmax and normalisation.
    input_bits : int
        Bits of all streamed inputs of one group (of one input element where ``axes`` is set).
    output_bits : int
        Bits of all outputs of one group (of one output element where ``axes`` is set).
    resident_bits : int
        Parameters and broadcast inputs: loaded once, kept while the operator runs.
    num_operations : int
        Vector-unit operations of the whole operator; 0 for a copy.
    input_off_chip_fraction, output_off_chip_fraction : float
        Bits off-chip over bits in the scratchpad, of streamed inputs and of outputs: not 1 where they are compressed.
    """

    groups: int
    axes: tuple[SpatialAxis, ...]
    num_positions: int
    input_bits: int
    output_bits: int
    resident_bits: int
    num_operations: int
    input_off_chip_fraction: float = 1.0
    output_off_chip_fraction: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixOperands:
    """Tensors that play the input and the weights of a matrix nest; a recurrent cell has two weights."""

    input: str
    weights: tuple[str, ...]


def matrix_operands(operator: Operator, tensors: Mapping[str, Tensor]) -> MatrixOperands:
    """Return which tensor of an operator with a matrix nest plays which part in it: as ``lower`` has them."""
    inputs = operator.inputs
    match operator.work:
        case Recurrent():
            return MatrixOperands(input=inputs[0], weights=inputs[1:3])
        case MatMul() if _is_swapped(tensors[inputs[0]], tensors[inputs[1]]):
            return MatrixOperands(input=inputs[1], weights=inputs[:1])
        case _:
            return MatrixOperands(input=inputs[0], weights=inputs[1:2])


def _is_swapped(a: Tensor, b: Tensor) -> bool:
    """Whether the product is that of the transposes, B' times A': only A is a weight, or only B has leading axes."""
    if a.role is TensorRole.WEIGHT and b.role is not TensorRole.WEIGHT:
        return True
    return math.prod(b.shape[:-2]) != 1 and math.prod(a.shape[:-2]) == 1


def lower(operator: Operator, tensors: Mapping[str, Tensor]) -> MatrixNest | tuple[VectorNest, ...]:
    """Return the loop nest of ``operator``: one matrix nest, or alternative vector nests (none for a view).

    Alternatives do the same work with different traffic: a softmax row kept whole, or read twice in pieces; a
    broadcast operand kept in the scratchpad, or streamed again for every use.
    """
    ins = tuple(tensors[name] for name in operator.inputs)
    outs = tuple(tensors[name] for name in operator.outputs)
    fused = sum(fusion.num_operations_per_output for fusion in operator.fusions)
    match operator.work:
        case Convolution() as work:
            return _lower_convolution(work, ins, outs[0], fused)
        case Gemm() as work:
            return _lower_gemm(work, ins, outs[0], fused)
        case MatMul() as work:
            return _lower_matmul(work, ins, outs[0], fused)
        case Recurrent() as work:
            return _lower_recurrent(work, ins, outs, fused)
        case Pooling() as work:
            return (_lower_pooling(work, ins[0], outs, fused),)
        case Softmax() as work:
            return _lower_rows(ins, outs, ins[0].shape[work.axis], OPERATIONS["softmax"])
        case Normalisation() as work:
            row = math.prod(ins[0].shape[axis] for axis in work.axes)
            operations = OPERATIONS["normalisation" if work.axes else "affine"]
            return _lower_rows(ins, outs, row, operations + fused)
        case Reduction() as work:
            elements = ins[0].num_elements
            operations = OPERATIONS.get(work.function, 1) * elements
            return (_stream(ins, outs, num_positions=elements, num_operations=operations),)
        case Elementwise() | Activation() as work:
            read_once = tuple({tensor.name: tensor for tensor in ins}.values())
            operations = elementwise_operations(work.function, len(ins)) + fused
            return _lower_elementwise(read_once, outs, operations * outs[0].num_elements)
        case Movement() as work:
            return (_lower_movement(work, ins, outs),)
        case View():
            return ()
        case ConvolutionWeightGradient() as work:
            return _lower_weight_gradient(work, ins, outs[0])
        case PoolingGradient() as work:
            return (_lower_pooling_gradient(work, ins, outs),)
        case RowGradient() as work:
            row = math.prod(ins[0].shape[axis] for axis in work.axes)
            operations = row_gradient_operations(work.function, has_axes=bool(work.axes))
            return _lower_rows(ins, outs, row, operations, reads_saved=True)


def nests_of(operator: Operator, tensors: Mapping[str, Tensor]) -> tuple[MatrixNest | VectorNest, ...]:
    """Return all nests that ``operator`` can run as, the usual one first; none for a view.

    A convolution can also run unfolded: as the plain product of its windows by its weights. More bytes move, but K may
    be cut inside a channel, to the array's own size.
    Assumes windows that are unfolded on the way are fetched element by element, padding included.
    """
    lowered = lower(operator, tensors)
    if isinstance(lowered, tuple):
        return lowered
    if lowered.k_per_channel == 1:
        return (lowered,)
    unfolded = replace(
        lowered,
        batch=lowered.m,
        axes=(),
        num_channels=lowered.k,
        k_per_channel=1,
        is_unfolded=True,
        unfolded_taps=lowered.k_per_channel,
    )
    return (lowered, unfolded)


def _lower_convolution(work: Convolution, ins: tuple[Tensor, ...], out: Tensor, fused: int) -> MatrixNest:
    """Assumes overlapping results of a transposed convolution are added on chip, at no cost of their own."""
    x, w = ins[0], ins[1]
    num_taps = math.prod(work.window.kernel)
    narrow, wide = (x, out) if work.transposed else (out, x)
    if work.transposed:  # each input position is read once; the window spreads over the output
        axes = tuple(SpatialAxis(num_positions=size, input_size=size) for size in x.shape[2:])
    else:
        axes = _window_axes(work.window, wide.shape[2:], narrow.shape[2:])
    return MatrixNest(
        groups=work.groups,
        batch=x.shape[0],
        axes=axes,
        num_filters=out.shape[1] // work.groups,
        num_channels=x.shape[1] // work.groups,
        input_bits=x.format.bits,
        weight_bits=w.format.bits,
        output_bits=out.format.bits,
        input_kind=x.format.kind,
        weight_kind=w.format.kind,
        resident_bits=_total_bits(ins[2:]),
        num_output_elements=out.num_elements,
        n_per_filter=num_taps if work.transposed else 1,
        k_per_channel=1 if work.transposed else num_taps,
        fused_operations_per_output=fused,
        input_sparsity=x.sparsity,
        weight_sparsity=w.sparsity,
    )


def _lower_weight_gradient(work: ConvolutionWeightGradient, ins: tuple[Tensor, ...], out: Tensor) -> MatrixNest:
    """The convolution of ``wide``, its channels taken for the batch and its batch for the channels, by ``narrow``.

    Example: the gradient of a 3 x 3 kernel of stride 2 over 8 x 8 elements (padding 1) is a convolution with 3 x 3
    positions, one element apart, of a 4 x 4 kernel whose elements are 2 apart.
    """
    wide, narrow = ins
    window = work.window
    axes = tuple(
        SpatialAxis(
            num_positions=window.kernel[axis],
            input_size=wide.shape[2 + axis],
            kernel=narrow.shape[2 + axis],
            stride=window.dilations[axis],
            dilation=window.strides[axis],
            pad_begin=window.pads_begin[axis],
        )
        for axis in range(len(window.kernel))
    )
    return MatrixNest(
        groups=work.groups,
        batch=wide.shape[1] // work.groups,
        axes=axes,
        num_filters=narrow.shape[1] // work.groups,
        num_channels=wide.shape[0],
        k_per_channel=math.prod(narrow.shape[2:]),
        input_bits=wide.format.bits,
        weight_bits=narrow.format.bits,
        output_bits=out.format.bits,
        input_kind=wide.format.kind,
        weight_kind=narrow.format.kind,
        resident_bits=0,
        num_output_elements=out.num_elements,
        input_sparsity=wide.sparsity,
        weight_sparsity=narrow.sparsity,
    )


def _product(groups: int, m: int, n: int, k: int, ins: tuple[Tensor, ...], out: Tensor, fused: int) -> MatrixNest:
    return MatrixNest(
        groups=groups,
        batch=m,
        axes=(),
        num_filters=n,
        num_channels=k,
        input_bits=ins[0].format.bits,
        weight_bits=ins[1].format.bits,
        output_bits=out.format.bits,
        input_kind=ins[0].format.kind,
        weight_kind=ins[1].format.kind,
        resident_bits=_total_bits(ins[2:]),
        num_output_elements=out.num_elements,
        fused_operations_per_output=fused,
        input_sparsity=ins[0].sparsity,
        weight_sparsity=ins[1].sparsity,
    )


def _lower_gemm(work: Gemm, ins: tuple[Tensor, ...], out: Tensor, fused: int) -> MatrixNest:
    k = ins[0].shape[0] if work.transpose_a else ins[0].shape[1]
    return _product(1, out.shape[0], out.shape[1], k, ins, out, fused)


def _lower_matmul(work: MatMul, ins: tuple[Tensor, ...], out: Tensor, fused: int) -> MatrixNest:
    """Leading axes that only A has join M; those that only B has join N by swapping the two; shared ones are groups.

    A weight that is alone on the left is swapped to the right; leading axes that only it has join its filters.
    Assumes an operand broadcast along some but not all leading axes is fetched again for each group.
    """
    a, b = ins[0].shape, ins[1].shape
    k = a[-2] if work.transpose_a else a[-1]
    m = (a[-1] if work.transpose_a else a[-2]) if len(a) > 1 else 1
    n = (b[-2] if work.transpose_b else b[-1]) if len(b) > 1 else 1
    groups = out.num_elements // (m * n)
    if _is_swapped(ins[0], ins[1]):
        swapped = (ins[1], ins[0], *ins[2:])
        if math.prod(a[:-2]) == 1:  # A is shared by every leading axis
            return _product(1, groups * n, m, k, swapped, out, fused)
        if math.prod(b[:-2]) == 1:
            return _with_one_group(_product(groups, n, m, k, swapped, out, fused))
        return _product(groups, n, m, k, swapped, out, fused)
    if math.prod(b[:-2]) == 1:  # B is shared by every leading axis
        return _product(1, math.prod(a[:-2]) * m, n, k, ins, out, fused)
    return _product(groups, m, n, k, ins, out, fused)


def _with_one_group(nest: MatrixNest) -> MatrixNest:
    """The filters of all groups side by side: they read one input."""
    known = nest.weight_sparsity
    if known is not None and known.mask is not None:
        known = replace(known, mask=known.mask.with_one_group())
    return replace(nest, groups=1, num_filters=nest.groups * nest.num_filters, weight_sparsity=known)


def _lower_recurrent(work: Recurrent, ins: tuple[Tensor, ...], outs: tuple[Tensor, ...], fused: int) -> MatrixNest:
    """One product a direction whose rows are the steps; final states, where asked for, leave with the outputs.

    Assumes the hidden state is fetched with each step's input, ahead of its use like any other operand.
    Assumes the array multiplies by both weights at the bits of the wider one; each is stored and moved at its own.
    """
    w, r = ins[1], ins[2]
    return MatrixNest(
        groups=work.num_directions,
        batch=work.batch,
        axes=(SpatialAxis(num_positions=work.num_steps, input_size=work.num_steps),),
        num_filters=work.hidden_size,
        num_channels=work.input_size + work.hidden_size,
        n_per_filter=work.num_gates,
        input_bits=ins[0].format.bits,
        weight_bits=max(w.format.bits, r.format.bits),
        output_bits=outs[0].format.bits,
        resident_bits=_total_bits(ins[3:]),
        num_output_elements=sum(out.num_elements for out in outs),
        sequential=True,
        fused_operations_per_output=fused + work.num_gates * OPERATIONS["sigmoid"],
        weight_sparsity=joined_sparsity(w, r),
        weight_storage=None
        if w.format.bits == r.format.bits
        else dense_storage((w.size_bits + r.size_bits) / (w.num_elements + r.num_elements)),
    )


def _window_axes(window: Window, sizes_in: tuple[int, ...], sizes_out: tuple[int, ...]) -> tuple[SpatialAxis, ...]:
    return tuple(
        SpatialAxis(
            num_positions=sizes_out[axis],
            input_size=sizes_in[axis],
            kernel=window.kernel[axis],
            stride=window.strides[axis],
            dilation=window.dilations[axis],
            pad_begin=window.pads_begin[axis],
        )
        for axis in range(len(sizes_in))
    )


def _lower_pooling(work: Pooling, x: Tensor, outs: tuple[Tensor, ...], fused: int) -> VectorNest:
    """Indices of a maximum, where asked for, leave beside it."""
    return VectorNest(
        groups=x.shape[0] * x.shape[1],
        axes=_window_axes(work.window, x.shape[2:], outs[0].shape[2:]),
        num_positions=math.prod(outs[0].shape[2:]),
        input_bits=x.format.bits,
        output_bits=sum(out.format.bits for out in outs),
        resident_bits=0,
        num_operations=outs[0].num_elements * (math.prod(work.window.kernel) + fused),
    )


def _lower_pooling_gradient(work: PoolingGradient, ins: tuple[Tensor, ...], outs: tuple[Tensor, ...]) -> VectorNest:
    """Assumes the gradients of overlapping pooling windows are added on chip, while they stream through once."""
    per_window = 1 if work.function == "max" else 1 + math.prod(work.window.kernel)
    positions = ins[0].num_elements
    return _stream(ins, outs, num_positions=positions, num_operations=per_window * positions)


def _total_bits(tensors: tuple[Tensor, ...]) -> int:
    return sum(tensor.size_bits for tensor in tensors)


def _stream(
    ins: tuple[Tensor, ...],
    outs: tuple[Tensor, ...],
    *,
    num_positions: int,
    num_operations: int,
    residents: tuple[Tensor, ...] = (),
    num_passes: int = 1,
) -> VectorNest:
    return VectorNest(
        groups=1,
        axes=(),
        num_positions=num_positions,
        input_bits=_total_bits(ins) * num_passes,
        output_bits=_total_bits(outs),
        resident_bits=_total_bits(residents),
        num_operations=num_operations,
    )


def _lower_rows(
    ins: tuple[Tensor, ...], outs: tuple[Tensor, ...], row: int, operations: int, *, reads_saved: bool = False
) -> tuple[VectorNest, ...]:
    num_streamed = sum(tensor.shape == ins[0].shape for tensor in ins) if reads_saved else 1
    x, parameters = ins[:num_streamed], ins[num_streamed:]
    total = operations * x[0].num_elements
    whole_rows = _stream(x, outs, num_positions=x[0].num_elements // row, num_operations=total, residents=parameters)
    if row == 1:
        return (whole_rows,)
    pieces = _stream(x, outs, num_positions=x[0].num_elements, num_operations=total, residents=parameters, num_passes=2)
    return (whole_rows, pieces)


def _lower_elementwise(ins: tuple[Tensor, ...], outs: tuple[Tensor, ...], operations: int) -> tuple[VectorNest, ...]:
    positions = outs[0].num_elements
    full = tuple(tensor for tensor in ins if tensor.num_elements == positions)
    small = tuple(tensor for tensor in ins if tensor.num_elements != positions)
    kept = _stream(full, outs, num_positions=positions, num_operations=operations, residents=small)
    if not small:
        return (kept,)
    again = VectorNest(
        groups=1,
        axes=(),
        num_positions=positions,
        input_bits=_total_bits(full) + sum(positions * tensor.format.bits for tensor in small),
        output_bits=_total_bits(outs),
        resident_bits=0,
        num_operations=operations,
    )
    return (kept, again)


def _lower_movement(work: Movement, ins: tuple[Tensor, ...], outs: tuple[Tensor, ...]) -> VectorNest:
    """Assumes a copy passes through the scratchpad once, and takes no vector-unit operation unless it interpolates."""
    positions = sum(tensor.num_elements for tensor in outs)
    nest = _stream(ins, outs, num_positions=positions, num_operations=0)
    if work.kind in (OperatorKind.SLICE, OperatorKind.GATHER):
        read = positions * ins[0].format.bits if ins else 0
        return replace(nest, input_bits=read + _total_bits(ins[1:]))
    if work.kind is OperatorKind.RESIZE:
        return replace(nest, num_operations=resize_operations(work.function, ins[0].num_elements, positions))
    return nest
