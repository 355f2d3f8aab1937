"""The step as a whole: which operators it has, how many multiply-accumulates, and that it runs like any network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

import sparsim
from mapper.problem import plan_problem
from tests.workloads.training.small_networks import chain, one_operator, tiny
from workloads.errors import ConfigError, NetworkError, UnsupportedOperator
from workloads.load import load_network
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import Recurrent
from workloads.sparsity import Sparsity, SparsityOrigin
from workloads.tensor import TensorRole
from workloads.training import Stage, TrainingNetwork, UpdateScheme, training_network
from workloads.zoo.builder import GraphBuilder


def macs(step: TrainingNetwork) -> dict[str, dict[Stage, list[int]]]:
    """By operator of the forward pass and stage: multiply-accumulates of its matrix operators."""
    found: dict[str, dict[Stage, list[int]]] = defaultdict(lambda: defaultdict(list))
    for operator in step.network.operators:
        nest = lower(operator, step.network.tensors)
        if isinstance(nest, MatrixNest):
            role = step.roles[operator.name]
            found[role.forward_operator][role.stage].append(nest.num_macs)
    return found


def names(step: TrainingNetwork, stage: Stage) -> list[str]:
    return [operator.name for operator in step.operators_of(stage)]


def test_a_step_of_two_layers():
    step = training_network(tiny())

    assert names(step, Stage.FORWARD) == ["conv", "flat", "fc"]
    assert names(step, Stage.LOSS) == [
        "fc.loss_softmax",
        "fc.loss_of_label",
        "fc.loss_log",
        "fc.loss",
        "fc.loss_gradient",
    ]
    assert names(step, Stage.BACKWARD) == ["fc.input_gradient", "flat.gradient_view", "conv.relu_gradient"]
    assert names(step, Stage.WEIGHT_GRADIENT) == [
        "fc.weight_gradient",
        "fc.gradient_view2",  # of one image the bias's gradient is the output's
        "conv.weight_gradient",
        "conv.bias_gradient",
    ]
    assert names(step, Stage.UPDATE) == [
        f"{name}.update" for name in ("conv.weight", "conv.bias", "fc.weight", "fc.bias")
    ]
    assert {step.roles[name].forward_operator for name in names(step, Stage.UPDATE)[:2]} == {"conv"}


def test_what_leaves_is_the_loss_and_every_new_parameter():
    step = training_network(tiny(), optimiser="adam")
    leaving = {tensor.name for tensor in step.network.with_role(TensorRole.OUTPUT)}

    assert leaving == {"fc.loss", *step.replaced}
    assert set(step.replaced.values()) == {
        f"{weight}{suffix}"
        for weight in ("conv.weight", "conv.bias", "fc.weight", "fc.bias")
        for suffix in ("", ".mean", ".variance")
    }


def test_the_gradient_of_the_input_is_not_computed():
    step = training_network(chain(2))

    assert "conv1.input_gradient" in step.roles
    assert "conv0.input_gradient" not in step.roles


@pytest.mark.parametrize("name", ["resnet18", "resnet9", "vgg19", "vit_small", "mobilenet_v2"])
def test_each_layer_multiplies_three_times_as_often(name):
    """Once forward, once for each operand's gradient; the first layer's input has none."""
    network = load_network(name, batch=2)
    found = macs(training_network(network))
    first = next(operator.name for operator in network.operators if operator.name in found)

    for layer, stages in found.items():
        (forward,) = stages[Stage.FORWARD]
        if not stages[Stage.WEIGHT_GRADIENT]:  # a product of two activations
            assert stages[Stage.BACKWARD] == [forward, forward], layer
        else:
            assert stages[Stage.WEIGHT_GRADIENT] == [forward], layer
            assert stages[Stage.BACKWARD] == ([] if layer == first else [forward]), layer


def test_readers_of_one_tensor_add_up():
    builder = GraphBuilder(name="fork")
    x = builder.linear("fc", builder.input("x", (2, 3)), 4)
    y = builder.elementwise("sum", "add", *(builder.linear(name, x, 4) for name in ("a", "b", "c")))
    step = training_network(builder.finish((y,)))
    sums = [operator for operator in step.network.operators if ".gradient_sum" in operator.name]

    assert [operator.inputs for operator in sums] == [
        ("c.input_gradient", "b.input_gradient"),
        ("fc.gradient_sum", "a.input_gradient"),
    ]
    assert step.roles["fc.gradient_sum"].stage is Stage.BACKWARD


def test_a_weight_that_two_operators_read_has_one_gradient():
    builder = GraphBuilder(name="tied")
    table = builder.weight("table", (5, 4))
    x = builder.gather("rows", table, builder.input("ids", (3,)))
    step = training_network(builder.finish((builder.matmul("logits", x, table, transpose_b=True),)))

    assert step.gradients == {"table": "table.gradient_sum"}
    assert step.roles["table.gradient_sum"].stage is Stage.WEIGHT_GRADIENT
    assert names(step, Stage.UPDATE) == ["table.update"]
    assert step.roles["table.update"].forward_operator == "rows"


def test_updates_at_once_do_not_wait_for_the_end():
    at_end = [operator.name for operator in training_network(tiny()).network.operators]
    at_once = training_network(tiny(), update=UpdateScheme(immediately=True))
    order = [operator.name for operator in at_once.network.operators]

    assert sorted(order) == sorted(at_end)
    assert order.index("fc.weight.update") < order.index("conv.relu_gradient")
    assert at_end.index("fc.weight.update") > at_end.index("conv.weight_gradient")


def test_folded_batch_normalisations_are_noted():
    step = training_network(load_network("resnet18"))

    assert step.network.name == "resnet18 training"
    assert step.network.notes[-1] == (
        "20 batch normalisations are folded into the weights and biases before them: these are what is trained, and no "
        "statistics are taken"
    )


def test_parameters_that_do_not_change_the_loss_are_noted():
    builder = GraphBuilder(name="side")
    x = builder.linear("fc", builder.input("x", (2, 3)), 4)
    builder.linear("unused", x, 2, bias=False)
    step = training_network(builder.finish((builder.activation("y", "relu", x),)))

    assert "unused.weight" not in step.gradients
    assert step.network.notes == ("1 parameters do not change the loss and are not trained: unused.weight",)


def test_a_step_runs_and_is_planned_like_any_network():
    step = training_network(tiny(batch=2), optimiser="momentum")
    result = sparsim.run(step.network, "edge_npu", time_limit_s=1)
    problem = plan_problem(step.network, with_weights=True)

    assert {cost.name for cost in result.operators} == step.roles.keys()
    assert sum(cost.macs for cost in result.operators) == sum(
        sum(counts) for stages in macs(step).values() for counts in stages.values()
    )
    assert set(problem.operators) == step.roles.keys() - {"flat", "flat.gradient_view"}


CELL = Recurrent(num_gates=4, num_steps=2, batch=1, input_size=3, hidden_size=5)


def cell() -> Network:
    return one_operator(CELL, ((2, 1, 3), (1, 20, 3), (1, 20, 5)), (2, 1, 1, 5))


def test_an_operator_without_a_gradient_rule_is_named():
    with pytest.raises(UnsupportedOperator, match=r"operator 'op' \(recurrent\) has no gradient rule: recurrent work"):
        training_network(cell())


def test_an_operator_without_a_rule_below_what_is_trained_does_not_matter():
    builder = GraphBuilder(name="above")
    angle = builder.activation("angle", "tan", builder.linear("below", builder.input("x", (1, 2)), 2))
    network = builder.finish((builder.linear("fc", angle, 3),))

    assert set(training_network(network, update=UpdateScheme(frozen=("below",))).gradients) == {"fc.weight", "fc.bias"}
    with pytest.raises(UnsupportedOperator, match=r"operator 'angle' \(activation\) .*: activation 'tan'; freeze what"):
        training_network(network)


def test_unknown_optimiser_and_loss():
    message = "optimiser is 'adm', expected one of sgd, momentum, adam; did you mean 'adam'"
    with pytest.raises(ConfigError, match=message):
        training_network(tiny(), optimiser="adm")
    with pytest.raises(ConfigError, match=r"loss is 'hinge', expected one of cross_entropy, mean_squared$"):
        training_network(tiny(), loss="hinge")


def test_compressed_weights_are_refused():
    network = tiny()
    half = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)
    weight = replace(network.tensors["fc.weight"], sparsity=half)
    pruned = replace(network, tensors={**network.tensors, "fc.weight": weight})

    with pytest.raises(NetworkError, match=r"'tiny': weight 'fc.weight' is compressed, expected dense weights"):
        training_network(pruned)


def test_a_loss_that_depends_on_nothing_trained():
    builder = GraphBuilder(name="apart")
    x = builder.input("x", (1, 3))
    builder.linear("unused", x, 2)
    with pytest.raises(NetworkError, match="'apart': no output that the loss reads depends on what is trained"):
        training_network(builder.finish((builder.activation("y", "relu", x),)))


def test_a_network_without_parameters():
    builder = GraphBuilder(name="bare")
    y = builder.activation("y", "relu", builder.input("x", (1, 3)))

    with pytest.raises(NetworkError, match="network 'bare' has no parameters: there is nothing to train"):
        training_network(builder.finish((y,)))


def test_batch_zero():
    with pytest.raises(NetworkError, match="batch is 0, expected at least 1"):
        training_network(load_network("resnet18", batch=0))
