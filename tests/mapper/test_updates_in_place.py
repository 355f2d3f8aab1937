"""Updates written in place: sizes by hand, the order that they need, and memory as the graph counts it."""

from __future__ import annotations

import pytest

from mapper.budgets import peak_bytes
from mapper.least_peak import least_peak
from mapper.plan_tensors import plan_tensors
from mapper.precedence import ancestors
from mapper.problem import PlanProblem, plan_problem
from mapper.updates_in_place import with_updates_in_place
from tests.workloads.training.small_networks import chain, tiny
from workloads.formats import FP16, FP32
from workloads.load import load_network
from workloads.training import (
    ChannelAxis,
    ChannelShare,
    TrainingFormats,
    TrainingNetwork,
    UpdateScheme,
    training_memory,
    training_network,
)


def in_place(step: TrainingNetwork, *, with_weights: bool) -> PlanProblem:
    return with_updates_in_place(plan_problem(step.network, with_weights=with_weights), step.network, step.replaced)


@pytest.mark.parametrize("immediately", [False, True])
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("formats", [None, TrainingFormats(work=FP16, update=FP32)])
def test_without_weights_the_peak_is_that_of_what_comes_and_goes(immediately, optimiser, formats):
    scheme = UpdateScheme(immediately=immediately)
    step = training_network(load_network("resnet9"), optimiser=optimiser, update=scheme, formats=formats)
    problem = in_place(step, with_weights=False)

    assert peak_bytes(problem, range(len(problem.operators))) == training_memory(step).peak_transient_bytes
    assert problem.overwritten_bytes == 0


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_no_byte_of_what_must_move_is_lost(optimiser):
    """An updated parameter leaves, whether or not it has a place of its own."""
    step = training_network(tiny(), optimiser=optimiser)
    before = plan_problem(step.network, with_weights=True)
    after = in_place(step, with_weights=True)

    assert after.compulsory_bytes == before.compulsory_bytes
    assert after.overwritten_bytes == 278 * {"sgd": 1, "momentum": 2, "adam": 3}[optimiser]


def test_a_parameter_of_another_format_than_its_master_has_a_new_tensor():
    """The update reads the fp32 master, and makes both: 254 parameters of 4 bytes in place, of 2 bytes not."""
    step = training_network(tiny(), formats=TrainingFormats(work=FP16, update=FP32))
    names = {tensor.name for tensor in in_place(step, with_weights=True).tensors}

    assert in_place(step, with_weights=True).overwritten_bytes == 254 * 4
    assert "conv.weight.updated" in names
    assert "conv.weight.master.updated" not in names


def test_a_part_of_a_parameter_is_written_over_its_copy():
    share = ChannelShare(layers="fc", fraction=0.25, axis=ChannelAxis.INPUT)
    step = training_network(tiny(), update=UpdateScheme(weights=("fc",), biases=(), channel_shares=(share,)))

    assert in_place(step, with_weights=True).overwritten_bytes == 12 * 5


@pytest.mark.parametrize("with_weights", [False, True])
def test_an_update_waits_for_all_that_reads_the_parameter(with_weights):
    step = training_network(chain(4), update=UpdateScheme(immediately=True))
    problem = in_place(step, with_weights=with_weights)
    number = {name: index for index, name in enumerate(problem.operators)}
    before = ancestors(problem)
    readers = {
        (operator.name, name)
        for operator in step.network.operators
        for name in operator.inputs
        if name in step.replaced.values() and not operator.name.endswith(".update")
    }

    assert ("conv2.input_gradient", "conv2.weight") in readers
    for reader, parameter in readers:
        assert before[number[f"{parameter}.update"]] >> number[reader] & 1


@pytest.mark.parametrize("method", ["auto", "search", "gaps", "greedy"])
@pytest.mark.parametrize("with_weights", [False, True])
def test_plans_are_carried_out(method, with_weights):
    """Every plan is replayed; one that came too early with an update would be rejected."""
    problem = in_place(training_network(chain(6), optimiser="momentum"), with_weights=with_weights)
    peak = least_peak(problem, time_limit_s=1.0)
    for capacity_bytes in (peak.peak_bytes, (peak.peak_bytes + max(map(problem.demand_bytes, range(20)))) // 2):
        planning = plan_tensors(problem, capacity_bytes, method=method, time_limit_s=1.0, peak=peak)
        assert planning.certificate.plan is not None


def test_the_least_peak_is_no_more_than_before():
    step = training_network(load_network("resnet9"))
    before = least_peak(plan_problem(step.network, with_weights=False), time_limit_s=5.0)
    after = least_peak(in_place(step, with_weights=False), time_limit_s=5.0)

    assert after.is_proven
    assert after.peak_bytes < before.lower_bound_bytes
