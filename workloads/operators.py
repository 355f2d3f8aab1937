"""Operators: what each kind computes, described by parameters only; shapes live in the tensors.

Letters of tensors and loops are fixed in docs/glossary.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OperatorKind(StrEnum):
    """The word a report uses for an operator."""

    CONV = "conv"
    CONV_TRANSPOSE = "conv_transpose"
    GEMM = "gemm"
    MATMUL = "matmul"
    RECURRENT = "recurrent"
    POOL = "pool"
    ELEMENTWISE = "elementwise"
    ACTIVATION = "activation"
    NORMALISATION = "normalisation"
    SOFTMAX = "softmax"
    REDUCTION = "reduction"
    CONCAT = "concat"
    SPLIT = "split"
    SLICE = "slice"
    PAD = "pad"
    RESIZE = "resize"
    TRANSPOSE = "transpose"
    GATHER = "gather"
    COPY = "copy"
    VIEW = "view"
    CONV_WEIGHT_GRADIENT = "conv_weight_gradient"
    POOL_GRADIENT = "pool_gradient"
    ROW_GRADIENT = "row_gradient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A sliding window along each spatial axis, as convolution and pooling use it.

    All tuples have one entry a spatial axis (1, 2 or 3 axes). Pads are in input elements.
    """

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads_begin: tuple[int, ...]
    pads_end: tuple[int, ...]

    def output_size(self, axis: int, input_size: int) -> int:
        """Number of full window positions along ``axis`` (floor rounding)."""
        reach = self.dilations[axis] * (self.kernel[axis] - 1) + 1
        padded = input_size + self.pads_begin[axis] + self.pads_end[axis]
        return (padded - reach) // self.strides[axis] + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """Convolution. Inputs: x (B, C, *spatial), w (N, C/groups, *kernel), optional bias (N,). Output: (B, N, *out).

    Transposed: w is (C, N/groups, *kernel); ``window`` is the one of the forward convolution whose gradient it is.
    """

    window: Window
    groups: int = 1
    transposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gemm:
    """A (M, K) times B (K, N), plus an optional bias C that broadcasts to (M, N). Inputs: A, B, [C]."""

    transpose_a: bool = False
    transpose_b: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MatMul:
    """Batched matrix product with numpy broadcasting of the leading axes.

    Inputs: A (..., M, K), B (..., K, N), and an optional bias (N,) that fusion brings.
    """

    transpose_b: bool = False
    """B is stored (..., N, K), as attention's keys are."""
    transpose_a: bool = False
    """A is stored (..., K, M), as what a gradient sums over rows of is; A has two axes at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrent:
    """LSTM, GRU or plain RNN over a sequence. Inputs: x (L, B, I), w (D, G*H, I), r (D, G*H, H), optional others.

    L steps, B batch, I input size, H hidden size, D directions, G gates. Steps depend on each other.
    """

    num_gates: int
    num_steps: int
    batch: int
    input_size: int
    hidden_size: int
    num_directions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """Max, average or other pooling over a window; x (B, C, *spatial)."""

    function: str
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Elementwise:
    """One output element from the matching element of each input, inputs broadcast (add, mul, where, ...)."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """One output element from one input element (relu, sigmoid, gelu, clip, ...)."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation:
    """Normalise over ``axes`` of the first input; other inputs are scale, shift and statistics.

    ``axes`` is empty when the statistics are given (batch normalisation at inference): then it is element-wise.
    """

    function: str
    axes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Softmax:
    """Softmax (or log-softmax) along one axis of its input; ``axis`` is non-negative."""

    axis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """Reduce the first input over ``axes`` (sum, mean, max, arg-max, top-k, cumulative sum)."""

    function: str
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Copies elements without arithmetic: concat, split, slice, pad, transpose, gather and the like.

    ``kind`` is CONCAT, SPLIT, SLICE, PAD, RESIZE, TRANSPOSE, GATHER or COPY. SLICE and GATHER read only what they
    write; the others read their inputs whole.
    """

    kind: OperatorKind
    function: str = ""
    """The finer name, when there is one (``nearest`` or ``linear`` for RESIZE, ``depth_to_space``, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The same bytes under another shape (reshape, flatten, squeeze, identity): costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionWeightGradient:
    """Gradient of a convolution's weights: for each weight, a sum over batch and positions.

    Inputs: ``wide`` (B, C, *spatial), over which the window slides, and ``narrow`` (B, N, *out), an element a position.
    Output: (N, C/groups, *kernel). Of a convolution ``wide`` is its input and ``narrow`` the gradient of its output; of
    a transposed one it is the other way round.
    """

    window: Window
    groups: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolingGradient:
    """Gradient of pooling's input. Inputs: gradient of the output (B, C, *out); for ``max`` also the position of each
    maximum in its window, of the same shape. Output: (B, C, *spatial).
    """

    function: str
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGradient:
    """Gradient of the input of what runs along ``axes``: softmax and normalisations.

    Inputs: gradient of the output, then what was saved of the same shape (softmax's output, a normalisation's input),
    then parameters. Output: gradient of the input, of the same shape. ``axes`` is empty when the statistics are given.
    """

    function: str
    axes: tuple[int, ...] = ()


Work = (
    Convolution
    | Gemm
    | MatMul
    | Recurrent
    | Pooling
    | Elementwise
    | Activation
    | Normalisation
    | Softmax
    | Reduction
    | Movement
    | View
    | ConvolutionWeightGradient
    | PoolingGradient
    | RowGradient
)

_KIND_OF_WORK: dict[type, OperatorKind] = {
    Gemm: OperatorKind.GEMM,
    MatMul: OperatorKind.MATMUL,
    Recurrent: OperatorKind.RECURRENT,
    Pooling: OperatorKind.POOL,
    Elementwise: OperatorKind.ELEMENTWISE,
    Activation: OperatorKind.ACTIVATION,
    Normalisation: OperatorKind.NORMALISATION,
    Softmax: OperatorKind.SOFTMAX,
    Reduction: OperatorKind.REDUCTION,
    View: OperatorKind.VIEW,
    ConvolutionWeightGradient: OperatorKind.CONV_WEIGHT_GRADIENT,
    PoolingGradient: OperatorKind.POOL_GRADIENT,
    RowGradient: OperatorKind.ROW_GRADIENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """A step of the file that now runs inside another operator, while that one's results leave the array.

    Parameters
    ----------
    name : str
        The node's name in the file.
    function : str
        ``batch_normalisation``, ``bias``, ``relu``, ...
    num_folded_parameters : int
        Parameters that the step had in the file and that are no tensor any more (folded into weights and bias).
    num_operations_per_output : int
        Vector-unit operations left a output element: 0 for what folds into the weights, 1 for ReLU.
    """

    name: str
    function: str
    num_folded_parameters: int = 0
    num_operations_per_output: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One node of a network.

    Parameters
    ----------
    name : str
        Unique in its network.
    work : Work
        What it computes.
    inputs, outputs : tuple of str
        Tensor names; a tensor read twice is named twice.
    fusions : tuple of Fusion
        Later steps done on its output before it leaves.
    """

    name: str
    work: Work
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    fusions: tuple[Fusion, ...] = ()

    @property
    def kind(self) -> OperatorKind:
        """The word that reports use for it."""
        if isinstance(self.work, Convolution):
            return OperatorKind.CONV_TRANSPOSE if self.work.transposed else OperatorKind.CONV
        if isinstance(self.work, Movement):
            return self.work.kind
        return _KIND_OF_WORK[type(self.work)]
