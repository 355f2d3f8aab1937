"""The plan of a network, jointly or layer by layer: the better one is kept, and what is said of it is so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper import choose_plan as module
from mapper.choose_plan import Mapper, PlanOptions, choose_plan, score_of
from mapper.map_network import map_network
from mapper.objective import Objective
from mapper.residency.plan_network import plan_residency
from simulator.position_tiles import PositionTile
from simulator.result import Result
from simulator.simulate import simulate
from tests.mapper.drawn_networks import networks
from tests.simulator.drawn import accelerators, make_accelerator
from workloads.errors import ConfigError, InfeasiblePlan
from workloads.network import Network
from workloads.zoo import registry
from workloads.zoo.builder import GraphBuilder

SMALL = "scratchpad.capacity_bytes=32 KiB"


def chosen(network: Network, accelerator: Accelerator, **options: object) -> Result:
    return choose_plan(network, accelerator, PlanOptions(**options))[1]


def chain() -> Network:
    """Three element-wise operators on 8 x 8 elements of one byte each."""
    builder = GraphBuilder(name="chain")
    x = builder.input("x", (8, 8))
    for name in "abc":
        x = builder.activation(name, "tanh", x)
    return builder.finish((x,))


@pytest.fixture(scope="module")
def resnet9() -> Network:
    return registry.build("resnet9", bindings={"resolution": 16})


@pytest.fixture(scope="module")
def small_npu() -> Accelerator:
    return load_accelerator("edge_npu", overrides=[SMALL])


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_chain_moves_its_ends_alone() -> None:
    """64 bytes in and 64 out; layer by layer three times that."""
    plan, result = choose_plan(chain(), make_accelerator(port_bytes=1), PlanOptions(objective=Objective.TRAFFIC))
    planning = result.planning
    assert planning is not None
    assert (planning.mapper, planning.is_proven) == ("joint", True)
    assert (planning.objective_value, planning.lower_bound_value, planning.layer_by_layer_value) == (128, 128, 384)
    assert {stay.tensor for stay in planning.stays} >= set(plan.tilings) - {"c"}
    assert result.off_chip_read_bytes + result.off_chip_write_bytes == 128


def test_layer_by_layer_on_demand() -> None:
    accelerator = make_accelerator(port_bytes=1)
    plan, result = choose_plan(
        chain(), accelerator, PlanOptions(objective=Objective.TRAFFIC, mapper=Mapper.LAYERS), batch=3
    )
    assert plan == map_network(chain(), accelerator, objective=Objective.TRAFFIC)
    planning = result.planning
    assert planning is not None
    assert planning == module.Planning(mapper="layers", objective_value=384, layer_by_layer_value=384)
    assert planning.seconds > 0
    assert result.batch == 3


def test_between_split_scratchpads_nothing_stays() -> None:
    accelerator = make_accelerator(port_bytes=1, capacity_bytes=(2**20, 2**20, 2**20))
    plan, result = choose_plan(chain(), accelerator, PlanOptions(objective=Objective.TRAFFIC))
    assert (plan.stays, plan.buffers) == ((), {})
    assert result.planning is not None
    assert (result.planning.mapper, result.planning.stays, result.planning.buffers) == ("layers", (), ())
    assert result.planning.objective_value == 384


# --- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    network=networks(),
    accelerator=accelerators(),
    capacity=st.integers(200, 4000),
    objective=st.sampled_from(list(Objective)),
)
def test_joint_is_never_worse(network: Network, accelerator: Accelerator, capacity: int, objective: Objective) -> None:
    if not hasattr(accelerator.scratchpad, "input"):
        size = capacity + accelerator.scratchpad.port_bytes
        memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": size})
        accelerator = accelerator.model_copy(update={"scratchpad": memory})
    try:
        layers = chosen(network, accelerator, objective=objective, mapper=Mapper.LAYERS)
    except InfeasiblePlan:
        assume(False)

    assert_is_so(chosen(network, accelerator, objective=objective), layers, objective)


@pytest.mark.parametrize("objective", [Objective.TRAFFIC, Objective.LATENCY, Objective.ENERGY])
def test_joint_is_better_on_resnet9(resnet9: Network, small_npu: Accelerator, objective: Objective) -> None:
    layers = chosen(resnet9, small_npu, objective=objective, mapper=Mapper.LAYERS)
    joint = chosen(resnet9, small_npu, objective=objective)
    assert_is_so(joint, layers, objective)
    assert joint.planning is not None
    assert joint.planning.objective_value < joint.planning.layer_by_layer_value


def assert_is_so(joint: Result, layers: Result, objective: Objective) -> None:
    """What the planning says is what the result adds up to, and no worse than ``layers``."""
    planning = joint.planning
    assert planning is not None
    assert planning.objective_value == score_of(joint, objective)
    assert planning.layer_by_layer_value == score_of(layers, objective)
    assert planning.objective_value <= planning.layer_by_layer_value
    if planning.mapper == "layers" or objective is Objective.EDP:
        assert (planning.lower_bound_value, planning.is_proven) == (None, False)
    else:
        assert planning.lower_bound_value is not None
        # Costs of energy are rounded to a pJ, those of choices, loads and stores.
        slack = 4 * len(joint.operators) if objective is Objective.ENERGY else 0
        assert planning.lower_bound_value <= planning.objective_value + slack
        assert not planning.is_proven or planning.objective_value <= planning.lower_bound_value * (1 + 1e-8) + slack
    for step, cost in enumerate(joint.operators):
        assert [one.size_bytes for one in planning.buffers if one.step == step] == (
            [cost.buffer_bytes] if planning.mapper == "joint" and cost.buffer_bytes else []
        )


def test_energy_times_cycles_is_the_least_of_three_plans(resnet9: Network, small_npu: Accelerator) -> None:
    plans = [map_network(resnet9, small_npu, objective=Objective.EDP)]
    for objective in (Objective.ENERGY, Objective.LATENCY):
        found = plan_residency(resnet9, small_npu, objective)
        assert found is not None
        plans.append(found.plan)
    scores = [score_of(simulate(resnet9, small_npu, plan), Objective.EDP) for plan in plans]
    result = chosen(resnet9, small_npu, objective=Objective.EDP)
    assert result.planning is not None
    assert result.planning.objective_value == min(scores)


def test_energy_times_cycles_takes_a_joint_plan_that_is_better() -> None:
    """With 2 bytes a cycle the chain waits for bytes alone: fewer of them are less energy and fewer cycles."""
    accelerator = make_accelerator(port_bytes=1, bytes_per_1000_cycles=2000)
    planning = chosen(chain(), accelerator, objective=Objective.EDP).planning
    assert planning is not None
    assert planning.mapper == "joint"
    assert planning.objective_value < planning.layer_by_layer_value
    assert (planning.lower_bound_value, planning.is_proven) == (None, False)


# --- time -------------------------------------------------------------------------------------------------------------


def test_without_a_plan_in_time_layer_by_layer_is_kept() -> None:
    planning = chosen(chain(), make_accelerator(port_bytes=1), objective=Objective.TRAFFIC, time_limit_s=1e-9).planning
    assert planning is not None
    assert (planning.mapper, planning.stays, planning.objective_value) == ("layers", (), 384)


@pytest.mark.parametrize(("seconds", "found"), [(0.0, "0"), (-1.5, "-1.5"), (float("nan"), "nan")])
def test_a_time_limit_is_more_than_nothing(seconds: float, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PlanOptions(time_limit_s=seconds)
    assert str(caught.value) == f"time limit: expected more than 0 seconds, found {found}"


def test_a_worse_joint_plan_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """In tiles of one byte each of 3 x 64 loads waits 100 cycles; the bound of such a plan says nothing of another."""
    accelerator = make_accelerator(port_bytes=1, latency_cycles=100)
    found = plan_residency(chain(), accelerator, Objective.LATENCY)
    plan = map_network(chain(), accelerator)
    one = {name: replace(tiling, position_tile=PositionTile(num_positions=1)) for name, tiling in plan.tilings.items()}
    worse = replace(found, plan=replace(plan, tilings=one))
    assert simulate(chain(), accelerator, worse.plan).total_cycles > 3 * 64 * 100
    monkeypatch.setattr(module, "plan_residency", lambda *_, **__: worse)

    kept, result = choose_plan(chain(), accelerator, PlanOptions())

    assert kept == plan
    assert result.planning is not None
    assert (result.planning.mapper, result.planning.lower_bound_value) == ("layers", None)
    assert result.planning.objective_value == result.planning.layer_by_layer_value


def test_below_the_smallest_tile() -> None:
    with pytest.raises(InfeasiblePlan, match=r"^operator 'prep' \(conv\) does not fit"):
        chosen(registry.build("resnet9"), make_accelerator(capacity_bytes=4, port_bytes=1))


def test_progress_counts_operators(resnet9: Network, small_npu: Accelerator) -> None:
    seen: list[tuple[int, int]] = []
    options = PlanOptions(mapper=Mapper.LAYERS)
    choose_plan(resnet9, small_npu, options, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]


def test_what_fits_jointly_alone_is_planned_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_small(*_: object, **__: object) -> None:
        raise InfeasiblePlan("operator 'a' does not fit")

    monkeypatch.setattr(module, "map_network", too_small)
    accelerator = make_accelerator(port_bytes=1)
    planning = chosen(chain(), accelerator, objective=Objective.TRAFFIC).planning

    assert planning is not None
    assert (planning.mapper, planning.objective_value, planning.layer_by_layer_value) == ("joint", 128, None)
    with pytest.raises(InfeasiblePlan, match="operator 'a' does not fit"):
        chosen(chain(), accelerator, mapper=Mapper.LAYERS)
