"""Plans of networks: what is planned is what the simulator finds, and no layer-by-layer plan is better."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hw_configs.load import load_accelerator
from mapper.map_network import map_network
from mapper.objective import Objective
from mapper.residency.plan_network import plan_residency, residency_problem, with_views
from mapper.residency.plan_order import plan_order
from simulator.machine import Machine
from simulator.result import Result
from simulator.simulate import simulate
from tests.mapper.drawn_networks import networks
from tests.mapper.residency.brute_force import optimum
from tests.simulator.drawn import accelerators, make_accelerator
from workloads.compression import compress, parse_spec
from workloads.errors import InfeasiblePlan
from workloads.formats import INT8
from workloads.network import Network
from workloads.operators import Activation, Movement, Operator, OperatorKind, Recurrent
from workloads.tensor import Tensor, TensorRole
from workloads.zoo import registry
from workloads.zoo.builder import ConvSpec, GraphBuilder

SCORES = {
    Objective.TRAFFIC: lambda result: result.off_chip_read_bytes + result.off_chip_write_bytes,
    Objective.LATENCY: lambda result: result.total_cycles,
    Objective.ENERGY: lambda result: result.energy.total_pj,
}
OBJECTIVES = st.sampled_from(list(SCORES))
SECONDS = 20.0


def with_capacity(accelerator, capacity_bytes: int):
    memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity_bytes})
    return accelerator.model_copy(update={"scratchpad": memory})


def planned(network: Network, accelerator, objective: Objective = Objective.TRAFFIC):
    """The plan's cost as the planner counts it (bits, cycles or pJ), and its bound."""
    machine = Machine(accelerator=accelerator)
    problem = residency_problem(network, machine, objective)
    return plan_order(problem, range(len(problem.choices)), machine.scratchpad_bytes, SECONDS)


def simulated(network: Network, accelerator, objective: Objective = Objective.TRAFFIC) -> Result:
    """What the planner's plan costs; the simulator also checks every stay and address."""
    found = plan_residency(network, accelerator, objective, time_limit_s=SECONDS)
    return simulate(network, accelerator, found.plan)


def traffic_bytes(network: Network, accelerator) -> int:
    return SCORES[Objective.TRAFFIC](simulated(network, accelerator))


# --- simulated is planned ---------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(network=networks(), accelerator=accelerators(is_split=False), capacity=st.integers(200, 4000))
def test_off_chip_bytes_are_the_planned_ones(network, accelerator, capacity):
    accelerator = with_capacity(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        placed = planned(network, accelerator)
    except InfeasiblePlan:
        assume(False)

    assert 8 * traffic_bytes(network, accelerator) == placed.cost
    assert placed.cost == placed.lower_bound


@settings(max_examples=15, deadline=None)
@given(network=networks(), accelerator=accelerators(is_split=False), capacity=st.integers(200, 4000))
def test_cycles_are_the_planned_ones(network, accelerator, capacity):
    accelerator = with_capacity(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        placed = planned(network, accelerator, Objective.LATENCY)
    except InfeasiblePlan:
        assume(False)

    assert simulated(network, accelerator, Objective.LATENCY).total_cycles == placed.cost


@settings(max_examples=15, deadline=None)
@given(network=networks(), accelerator=accelerators(is_split=False), capacity=st.integers(200, 4000))
def test_energy_is_the_planned_one(network, accelerator, capacity):
    accelerator = with_capacity(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        placed = planned(network, accelerator, Objective.ENERGY)
    except InfeasiblePlan:
        assume(False)

    found = simulated(network, accelerator, Objective.ENERGY)
    num_rounded = 3 * len(network.tensors) + len(network.operators)  # each choice, load and store to a whole pJ
    assert found.energy.total_pj == pytest.approx(placed.cost, abs=num_rounded)


@pytest.mark.parametrize("capacity_kib", [16, 48, 256])
def test_resnet9_moves_what_is_planned_and_less_than_layer_by_layer(capacity_kib):
    network = registry.build("resnet9")
    accelerator = with_capacity(load_accelerator("edge_npu"), 1024 * capacity_kib)
    placed = planned(network, accelerator)
    layers = simulate(network, accelerator, map_network(network, accelerator, objective=Objective.TRAFFIC))

    found = traffic_bytes(network, accelerator)

    assert 8 * found == placed.cost
    assert found < SCORES[Objective.TRAFFIC](layers)
    assert placed.lower_bound <= placed.cost <= 1.01 * placed.lower_bound


@pytest.mark.parametrize("objective", [Objective.LATENCY, Objective.ENERGY])
def test_resnet9_takes_what_is_planned_and_less_than_layer_by_layer(objective):
    network = registry.build("resnet9", bindings={"resolution": 16})
    accelerator = with_capacity(load_accelerator("edge_npu"), 32 * 1024)
    found = plan_residency(network, accelerator, objective, time_limit_s=SECONDS)
    layers = simulate(network, accelerator, map_network(network, accelerator, objective=objective))

    score = SCORES[objective](simulate(network, accelerator, found.plan))

    assert score < SCORES[objective](layers)
    assert found.lower_bound * (1 - 1e-6) <= score <= 1.01 * found.lower_bound


# --- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    network=networks(),
    accelerator=accelerators(is_split=False),
    capacity=st.integers(100, 4000),
    objective=OBJECTIVES,
)
def test_never_worse_than_layer_by_layer(network, accelerator, capacity, objective):
    accelerator = with_capacity(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        layers = simulate(network, accelerator, map_network(network, accelerator, objective=objective))
    except InfeasiblePlan:
        assume(False)  # a plan of whole tensors may fit all the same: they need no second buffer

    joint = SCORES[objective](simulated(network, accelerator, objective))

    slack = 2 * len(network.tensors) + len(network.operators) if objective is Objective.ENERGY else 0
    assert joint <= SCORES[objective](layers) + slack


@settings(max_examples=15, deadline=None)
@given(network=networks(), capacity=st.integers(200, 3000), more=st.integers(1, 3000))
def test_more_scratchpad_moves_no_more(network, capacity, more):
    small, large = (make_accelerator(capacity_bytes=size, port_bytes=1) for size in (capacity, capacity + more))
    try:
        before = traffic_bytes(network, small)
    except InfeasiblePlan:
        assume(False)

    assert traffic_bytes(network, large) <= before


def floor_bytes(network: Network) -> int:
    """Inputs and weights read once, outputs written once."""
    moved = network.with_role(TensorRole.INPUT, TensorRole.WEIGHT, TensorRole.OUTPUT)
    return sum(tensor.size_bytes for tensor in moved)


@settings(max_examples=15, deadline=None)
@given(network=networks())
def test_in_a_large_scratchpad_nothing_moves_twice(network):
    accelerator = make_accelerator(capacity_bytes=2**24, port_bytes=1)

    found = traffic_bytes(network, accelerator)

    assert found <= floor_bytes(network)  # windows may leave inputs out
    weights = sum(tensor.size_bytes for tensor in network.with_role(TensorRole.WEIGHT, TensorRole.OUTPUT))
    assert found >= weights


@pytest.mark.parametrize("name", ["resnet9", "mobilenet_v2"])
def test_in_a_large_scratchpad_the_zoo_moves_its_floor(name):
    network = registry.build(name)
    accelerator = with_capacity(load_accelerator("edge_npu"), 2**26)

    assert traffic_bytes(network, accelerator) == floor_bytes(network)


def test_smaller_weights_leave_less_to_move():
    accelerator = with_capacity(load_accelerator("nm_array"), 64 * 1024)
    network = registry.build("resnet9")
    sparse = compress(network, parse_spec("nm:2:8"), seed=0).network

    dense_bytes, sparse_bytes = traffic_bytes(network, accelerator), traffic_bytes(sparse, accelerator)

    weights = sum(tensor.size_bytes for tensor in network.with_role(TensorRole.WEIGHT))
    # 2 of 8 values, and an index of 3 bits a value: 22 bits of 64
    assert sparse_bytes < dense_bytes - weights / 2
    assert 8 * sparse_bytes == pytest.approx(planned(sparse, accelerator).cost, abs=16 * len(network.operators))


# --- against exhaustion -----------------------------------------------------------------------------------------------


def two_layers() -> Network:
    builder = GraphBuilder(name="two")
    x = builder.input("x", (1, 2, 6, 6))
    x = builder.conv("conv", x, ConvSpec(filters=4, kernel=3, padding=1))
    return builder.finish((builder.activation("tanh", "tanh", x),))


def residual() -> Network:
    builder = GraphBuilder(name="residual")
    x = builder.activation("a", "tanh", builder.input("x", (8, 8)))
    y = builder.linear("b", x, 8, bias=False)
    return builder.finish((builder.elementwise("sum", "add", x, y),))


@pytest.mark.parametrize("objective", list(SCORES))
@pytest.mark.parametrize("capacity", [40, 90, 150, 220, 300])
@pytest.mark.parametrize("network", [two_layers(), residual()], ids=lambda network: network.name)
def test_equal_to_exhaustion(network, capacity, objective):
    accelerator = make_accelerator(capacity_bytes=capacity, port_bytes=1, latency_cycles=10)
    problem = residency_problem(network, Machine(accelerator=accelerator), objective)
    placed = plan_order(problem, range(len(problem.choices)), capacity, SECONDS)

    assert placed.cost == placed.lower_bound
    assert optimum(problem, capacity, below=placed.cost) is None
    assert optimum(problem, capacity, below=placed.cost + 1) == placed.cost


# --- words and views --------------------------------------------------------------------------------------------------


def test_views_come_as_soon_as_what_they_show():
    builder = GraphBuilder(name="views")
    x = builder.view("rows", builder.input("x", (4, 4)), (2, 8))
    a = builder.softmax("a", x)
    flat = builder.view("flat", a, (16,))
    deep = builder.view("deep", flat, (4, 4))
    b = builder.softmax("b", builder.input("y", (4, 4)))
    network = builder.finish((builder.elementwise("sum", "add", deep, b),))

    assert with_views(network, ["a", "b", "sum"]) == ("rows", "a", "flat", "deep", "b", "sum")
    assert with_views(network, ["b", "a", "sum"]) == ("rows", "b", "a", "flat", "deep", "sum")


def test_tensors_stay_behind_views():
    builder = GraphBuilder(name="views")
    x = builder.linear("first", builder.input("x", (8, 8)), 8, bias=False)
    x = builder.view("flat", x, (64,))
    network = builder.finish((builder.activation("act", "tanh", x),))

    result = simulated(network, make_accelerator(capacity_bytes=1000, port_bytes=1))

    assert SCORES[Objective.TRAFFIC](result) == 64 + 64 + 64
    assert [cost.name for cost in result.operators] == ["first", "flat", "act"]


def test_an_output_that_is_read_again_is_written_and_stays():
    builder = GraphBuilder(name="both")
    a = builder.activation("a", "tanh", builder.input("x", (8, 8)))
    network = builder.finish((a, builder.activation("b", "tanh", a)))

    assert traffic_bytes(network, make_accelerator(capacity_bytes=1000, port_bytes=1)) == 3 * 64


def test_a_tensor_that_nobody_needs():
    builder = GraphBuilder(name="unused")
    x = builder.input("x", (8, 8))
    builder.activation("unused", "tanh", x)
    network = builder.finish((builder.activation("used", "tanh", x),))
    accelerator = make_accelerator(capacity_bytes=1000, port_bytes=1)

    # x is read once for both; what the first makes is dropped
    assert traffic_bytes(network, accelerator) == 2 * 64


def test_one_operator():
    builder = GraphBuilder(name="one")
    network = builder.finish((builder.activation("a", "tanh", builder.input("x", (8, 8))),))

    found = plan_residency(network, make_accelerator(capacity_bytes=100, port_bytes=1), Objective.TRAFFIC)

    assert found.is_proven
    assert found.plan.schedule == ("a",)
    assert found.seconds > 0
    assert found.num_choices >= 1


def test_below_the_smallest_tile():
    network = two_layers()

    with pytest.raises(InfeasiblePlan) as caught:
        plan_residency(network, make_accelerator(capacity_bytes=4, port_bytes=1), Objective.TRAFFIC)

    assert str(caught.value).startswith(
        "operator 'conv' (conv) does not fit: even its smallest tile exceeds the scratchpad of 4 bytes of 'drawn' by "
    )


def test_progress_counts_operators():
    calls = []
    network = replace(two_layers())

    plan_residency(
        network, make_accelerator(), Objective.TRAFFIC, progress=lambda done, total: calls.append((done, total))
    )

    assert calls == [(1, 2), (2, 2)]


def test_without_time_there_is_no_plan():
    assert plan_residency(two_layers(), make_accelerator(), Objective.TRAFFIC, time_limit_s=0.0) is None


def tensor(name: str, *shape: int, role: TensorRole = TensorRole.ACTIVATION) -> Tensor:
    return Tensor(name=name, shape=shape, format=INT8, role=role)


def test_a_recurrent_cell_passes_its_operands_through_off_chip_memory():
    # tanh makes what the cell reads: 30 bytes that are stored, and come back with a hidden state of 4 values a row
    cell = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=4)
    tensors = (
        tensor("x", 5, 2, 3, role=TensorRole.INPUT),
        tensor("a", 5, 2, 3),
        tensor("w", 1, 16, 3, role=TensorRole.WEIGHT),
        tensor("r", 1, 16, 4, role=TensorRole.WEIGHT),
        tensor("y", 5, 1, 2, 4, role=TensorRole.OUTPUT),
    )
    network = Network(
        name="recurrent",
        operators=(
            Operator(name="tanh", work=Activation(function="tanh"), inputs=("x",), outputs=("a",)),
            Operator(name="lstm", work=cell, inputs=("a", "w", "r"), outputs=("y",)),
        ),
        tensors={one.name: one for one in tensors},
    )

    found = simulated(network, make_accelerator(capacity_bytes=4000, port_bytes=1)).operators

    assert (found[0].off_chip_bytes.read, found[0].off_chip_bytes.output_write) == (30, 30)
    assert found[1].off_chip_bytes.input_read == 5 * 2 * (3 + 4)
    assert found[1].off_chip_bytes.output_write == 40


def test_both_results_of_a_split_stay():
    work = Movement(kind=OperatorKind.SPLIT)
    tensors = (
        tensor("x", 1, 8, role=TensorRole.INPUT),
        tensor("left", 1, 2),
        tensor("right", 1, 6),
        tensor("a", 1, 2, role=TensorRole.OUTPUT),
        tensor("b", 1, 6, role=TensorRole.OUTPUT),
    )
    tanh = Activation(function="tanh")
    network = Network(
        name="split",
        operators=(
            Operator(name="split", work=work, inputs=("x",), outputs=("left", "right")),
            Operator(name="a", work=tanh, inputs=("left",), outputs=("a",)),
            Operator(name="b", work=tanh, inputs=("right",), outputs=("b",)),
        ),
        tensors={one.name: one for one in tensors},
    )

    # 16 bytes hold x and both results; in 8 both would leave no room for a tile of x
    assert traffic_bytes(network, make_accelerator(capacity_bytes=16, port_bytes=1)) == 8 + 2 + 6
    assert traffic_bytes(network, make_accelerator(capacity_bytes=8, port_bytes=1)) > 8 + 2 + 6
