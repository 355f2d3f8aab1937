"""Whose bytes a tensor is."""

from __future__ import annotations

import pytest

from workloads.operators import View
from workloads.views import storage_of
from workloads.zoo import registry
from workloads.zoo.builder import GraphBuilder


def test_views_of_views_of_every_kind_of_tensor():
    builder = GraphBuilder(name="views")
    x = builder.input("x", (2, 8))
    rows = builder.view("rows", x, (4, 4))
    made = builder.softmax("softmax", rows)
    flat = builder.view("flat", made, (16,))
    deep = builder.view("deep", flat, (1, 16))
    table = builder.view("table", builder.weight("w", (4, 4)), (16,))
    network = builder.finish((builder.elementwise("add", "add", deep, table),))

    assert storage_of(network) == {
        "x": "x",
        "rows": "x",
        "softmax": "softmax",
        "flat": "softmax",
        "deep": "softmax",
        "w": "w",
        "table": "w",
        "add": "add",
    }


def test_copies_are_no_views():
    builder = GraphBuilder(name="copy")
    network = builder.finish((builder.transpose("t", builder.input("x", (2, 8)), (1, 0)),))

    assert storage_of(network) == {"x": "x", "t": "t"}


@pytest.mark.parametrize("name", ["resnet9", "bert_base", "vit_small"])
def test_every_tensor_has_bytes_that_no_view_makes(name):
    network = registry.build(name)
    views = {made for operator in network.operators if isinstance(operator.work, View) for made in operator.outputs}

    storage = storage_of(network)

    assert set(storage) == set(network.tensors)
    assert {made for made, root in storage.items() if made != root} == views
    assert not views & set(storage.values())
    for made in views:
        assert network.tensors[made].size_bits == network.tensors[storage[made]].size_bits
