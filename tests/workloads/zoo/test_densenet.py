"""DenseNet-121: two graphs of one network, and the second's sizes as a planner sees them."""

from __future__ import annotations

from collections import Counter

import pytest

from workloads.network import Network
from workloads.operators import View
from workloads.tensor import TensorRole
from workloads.zoo import build


def test_layers_of_the_usual_graph() -> None:
    """58 layers of two convolutions, 3 transitions, 1 stem; 62 normalisations that no convolution precedes.

    A concatenation a layer but for the first of each of 4 blocks, and one that ends each block: 58.
    """
    kinds = Counter(str(operator.kind) for operator in build("densenet121").operators)
    assert kinds == {"conv": 120, "normalisation": 62, "concat": 58, "pool": 5, "gemm": 1, "view": 1}


def test_every_concatenation_of_the_second_graph_has_two_inputs() -> None:
    concats = [operator for operator in build("densenet121_binary_concat").operators if operator.kind == "concat"]
    assert len(concats) == 58
    assert all(len(operator.inputs) == 2 for operator in concats)


def test_operators_of_the_second_graph() -> None:
    """Stem: convolution, padding, pooling: 3. Layer: multiply, add, two convolutions, concatenate: 58 x 5 = 290.

    Transition: multiply, add, convolution, pooling: 3 x 4 = 12. Head: multiply, add, pooling, linear: 4.
    """
    assert build("densenet121_binary_concat").num_costed_operators == 3 + 290 + 12 + 4 == 309


def test_largest_operator_of_the_second_graph() -> None:
    """The padding: 64 x 112^2 in, 64 x 114^2 out: 1596.25 KB. Next a concatenation to 256 x 56^2: 1568 KB."""
    network = build("densenet121_binary_concat")
    demand = {name: sum(sizes) for name, sizes in _operand_bytes(network).items()}
    assert max(demand.items(), key=lambda item: item[1]) == ("pool1.pad", 64 * (112**2 + 114**2))
    assert 64 * (112**2 + 114**2) == 1596.25 * 1024
    assert sorted(demand.values())[-2] == 2 * 256 * 56**2


def test_peak_of_the_second_graph_in_its_own_order() -> None:
    """The last layer of the first block: its input, of 224 channels, waits for the concatenation while it is scaled."""
    network = build("densenet121_binary_concat")
    steps = [operator for operator in network.operators if not isinstance(operator.work, View)]
    last_use = {name: step for step, operator in enumerate(steps) for name in operator.inputs}
    live: dict[str, int] = {}
    peak = 0
    for step, operator in enumerate(steps):
        for name in (*operator.inputs, *operator.outputs):
            if network.tensors[name].role is not TensorRole.WEIGHT:
                live[name] = network.tensors[name].size_bytes
        peak = max(peak, sum(live.values()))
        live = {name: size for name, size in live.items() if last_use.get(name, -1) > step}
    assert peak == 3 * 224 * 56**2 == 2058 * 1024


@pytest.mark.parametrize("name", ["densenet121", "densenet121_binary_concat"])
def test_channels(name: str) -> None:
    """(64 + 6 x 32) / 2 = 128; (128 + 12 x 32) / 2 = 256; (256 + 24 x 32) / 2 = 512; 512 + 16 x 32 = 1024."""
    network = build(name)
    convs = [operator for operator in network.operators if operator.name.endswith(".conv")]
    assert [network.tensors[operator.outputs[0]].shape for operator in convs] == [
        (1, 128, 56, 56),
        (1, 256, 28, 28),
        (1, 512, 14, 14),
    ]
    assert network.tensors["classifier.weight"].shape == (1024, 1000)


def _operand_bytes(network: Network) -> dict[str, list[int]]:
    return {
        operator.name: [
            network.tensors[name].size_bytes
            for name in (*operator.inputs, *operator.outputs)
            if network.tensors[name].role is not TensorRole.WEIGHT
        ]
        for operator in network.operators
        if not isinstance(operator.work, View)
    }
