"""GraphBuilder: writes a network operator by operator and works out every shape on the way.

Each method appends one operator and returns the name of its output tensor, which is also the operator's name:

>>> builder = GraphBuilder(name="tiny", format=INT8)
>>> x = builder.input("x", (1, 3, 8, 8))
>>> x = builder.conv("conv", x, ConvSpec(filters=16, kernel=3, padding=1, activation="relu"))
>>> builder.shape(x)
(1, 16, 8, 8)
>>> network = builder.finish((builder.linear("fc", builder.view("flat", x, (1, 1024)), 10),))
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from workloads.formats import INT8, INT32, ElementFormat, NumberKind
from workloads.network import Network
from workloads.operators import (
    Activation,
    Convolution,
    Elementwise,
    Fusion,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Pooling,
    Softmax,
    View,
    Work,
)
from workloads.tensor import Tensor, TensorRole
from workloads.zoo.layer_specs import ConvSpec, PoolSpec

__all__ = ["FUSED_OPERATIONS", "ConvSpec", "GraphBuilder", "PoolSpec", "Shape", "fused"]

Shape = tuple[int, ...]

FUSED_OPERATIONS = {
    "relu": 1,  # maximum with 0
    "relu6": 2,  # maximum with 0, minimum with 6
    "hardsigmoid": 3,  # add 3, maximum with 0, minimum with 6; the sixth folds into what follows
    "hardswish": 4,  # that, times the input
    "sigmoid": 3,  # as a sigmoid that stands alone
    "causal_mask": 1,  # add 0 or minus infinity
}
"""Vector-unit operations an output element of what the zoo fuses into the producer."""


def fused(name: str, function: str) -> Fusion:
    """Return the fusion of the element-wise ``function``, called ``name`` in reports."""
    return Fusion(name=name, function=function, num_operations_per_output=FUSED_OPERATIONS[function])


class GraphBuilder:
    """Collects operators and tensors, then makes a ``Network`` of them.

    Parameters
    ----------
    name : str
        The network's name.
    format : ElementFormat
        Of weights and activations. Biases are int32 when it is an integer format, as accumulators are, else the same.
    """

    def __init__(self, *, name: str, format: ElementFormat = INT8) -> None:
        self._name = name
        self._format = format
        self._bias_format = INT32 if format.kind is NumberKind.INTEGER else format
        self._operators: list[Operator] = []
        self._tensors: dict[str, Tensor] = {}

    def shape(self, name: str) -> Shape:
        """Return the shape of tensor ``name``."""
        return self._tensors[name].shape

    def finish(self, outputs: tuple[str, ...]) -> Network:
        """Return the network that hands out ``outputs``."""
        for name in outputs:
            self._tensors[name] = replace(self._tensors[name], role=TensorRole.OUTPUT)
        return Network(name=self._name, operators=tuple(self._operators), tensors=self._tensors)

    def input(self, name: str, shape: Shape, format: ElementFormat | None = None) -> str:
        """Declare a network input."""
        return self._declare(name, shape, TensorRole.INPUT, format or self._format)

    def weight(self, name: str, shape: Shape) -> str:
        """Declare a parameter."""
        return self._declare(name, shape, TensorRole.WEIGHT, self._format)

    def bias(self, name: str, shape: Shape) -> str:
        """Declare a parameter that is added to accumulators."""
        return self._declare(name, shape, TensorRole.WEIGHT, self._bias_format)

    def conv(self, name: str, x: str, spec: ConvSpec) -> str:
        """Append a convolution with its bias, folded batch normalisation and fused activation."""
        batch, channels, *sizes = self.shape(x)
        window = spec.window(sizes)
        inputs = [x, self.weight(f"{name}.weight", (spec.filters, channels // spec.groups, *window.kernel))]
        if spec.bias or spec.batch_norm:
            inputs.append(self.bias(f"{name}.bias", (spec.filters,)))
        fusions: list[Fusion] = []
        if spec.batch_norm:
            fusions.append(
                Fusion(name=f"{name}.bn", function="batch_normalisation", num_folded_parameters=spec.filters)
            )
        if spec.activation is not None:
            fusions.append(fused(f"{name}.{spec.activation}", spec.activation))
        shape = (batch, spec.filters, *(window.output_size(axis, size) for axis, size in enumerate(sizes)))
        work = Convolution(window=window, groups=spec.groups)
        return self._append(name, work, tuple(inputs), shape, tuple(fusions))

    def pool(self, name: str, x: str, spec: PoolSpec) -> str:
        """Append a pooling layer."""
        batch, channels, *sizes = self.shape(x)
        window = spec.window(sizes)
        shape = (batch, channels, *(window.output_size(axis, size) for axis, size in enumerate(sizes)))
        return self._append(name, Pooling(function=spec.function, window=window), (x,), shape)

    def pool_image(self, name: str, x: str, function: str = "average") -> str:
        """Append a pooling layer whose window is the whole image: (B, C, 1, ...)."""
        sizes = self.shape(x)[2:]
        return self.pool(name, x, PoolSpec(function=function, kernel=sizes, stride=sizes))

    def global_pool(self, name: str, x: str, function: str = "average") -> str:
        """Append a pooling layer whose window is the whole image, and flatten its output to (B, C)."""
        pooled = self.pool_image(name, x, function)
        return self.view(f"{name}.flatten", pooled, self.shape(x)[:2])

    def linear(
        self, name: str, x: str, num_outputs: int, *, bias: bool = True, fusions: tuple[Fusion, ...] = ()
    ) -> str:
        """Append a fully connected layer over the last axis: GEMM of a matrix, MATMUL of anything deeper."""
        *leading, num_inputs = self.shape(x)
        inputs = [x, self.weight(f"{name}.weight", (num_inputs, num_outputs))]
        if bias:
            inputs.append(self.bias(f"{name}.bias", (num_outputs,)))
        work = Gemm() if len(leading) == 1 else MatMul()
        return self._append(name, work, tuple(inputs), (*leading, num_outputs), fusions)

    def matmul(self, name: str, a: str, b: str, *, transpose_b: bool = False, fusions: tuple[Fusion, ...] = ()) -> str:
        """Append a batched product of two tensors of the same leading axes."""
        columns = self.shape(b)[-2 if transpose_b else -1]
        return self._append(name, MatMul(transpose_b=transpose_b), (a, b), (*self.shape(a)[:-1], columns), fusions)

    def elementwise(self, name: str, function: str, *inputs: str, fusions: tuple[Fusion, ...] = ()) -> str:
        """Append ``function`` of broadcast inputs."""
        shape = np.broadcast_shapes(*(self.shape(x) for x in inputs))
        return self._append(name, Elementwise(function=function), inputs, shape, fusions)

    def activation(self, name: str, function: str, x: str) -> str:
        """Append an activation function as an operator of its own."""
        return self._append(name, Activation(function=function), (x,), self.shape(x))

    def softmax(self, name: str, x: str) -> str:
        """Append a softmax over the last axis."""
        return self._append(name, Softmax(axis=len(self.shape(x)) - 1), (x,), self.shape(x))

    def layer_norm(self, name: str, x: str) -> str:
        """Append a layer normalisation over the last axis, with scale and shift."""
        return self._normalise(name, "layer_normalisation", x, ("scale", "shift"))

    def rms_norm(self, name: str, x: str) -> str:
        """Append a root-mean-square normalisation over the last axis, with scale only."""
        return self._normalise(name, "rms_normalisation", x, ("scale",))

    def batch_norm(self, name: str, x: str) -> str:
        """Append a batch normalisation that folds into nothing before it: scale and shift of each channel (axis 1)."""
        channels = self.shape(x)[1:2]
        weights = tuple(self.weight(f"{name}.{parameter}", channels) for parameter in ("scale", "shift"))
        work = Normalisation(function="batch_normalisation", axes=())
        return self._append(name, work, (x, *weights), self.shape(x))

    def _normalise(self, name: str, function: str, x: str, parameters: tuple[str, ...]) -> str:
        shape = self.shape(x)
        weights = tuple(self.weight(f"{name}.{parameter}", shape[-1:]) for parameter in parameters)
        return self._append(name, Normalisation(function=function, axes=(len(shape) - 1,)), (x, *weights), shape)

    def view(self, name: str, x: str, shape: Shape) -> str:
        """Append a reshape, which costs nothing."""
        return self._append(name, View(), (x,), shape)

    def flatten(self, name: str, x: str) -> str:
        """Append a reshape to (B, everything else)."""
        batch, *rest = self.shape(x)
        return self.view(name, x, (batch, math.prod(rest)))

    def gather(self, name: str, table: str, indices: str) -> str:
        """Append a look-up of whole rows of ``table``."""
        return self.move(name, OperatorKind.GATHER, (table, indices), (*self.shape(indices), *self.shape(table)[1:]))

    def transpose(self, name: str, x: str, permutation: tuple[int, ...]) -> str:
        """Append a transpose: output axis ``i`` is input axis ``permutation[i]``."""
        shape = self.shape(x)
        return self.move(name, OperatorKind.TRANSPOSE, (x,), tuple(shape[axis] for axis in permutation))

    def concat(self, name: str, *inputs: str) -> str:
        """Append a concatenation along the channels (axis 1)."""
        batch, _, *rest = self.shape(inputs[0])
        return self.move(name, OperatorKind.CONCAT, inputs, (batch, sum(self.shape(x)[1] for x in inputs), *rest))

    def resize(self, name: str, x: str, sizes: tuple[int, ...]) -> str:
        """Append a linear interpolation to an image of ``sizes`` (one a spatial axis)."""
        work = Movement(kind=OperatorKind.RESIZE, function="linear")
        return self._append(name, work, (x,), (*self.shape(x)[:2], *sizes))

    def move(self, name: str, kind: OperatorKind, inputs: tuple[str, ...], shape: Shape) -> str:
        """Append a copy of ``kind`` (slice, pad, concat, ...) whose output has ``shape``."""
        return self._append(name, Movement(kind=kind), inputs, shape)

    def _append(
        self, name: str, work: Work, inputs: tuple[str, ...], shape: Shape, fusions: tuple[Fusion, ...] = ()
    ) -> str:
        output = self._declare(name, shape, TensorRole.ACTIVATION, self._format)
        self._operators.append(Operator(name=name, work=work, inputs=inputs, outputs=(output,), fusions=fusions))
        return output

    def _declare(self, name: str, shape: Shape, role: TensorRole, format: ElementFormat) -> str:
        assert name not in self._tensors, f"the zoo declares tensor {name!r} twice"
        self._tensors[name] = Tensor(name=name, shape=tuple(map(int, shape)), format=format, role=role)
        return name
