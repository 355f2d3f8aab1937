"""Randomly wired networks: Xie et al., "Exploring randomly wired neural networks for image recognition", ICCV 2019.

The graphs are drawn from WS(N, 4, 0.75): a ring of N nodes, each joined to its 4 nearest, every edge rewired with
probability 0.75; an edge leads from the lower to the higher number. The paper's own draws are not published.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx

from workloads.operators import Fusion
from workloads.zoo.builder import ConvSpec, GraphBuilder
from workloads.zoo.options import ZooOptions

_NUM_NEIGHBOURS = 4
_REWIRED_FRACTION = 0.75
_NUM_TRIES = 200
"""Draws until a graph is connected."""

_NUM_NODES = 32
_CHANNELS = 78
_HEAD_FILTERS = 1280

_EQUAL_SHAPE = (64, 16, 16)
"""Channels, height and width of each tensor of ``randwire_ws``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WiredGraph:
    """A directed acyclic graph: ``sources[node]`` are the nodes, all of lower number, that ``node`` reads."""

    sources: tuple[tuple[int, ...], ...]

    @property
    def sinks(self) -> tuple[int, ...]:
        """Nodes that no other reads."""
        read = {source for sources in self.sources for source in sources}
        return tuple(node for node in range(len(self.sources)) if node not in read)


def draw_graph(num_nodes: int, seed: int) -> WiredGraph:
    """Return a connected draw of WS(``num_nodes``, 4, 0.75); the same for the same seed."""
    drawn = nx.connected_watts_strogatz_graph(num_nodes, _NUM_NEIGHBOURS, _REWIRED_FRACTION, _NUM_TRIES, seed)
    neighbours = (drawn.neighbors(node) for node in range(num_nodes))
    return WiredGraph(
        sources=tuple(
            tuple(sorted(source for source in around if source < node)) for node, around in enumerate(neighbours)
        )
    )


def randwire(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append the small regime (78 channels): two convolutions, three stages of 32 nodes.

    Stage s (0 to 2) is drawn with seed 3 * ``seed`` + s.
    """
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    stem = ConvSpec(filters=_CHANNELS // 2, kernel=3, stride=2, padding=1, batch_norm=True, activation="relu")
    x = builder.conv("conv1", x, stem)
    x = builder.conv("conv2", x, ConvSpec(filters=_CHANNELS, kernel=3, stride=2, padding=1, batch_norm=True))
    for stage in range(3):
        graph = draw_graph(_NUM_NODES, 3 * options.bindings["seed"] + stage)
        x = _stage(builder, f"conv{stage + 3}", x, graph, _CHANNELS * 2**stage)
    x = builder.activation("conv6.relu", "relu", x)
    x = builder.conv("conv6", x, ConvSpec(filters=_HEAD_FILTERS, kernel=1, batch_norm=True, activation="relu"))
    return (builder.linear("fc", builder.global_pool("avgpool", x), 1000),)


def _stage(builder: GraphBuilder, name: str, x: str, graph: WiredGraph, filters: int) -> str:
    """Append a node for each of ``graph`` and the mean of those that no node reads; the first ones halve the image."""
    entrance = builder.activation(f"{name}.relu", "relu", x)
    outputs: list[str] = []
    for node, sources in enumerate(graph.sources):
        node_name = f"{name}.node{node}"
        joined = _join(builder, node_name, tuple(outputs[source] for source in sources)) if sources else entrance
        outputs.append(_separable(builder, node_name, joined, filters, 1 if sources else 2))
    ends = tuple(outputs[sink] for sink in graph.sinks)
    return builder.elementwise(f"{name}.mean", "mean", *ends) if len(ends) > 1 else ends[0]


def _join(builder: GraphBuilder, name: str, inputs: tuple[str, ...]) -> str:
    """Append the ReLU of the inputs' sum, each input times a learned weight, which one input alone has not."""
    if len(inputs) == 1:
        return builder.activation(f"{name}.relu", "relu", inputs[0])
    num_inputs = len(inputs)
    weights = Fusion(
        name=f"{name}.weights",
        function="edge_weights",
        num_folded_parameters=num_inputs,
        num_operations_per_output=num_inputs,
    )
    total = builder.elementwise(f"{name}.add", "add", *inputs, fusions=(weights,))
    return builder.activation(f"{name}.relu", "relu", total)


def _separable(builder: GraphBuilder, name: str, x: str, filters: int, stride: int) -> str:
    channels = builder.shape(x)[1]
    depthwise = ConvSpec(filters=channels, kernel=3, stride=stride, padding=1, groups=channels, bias=False)
    x = builder.conv(f"{name}.depthwise", x, depthwise)
    return builder.conv(f"{name}.pointwise", x, ConvSpec(filters=filters, kernel=1, batch_norm=True))


def randwire_ws(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append one draw of WS(``nodes``, 4, 0.75) whose nodes are single operators and whose tensors are all 16 KiB.

    A case for planners, not a network that computes something: a node adds what it reads, nodes that read no other
    read the input, and nodes that no other reads are outputs.
    """
    graph = draw_graph(options.bindings["nodes"], options.bindings["seed"])
    image = builder.input("x", (options.batch, *_EQUAL_SHAPE))
    outputs: list[str] = []
    for node, sources in enumerate(graph.sources):
        inputs = tuple(outputs[source] for source in sources) or (image,)
        outputs.append(builder.elementwise(f"node{node}", "add", *inputs))
    return tuple(outputs[sink] for sink in graph.sinks)
