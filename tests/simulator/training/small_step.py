"""A network small enough to count by hand, and its training step."""

from __future__ import annotations

from workloads.formats import FP16, FP32
from workloads.network import Network
from workloads.training import TrainingFormats, TrainingNetwork, training_network
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.layer_specs import ConvSpec


def small_network(batch: int = 4, filters: int = 16) -> Network:
    """Two 3 x 3 convolutions over 8 x 8 elements, 3 -> 16 -> 32 channels, and a linear layer of 10 outputs."""
    builder = GraphBuilder(name="small", format=FP16)
    x = builder.input("image", (batch, 3, 8, 8))
    x = builder.conv("first", x, ConvSpec(filters=filters, kernel=3, padding=1, activation="relu"))
    x = builder.conv("second", x, ConvSpec(filters=32, kernel=3, padding=1, activation="relu"))
    return builder.finish((builder.linear("last", builder.global_pool("pool", x), 10),))


def small_step(batch: int = 4, filters: int = 16) -> TrainingNetwork:
    """Its training step, work in fp16 and the update in fp32."""
    formats = TrainingFormats(work=FP16, gradient=FP16, update=FP32)
    return training_network(small_network(batch, filters), formats=formats)
