"""Structural methods of a spec reach the layers they name, and what is made of a layer keeps its recipe."""

from __future__ import annotations

import pytest

from tests.workloads.compression.small_networks import four_layers, normal_weights
from workloads.compression.restructure import restructure
from workloads.compression.spec.parse_spec import parse_spec
from workloads.compression.spec.selection import select
from workloads.errors import NetworkError


def test_parts_of_a_split_operator_take_its_recipe() -> None:
    network = four_layers()
    selection = select(network, parse_spec("int8; point=lowrank:4+nm:2:4"))
    change, inherited = restructure(network, selection, normal_weights(network))
    parts = [name for name in inherited.by_operator if name.startswith("point")]
    assert parts == ["point/low_rank_1", "point/low_rank_2"]
    assert {str(inherited.by_operator[name]) for name in parts} == {"lowrank:4+nm:2:4"}
    assert str(inherited.by_weight["point.weight/low_rank_1"]) == "lowrank:4+nm:2:4"
    assert str(inherited.by_operator["stem"]) == "int8"
    assert change.network.tensors["point.weight/low_rank_1"].shape == (4, 16, 1, 1)


def test_channels_go_before_the_rank_is_taken() -> None:
    network = four_layers()
    change, _ = restructure(network, select(network, parse_spec("point=channel:0.5+lowrank:0.5")), None)
    # 20 filters lose 10; the full rank is then min(10, 16) = 10, half of it 5.
    assert change.network.tensors["point.weight/low_rank_1"].shape == (5, 16, 1, 1)
    assert change.network.tensors["point.weight/low_rank_2"].shape == (10, 5, 1, 1)
    assert change.network.tensors["fc.weight"].num_elements == 10 * 160


def test_nothing_structural_changes_nothing() -> None:
    network = four_layers()
    selection = select(network, parse_spec("nm:2:8"))
    change, same = restructure(network, selection, None)
    assert change.network is network
    assert same is selection


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("point=lowrank:17", r"low rank: operator 'point' is asked for rank 17, expected 1 to its full rank 16"),
        ("point=channel:1", r"channel pruning: a fraction of 1 would empty operator 'point'"),
    ],
)
def test_errors(text: str, message: str) -> None:
    network = four_layers()
    with pytest.raises(NetworkError, match=message):
        restructure(network, select(network, parse_spec(text)), None)
