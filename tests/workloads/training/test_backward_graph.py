"""Names of a file that a training graph wants for itself."""

from __future__ import annotations

import pytest

from workloads.errors import NetworkError
from workloads.training import training_network
from workloads.zoo.builder import GraphBuilder


def test_a_tensor_name_that_is_taken():
    builder = GraphBuilder(name="taken")
    x = builder.linear("fc", builder.input("fc.labels", (2, 3)), 4)

    with pytest.raises(NetworkError, match=r"training graph: tensor name 'fc.labels' is taken"):
        training_network(builder.finish((x,)))


def test_an_operator_name_that_is_taken():
    builder = GraphBuilder(name="taken")
    x = builder.linear("w.update", builder.input("x", (2, 3)), 4)
    x = builder.elementwise("y", "mul", x, builder.weight("w", (1,)))

    with pytest.raises(NetworkError, match=r"training graph: operator name 'w.update' is taken"):
        training_network(builder.finish((x,)))
