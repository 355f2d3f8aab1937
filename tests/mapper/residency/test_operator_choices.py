"""The choices of operators: each costs what the simulator says, and among them is the best of the operator alone."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mapper.map_network import map_network
from mapper.objective import Objective
from mapper.residency.choices import Choice, ResidencyProblem
from mapper.residency.plan_network import residency_problem
from mapper.tiling import best_tiling
from simulator.machine import Machine
from simulator.operator_cost import cost_operator, fixed_energy
from simulator.plan import Tiling
from simulator.streaming import streaming_of
from simulator.tile_cost import tile_cost
from tests.mapper.drawn_networks import networks
from tests.simulator.drawn import accelerators, make_accelerator
from workloads.errors import InfeasiblePlan
from workloads.nest_operands import nest_operands
from workloads.network import Network
from workloads.operators import Operator, View
from workloads.views import storage_of
from workloads.zoo.builder import ConvSpec, GraphBuilder

OBJECTIVES = (Objective.TRAFFIC, Objective.LATENCY, Objective.ENERGY)


def steps_of(network: Network) -> list[Operator]:
    """The problem's operators."""
    return [operator for operator in network.operators if not isinstance(operator.work, View)]


def score(network: Network, operator: Operator, tiling: Tiling, machine: Machine, objective: Objective) -> float:
    """What the simulator finds of the operator alone."""
    nests = machine.storage.nests_of(operator, network.tensors)
    if objective is Objective.TRAFFIC:
        return tile_cost(nests[tiling.alternative], tiling, machine).off_chip_bits.total
    cost = cost_operator(operator, network.tensors, nests, tiling, machine)
    return cost.total_cycles if objective is Objective.LATENCY else cost.energy.total_pj


def small_machine(accelerator, capacity_bytes: int) -> Machine:
    memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity_bytes})
    return Machine(accelerator=accelerator.model_copy(update={"scratchpad": memory}))


@settings(max_examples=25, deadline=None)
@given(
    network=networks(),
    accelerator=accelerators(is_split=False),
    capacity=st.integers(100, 5000),
    objective=st.sampled_from(OBJECTIVES),
)
def test_choices_cost_what_the_simulator_says(network, accelerator, capacity, objective):
    machine = small_machine(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        problem = residency_problem(network, machine, objective)
    except InfeasiblePlan:
        assume(False)
    storage = storage_of(network)

    for number, operator in enumerate(steps_of(network)):
        nests = machine.storage.nests_of(operator, network.tensors)
        for choice in problem.choices[number]:
            nest = nests[choice.tiling.alternative]
            whole = {problem.tensors.tensors[tensor].name for tensor in choice.whole}
            operands = nest_operands(operator, network.tensors, nest)
            assert choice.tiling.streaming == streaming_of(operands, lambda name, whole=whole: storage[name] in whole)
            footprint = tile_cost(nest, choice.tiling, machine).footprint_bits
            assert choice.buffer_bytes == math.ceil(footprint / 8) <= machine.scratchpad_bytes
            found = score(network, operator, choice.tiling, machine, objective)
            assert choice.cost == pytest.approx(found, abs=0.51 if objective is Objective.ENERGY else 0)


@settings(max_examples=25, deadline=None)
@given(
    network=networks(),
    accelerator=accelerators(is_split=False),
    capacity=st.integers(100, 5000),
    objective=st.sampled_from(OBJECTIVES),
)
def test_the_best_of_an_operator_alone_is_among_them(network, accelerator, capacity, objective):
    machine = small_machine(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        problem = residency_problem(network, machine, objective)
    except InfeasiblePlan:
        assume(False)

    for number, operator in enumerate(steps_of(network)):
        nests = machine.storage.nests_of(operator, network.tensors)
        fixed_pj = tuple(fixed_energy(operator, network.tensors, nest, machine).total_pj for nest in nests)
        alone = best_tiling(nests, machine, objective, fixed_pj=fixed_pj)
        streamed = [choice.cost for choice in problem.choices[number] if not choice.whole]
        if not isinstance(alone, Tiling):
            assert not streamed
            continue
        best = score(network, operator, alone, machine, objective)
        assert min(streamed) == pytest.approx(best, abs=0.51 if objective is Objective.ENERGY else 0)


@settings(max_examples=15, deadline=None)
@given(
    network=networks(),
    accelerator=accelerators(is_split=False),
    capacity=st.integers(100, 5000),
    objective=st.sampled_from(OBJECTIVES),
)
def test_tilings_that_are_known_are_among_them(network, accelerator, capacity, objective):
    machine = small_machine(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        known = map_network(network, machine.accelerator, objective=objective).tilings
    except InfeasiblePlan:
        assume(False)
    problem = residency_problem(network, machine, objective, layer_tilings=known)

    for number, operator in enumerate(steps_of(network)):
        best = score(network, operator, known[operator.name], machine, objective)
        streamed = min(choice.cost for choice in problem.choices[number] if not choice.whole)
        assert streamed == pytest.approx(best, abs=0.51 if objective is Objective.ENERGY else 0)


@settings(max_examples=15, deadline=None)
@given(network=networks(), capacity=st.integers(100, 5000), objective=st.sampled_from(OBJECTIVES))
def test_no_choice_is_beaten_by_another(network, capacity, objective):
    machine = Machine(accelerator=make_accelerator(capacity_bytes=capacity, port_bytes=1))
    try:
        problem = residency_problem(network, machine, objective)
    except InfeasiblePlan:
        assume(False)

    for choices in problem.choices:
        for one in choices:
            for other in choices:
                if other is not one and other.whole == one.whole:
                    assert other.buffer_bytes > one.buffer_bytes or other.cost > one.cost


# --- which operands may be whole --------------------------------------------------------------------------------------


def problem_of(network: Network, objective: Objective = Objective.TRAFFIC) -> ResidencyProblem:
    return residency_problem(network, Machine(accelerator=make_accelerator()), objective)


def wholes(problem: ResidencyProblem, number: int) -> set[frozenset[str]]:
    """Sets of whole tensors that operator ``number`` may have."""

    def names(choice: Choice) -> frozenset[str]:
        return frozenset(problem.tensors.tensors[tensor].name for tensor in choice.whole)

    return {names(choice) for choice in problem.choices[number]}


def sets(*names: str) -> set[frozenset[str]]:
    """Sets of single letters."""
    return {frozenset(one) for one in names}


def test_every_set_of_two_inputs_and_a_result():
    builder = GraphBuilder(name="sum")
    network = builder.finish((builder.elementwise("c", "add", builder.input("a", (8,)), builder.input("b", (8,))),))

    assert wholes(problem_of(network), 0) == sets("", "a", "b", "c", "ab", "ac", "bc", "abc")


def test_of_many_operands_the_latest_with_or_without_the_result():
    builder = GraphBuilder(name="concat")
    parts = [builder.input(name, (1, 2, 3, 3)) for name in "abcd"]
    network = builder.finish((builder.concat("e", *parts),))

    found = wholes(problem_of(network), 0)

    assert sets("", "e", "d", "de", "abcd", "abcde") <= found
    assert all("".join(sorted(one - {"e"})) in "abcd" for one in found)
    assert all("d" in one for one in found - sets("", "e"))


def test_weights_are_never_whole():
    builder = GraphBuilder(name="conv")
    network = builder.finish(
        (builder.conv("y", builder.input("x", (1, 2, 6, 6)), ConvSpec(filters=4, kernel=3, padding=1)),)
    )

    assert wholes(problem_of(network), 0) == sets("", "x", "y", "xy")


def test_equal_operators_have_equal_choices():
    builder = GraphBuilder(name="twins")
    x = builder.input("x", (8, 8))
    for name in ("a", "b", "c"):
        x = builder.linear(name, x, 8)
    network = builder.finish((x,))

    problem = problem_of(network)

    shapes = [sorted((len(one.whole), one.buffer_bytes, one.cost) for one in choices) for choices in problem.choices]
    assert shapes[0] == shapes[1] == shapes[2]
    assert wholes(problem, 1) == sets("", "a", "b", "ab")


def test_wide_sums_of_a_whole_result_keep_their_buffer():
    # 4 x 8 by 8 x 4. Smallest: one row, filter and channel, two tiles of a weight each, and two of an int32 sum, though
    # the result has a place of its own: 2 + 8 bytes. All 32 weights come for each of 4 rows. Or the 8 weights of a
    # filter are held across the rows: 8 + 8 bytes, and they come once.
    builder = GraphBuilder(name="gemm")
    network = builder.finish((builder.linear("y", builder.input("x", (4, 8)), 4, bias=False),))
    problem = problem_of(network)

    both = {(choice.buffer_bytes, choice.cost // 8) for choice in problem.choices[0] if len(choice.whole) == 2}

    assert both == {(10, 4 * 32), (16, 32)}
