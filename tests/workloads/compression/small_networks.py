"""A network of four layers and values for weights, shared by the tests of compression.

stem       3x3 convolution, 3 to 16 channels, ReLU       (1, 16, 9, 3) in the order of weight_layout
depthwise  3x3 convolution, a filter a channel           (16, 1, 9, 1)
point      1x1 convolution, 16 to 20 channels            (1, 20, 1, 16)
fc         20 * 4 * 4 features to 10                     (1, 10, 1, 320)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workloads.formats import FP32, ElementFormat
from workloads.network import Network
from workloads.operators import Convolution, Operator, Window
from workloads.tensor import Tensor, TensorRole
from workloads.weights import WeightArray
from workloads.zoo.builder import ConvSpec, GraphBuilder


@dataclass
class Values:
    """Weights from a mapping; counts how often each is asked for."""

    arrays: Mapping[str, WeightArray]
    loaded: list[str] = field(default_factory=list)

    def load(self, name: str) -> WeightArray | None:
        self.loaded.append(name)
        return self.arrays.get(name)


def four_layers(format: ElementFormat = FP32) -> Network:
    builder = GraphBuilder(name="four", format=format)
    x = builder.input("x", (1, 3, 4, 4))
    x = builder.conv("stem", x, ConvSpec(filters=16, kernel=3, padding=1, activation="relu"))
    x = builder.conv("depthwise", x, ConvSpec(filters=16, kernel=3, padding=1, groups=16))
    x = builder.conv("point", x, ConvSpec(filters=20, kernel=1))
    return builder.finish((builder.linear("fc", builder.view("flat", x, (1, 320)), 10),))


def normal_weights(network: Network, seed: int = 0) -> Values:
    draws = np.random.default_rng(seed)
    tensors = network.with_role(TensorRole.WEIGHT)
    return Values({tensor.name: draws.standard_normal(tensor.shape, dtype=np.float32) for tensor in tensors})


def upsampling() -> Network:
    """A transposed convolution alone: 4 input channels, 3 output channels, 2 x 2 taps."""
    window = Window(kernel=(2, 2), strides=(2, 2), dilations=(1, 1), pads_begin=(0, 0), pads_end=(0, 0))
    up = Operator(
        name="up", work=Convolution(window=window, transposed=True), inputs=("x", "up.weight"), outputs=("y",)
    )
    tensors = (
        Tensor(name="x", shape=(1, 4, 2, 2), format=FP32, role=TensorRole.INPUT),
        Tensor(name="up.weight", shape=(4, 3, 2, 2), format=FP32, role=TensorRole.WEIGHT),
        Tensor(name="y", shape=(1, 3, 4, 4), format=FP32, role=TensorRole.OUTPUT),
    )
    return Network(name="upsampling", operators=(up,), tensors={tensor.name: tensor for tensor in tensors})
