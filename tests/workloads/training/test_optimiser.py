"""Updates: what each optimiser reads, makes and costs."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import tiny
from workloads.formats import FP16, FP32, INT8
from workloads.loop_nest import lower
from workloads.tensor import TensorRole
from workloads.training import ChannelShare, Optimiser, Stage, TrainingFormats, UpdateScheme, training_network


@pytest.mark.parametrize(
    ("optimiser", "states", "operations"),
    [("sgd", (), 2), ("momentum", ("momentum",), 4), ("adam", ("mean", "variance"), 13)],
)
def test_an_update_reads_and_makes_a_parameter_and_its_states(optimiser, states, operations):
    """Of 240 weights; all tensors in int8."""
    step = training_network(tiny(), optimiser=optimiser)
    update = next(one for one in step.network.operators if one.name == "fc.weight.update")
    kept = tuple(f"fc.weight.{state}" for state in states)
    (nest,) = lower(update, step.network.tensors)

    assert Optimiser(optimiser).states == states
    assert update.inputs == ("fc.weight", "fc.weight_gradient", *kept)
    assert update.outputs == tuple(f"{name}.updated" for name in ("fc.weight", *kept))
    assert nest.num_operations == 240 * operations
    assert nest.input_bits == 8 * 240 * (2 + len(states))
    assert nest.output_bits == 8 * 240 * (1 + len(states))


def test_states_start_off_chip_and_are_no_parameters():
    network, step = tiny(), training_network(tiny(), optimiser="adam")
    state = step.network.tensors["fc.weight.mean"]

    assert (state.role, state.num_parameters) == (TensorRole.WEIGHT, 0)
    assert step.network.num_parameters == network.num_parameters


def test_an_update_in_another_format_keeps_a_copy_of_the_parameter():
    """SAT: products in fp16, sums of the update in fp32; the new fp16 weights are made beside the fp32 ones."""
    formats = TrainingFormats(work=FP16, update=FP32)
    step = training_network(tiny(format=FP32), optimiser="momentum", formats=formats)
    update = next(one for one in step.network.operators if one.name == "fc.weight.update")
    found = {name: step.network.tensors[name].format for name in (*update.inputs, *update.outputs)}

    assert found == {
        "fc.weight.master": FP32,
        "fc.weight_gradient": FP16,
        "fc.weight.momentum": FP32,
        "fc.weight.master.updated": FP32,
        "fc.weight.momentum.updated": FP32,
        "fc.weight.updated": FP16,
    }
    assert step.replaced["fc.weight.master.updated"] == "fc.weight.master"
    assert step.replaced["fc.weight.updated"] == "fc.weight"


def test_no_copy_where_the_formats_are_the_same():
    step = training_network(tiny(format=FP16), formats=TrainingFormats(update=FP16))

    assert not any("master" in name for name in step.network.tensors)


def test_a_part_is_copied_out_and_updated():
    shares = (ChannelShare(layers="conv", fraction=0.5),)
    step = training_network(tiny(), update=UpdateScheme(channel_shares=shares))
    names = [one.name for one in step.operators_of(Stage.UPDATE)]
    part = step.network.tensors["conv.weight.part"]

    assert names[:2] == ["conv.weight.part", "conv.weight.update"]
    assert (part.shape, part.format) == ((2, 2, 1, 1), INT8)
