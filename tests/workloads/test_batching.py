"""Another batch of the same network: laws on the zoo, shapes by hand on others, and what cannot be followed."""

from __future__ import annotations

import pytest

from workloads.batching import batch_size, with_batch
from workloads.errors import NetworkError
from workloads.formats import INT8
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import Movement, Operator, OperatorKind, Recurrent
from workloads.tensor import Tensor, TensorRole
from workloads.zoo import build, zoo_names

_TRANSPOSE = Movement(kind=OperatorKind.TRANSPOSE)


def _num_macs(network: Network) -> int:
    nests = (lower(operator, network.tensors) for operator in network.operators)
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


@pytest.mark.parametrize("name", zoo_names())
def test_equals_the_network_built_with_that_batch(name: str) -> None:
    network = build(name)
    assert with_batch(network, 6) == build(name, batch=6)
    assert with_batch(with_batch(network, 4), 6) == build(name, batch=6)
    assert with_batch(with_batch(network, 4), 1) == network


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "vit_small", "bert_base", "llama_7b", "llama_7b_decode"])
def test_macs_scale_and_weights_stay(name: str) -> None:
    network = build(name)
    batched = with_batch(network, 8)
    assert batch_size(batched) == 8
    assert _num_macs(batched) == 8 * _num_macs(network)
    assert batched.num_parameters == network.num_parameters
    assert batched.with_role(TensorRole.WEIGHT) == network.with_role(TensorRole.WEIGHT)


def _recurrent(*, batch: int) -> Network:
    """An LSTM over 5 steps: x (L, B, I) and state (D, B, H), fed by a transpose of an input (B, L, I)."""
    shapes = {
        "input": (batch, 5, 3),
        "x": (5, batch, 3),
        "w": (1, 28, 3),
        "r": (1, 28, 7),
        "state": (1, 1, 7),
        "y": (5, 1, batch, 7),
        "h": (1, batch, 7),
    }
    roles = {"input": TensorRole.INPUT, "x": TensorRole.ACTIVATION, "y": TensorRole.OUTPUT, "h": TensorRole.OUTPUT}
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=roles.get(name, TensorRole.WEIGHT))
        for name, shape in shapes.items()
    }
    work = Recurrent(num_gates=4, num_steps=5, batch=batch, input_size=3, hidden_size=7)
    transpose = Operator(name="transpose", work=_TRANSPOSE, inputs=("input",), outputs=("x",))
    lstm = Operator(name="lstm", work=work, inputs=("x", "w", "r", "state"), outputs=("y", "h"))
    return Network(name="lstm", operators=(transpose, lstm), tensors=tensors)


@pytest.mark.parametrize("batch", [1, 2])
def test_recurrent_work_states_the_new_batch(batch: int) -> None:
    network = with_batch(_recurrent(batch=batch), 6)
    assert network == _recurrent(batch=6)
    work = network.operators[1].work
    assert isinstance(work, Recurrent)
    assert work.batch == 6


def test_the_same_batch_is_the_same_network() -> None:
    network = build("resnet9", batch=3)
    assert with_batch(network, 3) is network


@pytest.mark.parametrize("batch", [0, -1])
def test_batch_below_one(batch: int) -> None:
    with pytest.raises(NetworkError, match=rf"batch is {batch}, expected at least 1"):
        with_batch(build("resnet9"), batch)


def test_batch_of_a_network_without_inputs() -> None:
    assert batch_size(Network(name="empty", operators=(), tensors={})) == 1
