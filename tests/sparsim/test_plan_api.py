"""``sparsim.plan``."""

from __future__ import annotations

from pathlib import Path

import pytest

import sparsim
from mapper.certificate import Verdict
from mapper.replay import replay
from sparsim.plan_export import is_of_own_order, verdict_scope
from workloads.errors import ConfigError
from workloads.formats import INT8
from workloads.network import Network
from workloads.operators import Activation, Operator, View
from workloads.tensor import Tensor, TensorRole

SPLIT = Path(__file__).parents[1] / "data" / "scalesim" / "scale.cfg"


def network_of(*operators: Operator, outputs: tuple[str, ...], unused: tuple[str, ...] = ()) -> Network:
    """Tensors of 64 bytes; ``x`` is the input, ``unused`` too."""
    names = ("x", *unused, *(name for operator in operators for name in operator.outputs))
    roles = dict.fromkeys(("x", *unused), TensorRole.INPUT) | dict.fromkeys(outputs, TensorRole.OUTPUT)
    tensors = (
        Tensor(name=name, shape=(1, 64), format=INT8, role=roles.get(name, TensorRole.ACTIVATION)) for name in names
    )
    return Network(name="small", operators=operators, tensors={tensor.name: tensor for tensor in tensors})


def relu(name: str, read: str, made: str) -> Operator:
    return Operator(name=name, work=Activation(function="relu"), inputs=(read,), outputs=(made,))


def test_densenet_at_m_r() -> None:
    found = sparsim.plan("densenet121_binary_concat", scratchpad="M_R")
    certificate = found.answer.certificate

    assert (found.scratchpad, found.answer.capacity_bytes) == ("M_R", 1_634_560)
    assert (certificate.verdict, certificate.objective_bytes) == (Verdict.OPTIMAL, 2_609_152)
    assert replay(found.answer.problem, certificate.plan, 1_634_560) == 2_609_152
    assert not is_of_own_order(found)


def test_the_scratchpad_of_an_accelerator_is_the_default() -> None:
    found = sparsim.plan("resnet9", "edge_npu")

    assert (found.accelerator, found.scratchpad, found.answer.capacity_bytes) == ("edge_npu", "", 2**18)
    changed = sparsim.plan("resnet9", "edge_npu", overrides=["scratchpad.capacity_bytes=64 KiB"])
    assert changed.answer.certificate.verdict is Verdict.INFEASIBLE
    assert changed.answer.certificate.reason.startswith("scratchpad of 65,536 bytes: operator ")


def test_compressed_weights_take_less() -> None:
    dense = sparsim.plan("resnet50", "nm_array", scratchpad="M_R", weights=True)
    sparse = sparsim.plan("resnet50", "nm_array", scratchpad="M_R", weights=True, compression="nm:2:8")

    assert sparse.answer.budgets.m_r_bytes < dense.answer.budgets.m_r_bytes
    assert sparse.compression == "nm:2:8"
    assert "weights take what nm_array stores of them" in sparse.sizes
    assert any("synthetic" in note for note in sparse.notes)


def test_batch_is_counted() -> None:
    one, two = (sparsim.plan("resnet9", scratchpad="M_R", batch=batch).answer.budgets.m_r_bytes for batch in (1, 2))
    assert two == 2 * one


def test_in_place() -> None:
    # x -> a -> b -> y: b may overwrite a, y is an output and may overwrite b
    chain = network_of(relu("r1", "x", "a"), relu("r2", "a", "b"), relu("r3", "b", "y"), outputs=("y",))
    apart = sparsim.plan(chain, scratchpad=128)
    merged = sparsim.plan(chain, scratchpad=128, in_place=True)

    assert (apart.absorbed, len(apart.answer.problem.operators)) == ({}, 3)
    assert merged.absorbed == {"r2": "r1", "r3": "r1"}
    assert merged.answer.problem.operators == ("r1",)


def test_the_networks_own_order() -> None:
    found = sparsim.plan("densenet121_binary_concat", scratchpad="M_R", method="gaps")

    assert verdict_scope(found) == "the network's order"
    assert found.answer.certificate.objective_bytes == 2_609_152


def test_one_operator() -> None:
    found = sparsim.plan(network_of(relu("r", "x", "y"), outputs=("y",)), scratchpad="M_P")

    assert (found.answer.capacity_bytes, found.answer.certificate.objective_bytes) == (128, 0)
    assert found.answer.total_off_chip_bytes == 128


def test_graphs_that_are_not_connected_and_a_tensor_that_nobody_uses() -> None:
    pair = network_of(relu("r1", "x", "a"), relu("r2", "z", "b"), outputs=("a", "b"), unused=("z", "nobody"))
    found = sparsim.plan(pair, scratchpad="M_R")

    assert (found.answer.capacity_bytes, found.answer.certificate.objective_bytes) == (128, 0)
    assert found.answer.total_off_chip_bytes == 4 * 64


def test_mistakes() -> None:
    small = network_of(relu("r", "x", "y"), outputs=("y",))
    views = network_of(Operator(name="v", work=View(), inputs=("x",), outputs=("y",)), outputs=("y",))
    for message, network, accelerator, options in (
        ("expected an accelerator or a size of the scratchpad", small, None, {}),
        ("scratchpad: expected M_R, M_H, M_P or a size", small, None, {"scratchpad": -1}),
        ("time limit: expected more than 0 seconds, found 0", small, None, {"scratchpad": 1, "time_limit_s": 0}),
        ("unknown method 'best': expected one of auto, ilp", small, None, {"scratchpad": 1, "method": "best"}),
        ("overrides apply to an accelerator's name or file, found none", small, None, {"overrides": ["a=1"]}),
        ("batch and bindings apply to a network's name or file", small, None, {"scratchpad": 1, "batch": 2}),
        ("network 'small' has no operator to plan: all are views", views, None, {"scratchpad": 1}),
        ("has a scratchpad for each operand", small, SPLIT, {}),
    ):
        with pytest.raises(ConfigError, match=message):
            sparsim.plan(network, accelerator, **options)


def test_updates_of_a_training_step_are_in_place() -> None:
    """Without weights, new parameters take no room; with them, what must move is all of them read and written."""
    options = sparsim.TrainingOptions(update="last:1", optimiser="momentum")
    bare = sparsim.plan("resnet9", scratchpad="M_P", training=options, time_limit_s=1.0)
    whole = sparsim.plan("resnet9", scratchpad="M_P", training=options, weights=True, in_place=True, time_limit_s=1.0)

    assert bare.network == "resnet9 training"
    assert not any(tensor.name.endswith(".updated") for tensor in bare.answer.problem.tensors)
    assert whole.answer.problem.overwritten_bytes == 2 * (5120 + 40)
