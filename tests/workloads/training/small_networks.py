"""Networks small enough to count by hand."""

from __future__ import annotations

from workloads.formats import INT8, ElementFormat
from workloads.network import Network
from workloads.operators import Operator, Work
from workloads.tensor import Tensor, TensorRole
from workloads.zoo.builder import ConvSpec, GraphBuilder


def tiny(batch: int = 1, format: ElementFormat = INT8) -> Network:
    """A convolution of 6 weights and 3 biases with a fused ReLU, and a layer of 240 weights and 5 biases.

    With int8: x 32 bytes, conv 48, fc 5 for each image; weights 246 bytes, biases (int32) 32.
    """
    builder = GraphBuilder(name="tiny", format=format)
    x = builder.input("x", (batch, 2, 4, 4))
    x = builder.conv("conv", x, ConvSpec(filters=3, kernel=1, bias=True, activation="relu"))
    return builder.finish((builder.linear("fc", builder.flatten("flat", x), 5),))


def chain(length: int) -> Network:
    """Convolutions conv0, conv1, ... of 4 channels, each with a fused ReLU: 64 bytes between any two."""
    builder = GraphBuilder(name="chain")
    x = builder.input("x", (1, 4, 4, 4))
    for index in range(length):
        x = builder.conv(f"conv{index}", x, ConvSpec(filters=4, kernel=3, padding=1, activation="relu"))
    return builder.finish((x,))


def one_operator(work: Work, shapes: tuple[tuple[int, ...], ...], output: tuple[int, ...]) -> Network:
    """An operator ``op`` on ``a``, which is x times a weight, and on ``i1``, ... from outside."""
    builder = GraphBuilder(name="one")
    a = builder.elementwise("a", "mul", builder.input("x", shapes[0]), builder.weight("w", (1,)))
    others = tuple(builder.input(f"i{index + 1}", shape) for index, shape in enumerate(shapes[1:]))
    return with_operator(
        builder.finish(()), Operator(name="op", work=work, inputs=(a, *others), outputs=("y",)), output
    )


def with_operator(network: Network, operator: Operator, output: tuple[int, ...]) -> Network:
    """The network with one more operator, whose first output leaves."""
    made = Tensor(name=operator.outputs[0], shape=output, format=INT8, role=TensorRole.OUTPUT)
    tensors = {**network.tensors, made.name: made}
    return Network(name=network.name, operators=(*network.operators, operator), tensors=tensors)
