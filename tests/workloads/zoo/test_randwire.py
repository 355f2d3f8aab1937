"""Random wiring: graphs are those of the seed, and nodes are wired as drawn."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.zoo.counts import num_macs
from workloads.operators import Elementwise
from workloads.tensor import TensorRole
from workloads.zoo import build
from workloads.zoo.randwire import draw_graph


@settings(max_examples=30)
@given(num_nodes=st.integers(5, 40), seed=st.integers(0, 1000))
def test_graphs(num_nodes: int, seed: int) -> None:
    """Rewiring keeps the number of edges of the ring: two a node; node 0 reads none; all are drawn again alike."""
    graph = draw_graph(num_nodes, seed)
    assert len(graph.sources) == num_nodes
    assert sum(map(len, graph.sources)) == 2 * num_nodes
    assert all(source < node for node, sources in enumerate(graph.sources) for source in sources)
    assert graph.sources[0] == ()
    assert num_nodes - 1 in graph.sinks
    assert graph == draw_graph(num_nodes, seed)


def test_a_draw_stays_what_it_was() -> None:
    """So that results on these graphs can be compared from one version to the next."""
    assert draw_graph(8, 0).sources == ((), (0,), (0, 1), (1,), (0, 1, 3), (2, 4), (1,), (1, 2, 3, 4, 5, 6))
    assert draw_graph(8, 1) != draw_graph(8, 0)


def test_stages_of_randwire() -> None:
    """A node that one other alone reads may have that one's ReLU fused: its tensor is called after the ReLU then."""
    network = build("randwire")
    made = {operator.name: operator.outputs[0] for operator in network.operators}
    for stage, graph in enumerate(draw_graph(32, seed) for seed in range(3)):
        for node, sources in enumerate(graph.sources):
            name = f"conv{stage + 3}.node{node}"
            assert network.tensors[made[f"{name}.pointwise"]].shape == (1, 78 * 2**stage, 28 >> stage, 28 >> stage)
            if len(sources) > 1:
                join = next(operator for operator in network.operators if operator.name == f"{name}.add")
                assert join.inputs == tuple(made[f"conv{stage + 3}.node{source}.pointwise"] for source in sources)


def test_edge_weights_are_parameters_though_no_tensors() -> None:
    graphs = [draw_graph(32, seed) for seed in range(3)]
    expected = sum(len(sources) for graph in graphs for sources in graph.sources if len(sources) > 1)
    folded = (fusion for fusion in build("randwire").fusions if fusion.function == "edge_weights")
    assert sum(fusion.num_folded_parameters for fusion in folded) == expected


def test_seeds_scatter_as_the_papers_draws_do() -> None:
    """Source: Xie et al., ICCV 2019: 5.6 +- 0.1 M and 583 +- 6.2 M for WS(4, 0.75), small regime."""
    networks = [build("randwire", bindings={"seed": seed}) for seed in range(8)]
    parameters = [network.num_parameters / 1e6 for network in networks]
    macs = [num_macs(network) / 1e6 for network in networks]
    assert len(set(parameters)) == 8
    assert fmean(parameters) == pytest.approx(5.6, abs=0.1)
    assert fmean(macs) == pytest.approx(583, abs=6.2)


@pytest.mark.parametrize("num_nodes", [16, 24, 32])
def test_graphs_for_planners_have_an_operator_a_node_and_equal_tensors(num_nodes: int) -> None:
    network = build("randwire_ws", bindings={"nodes": num_nodes})
    assert len(network.operators) == num_nodes
    assert all(isinstance(operator.work, Elementwise) for operator in network.operators)
    assert {tensor.size_bytes for tensor in network.tensors.values()} == {16 * 1024}
    assert {tensor.role for tensor in network.tensors.values()} == set(TensorRole) - {TensorRole.WEIGHT}
