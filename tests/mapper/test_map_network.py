"""Laws of the layer-by-layer plan, on drawn networks and on layers of the zoo; and what does not fit."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hw_configs.load import load_accelerator
from mapper.map_network import map_network
from mapper.objective import Objective
from simulator.machine import Machine
from simulator.result import OperatorCost, Result
from simulator.simulate import simulate
from tests.mapper.drawn_networks import networks
from tests.simulator.drawn import accelerators, make_accelerator
from workloads.batching import with_batch
from workloads.errors import InfeasiblePlan
from workloads.load import load_network
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.zoo.builder import GraphBuilder

SCORES = {
    Objective.TRAFFIC: lambda cost: cost.off_chip_bytes.total,
    Objective.LATENCY: lambda cost: cost.total_cycles,
    Objective.ENERGY: lambda cost: cost.energy.total_pj,
    Objective.EDP: lambda cost: cost.energy.total_pj * cost.total_cycles,
}


def run(network: Network, accelerator, objective: Objective = Objective.LATENCY) -> Result:
    return simulate(network, accelerator, map_network(network, accelerator, objective=objective))


def slower(accelerator, **changes):
    """``accelerator`` with another DMA or off-chip bandwidth."""
    dma = {name: value for name, value in changes.items() if name in ("latency_cycles", "channels", "burst_bytes")}
    update = {"dma": accelerator.dma.model_copy(update=dma)}
    if "bandwidth" in changes:
        off_chip = {"bandwidth_bytes_per_second": changes["bandwidth"]}
        update["off_chip"] = accelerator.off_chip.model_copy(update=off_chip)
    return accelerator.model_copy(update=update)


def with_capacity(accelerator, capacity_bytes: int):
    memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity_bytes})
    return accelerator.model_copy(update={"scratchpad": memory})


@settings(max_examples=60, deadline=None)
@given(network=networks(), accelerator=accelerators(is_split=False), data=st.data())
def test_more_scratchpad_is_never_worse(network, accelerator, data):
    small = data.draw(st.integers(64, 4000)) + accelerator.scratchpad.port_bytes
    large = small + data.draw(st.integers(1, 4000))
    try:
        before = {objective: run(network, with_capacity(accelerator, small), objective) for objective in Objective}
    except InfeasiblePlan:
        assume(False)

    after = {objective: run(network, with_capacity(accelerator, large), objective) for objective in Objective}

    for objective in (Objective.LATENCY, Objective.TRAFFIC):
        for one, other in zip(before[objective].operators, after[objective].operators, strict=True):
            assert SCORES[objective](other) <= SCORES[objective](one)


@settings(max_examples=60, deadline=None)
@given(network=networks(), accelerator=accelerators(), data=st.data())
def test_a_better_memory_system_is_never_slower(network, accelerator, data):
    bandwidths = sorted(data.draw(st.lists(st.integers(10**8, 10**11), min_size=2, max_size=2)))
    latencies = sorted(data.draw(st.lists(st.integers(0, 300), min_size=2, max_size=2)))
    channels = sorted(data.draw(st.lists(st.integers(1, 5), min_size=2, max_size=2)))
    worst = slower(accelerator, bandwidth=bandwidths[0], latency_cycles=latencies[1], channels=channels[0])
    base = run(network, worst)
    changes = [
        {"bandwidth": bandwidths[1]},
        {"bandwidth": None},
        {"latency_cycles": latencies[0]},
        {"channels": channels[1]},
        {"burst_bytes": 1},
    ]

    for change in changes:
        better = run(network, slower(worst, **change))
        for one, other in zip(base.operators, better.operators, strict=True):
            assert other.total_cycles <= one.total_cycles, change
            assert other.total_cycles >= other.compute_cycles
    leanest, unbounded = (
        run(network, machine, Objective.TRAFFIC) for machine in (worst, slower(worst, bandwidth=None))
    )
    assert [cost.off_chip_bytes.total for cost in leanest.operators] == [
        cost.off_chip_bytes.total for cost in unbounded.operators
    ]


@settings(max_examples=60, deadline=None)
@given(network=networks(), accelerator=accelerators(is_split=False), capacity=st.integers(300, 20_000))
def test_each_objective_is_least_under_its_own_plan(network, accelerator, capacity):
    accelerator = with_capacity(accelerator, capacity + accelerator.scratchpad.port_bytes)
    try:
        results = {objective: run(network, accelerator, objective) for objective in Objective}
    except InfeasiblePlan:
        assume(False)

    assert_each_is_least(results)


@pytest.mark.parametrize("name", ["resnet9", "mobilenet_v2"])
@pytest.mark.parametrize("accelerator", ["edge_npu", "mcu"])
def test_each_objective_is_least_under_its_own_plan_in_the_zoo(name, accelerator):
    network, loaded = load_network(name), load_accelerator(accelerator)

    assert_each_is_least({objective: run(network, loaded, objective) for objective in Objective})


def assert_each_is_least(results: dict[Objective, Result]) -> None:
    for objective, score in SCORES.items():
        for name, other in results.items():
            for own, theirs in zip(results[objective].operators, other.operators, strict=True):
                assert score(own) <= score(theirs) * (1 + 1e-12), (objective, name, own.name)


@settings(max_examples=60, deadline=None)
@given(network=networks(), accelerator=accelerators(), objective=st.sampled_from(list(Objective)))
def test_parts_sum_and_traffic_is_at_least_compulsory(network, accelerator, objective):
    result = run(network, accelerator, objective)

    assert_parts_sum(result)
    for cost in result.operators:
        assert_bounds(cost, accelerator)


@pytest.mark.parametrize("name", ["resnet9", "mobilenet_v2"])
@pytest.mark.parametrize("accelerator", ["edge_npu", "mcu", "tpu_like"])
def test_parts_sum_in_the_zoo(name, accelerator):
    loaded = load_accelerator(accelerator)
    result = run(load_network(name), loaded)

    assert_parts_sum(result)
    for cost in result.operators:
        assert_bounds(cost, loaded)


def assert_parts_sum(result: Result) -> None:
    assert result.total_cycles == sum(cost.total_cycles for cost in result.operators)
    assert result.total_cycles == result.compute_cycles + result.stall_cycles
    now = 0
    for cost in result.operators:
        assert cost.start_cycle == now
        events = [event for event in result.events if event.operator == cost.name]
        for event in events:
            assert now <= event.start_cycle
            assert event.start_cycle + event.duration_cycles <= now + cost.total_cycles
        now += cost.total_cycles
        if events:
            assert max(event.start_cycle + event.duration_cycles for event in events) == now
    assert now == result.total_cycles
    energy, area = result.energy, result.area
    components = ("mac_pj", "register_pj", "scratchpad_pj", "off_chip_pj", "vector_pj", "leakage_pj")
    assert energy.total_pj == pytest.approx(sum(getattr(energy, one) for one in components))
    assert energy.total_pj == pytest.approx(sum(cost.energy.total_pj for cost in result.operators))
    assert area.total_mm2 == pytest.approx(area.array_mm2 + area.vector_unit_mm2 + area.scratchpad_mm2)
    assert result.off_chip_read_bytes + result.off_chip_write_bytes == sum(
        cost.off_chip_bytes.total for cost in result.operators
    )
    assert result.peak_scratchpad_bytes == max(cost.scratchpad_bytes for cost in result.operators)
    assert result.macs == sum(cost.macs for cost in result.operators)


def assert_bounds(cost: OperatorCost, accelerator) -> None:
    assert cost.off_chip_bytes.total >= cost.compulsory_bytes
    assert cost.total_cycles >= cost.compute_cycles >= 0
    assert 0 <= cost.mapping_efficiency_fraction <= 1
    assert cost.scratchpad_bytes <= Machine(accelerator=accelerator).scratchpad_bytes
    assert cost.total_cycles * accelerator.array.rows * accelerator.array.cols >= cost.macs
    # off_chip_bytes rounds each of four operands up to a byte
    fastest = max(0, cost.off_chip_bytes.total - 4) / accelerator.off_chip_bytes_per_cycle
    assert cost.total_cycles >= fastest * (1 - 1e-9)
    energy = cost.energy
    moving = energy.register_pj + energy.scratchpad_pj + energy.off_chip_pj
    assert sum(cost.energy_by_operand_pj) == pytest.approx(moving)
    assert sum(cost.energy_by_operand_pj) <= energy.total_pj * (1 + 1e-12)
    assert energy.off_chip_pj <= 8 * cost.off_chip_bytes.total * accelerator.off_chip.energy_pj_per_bit * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(network=networks(whole_tensors=False))
def test_compulsory_bytes_grow_linearly_with_the_batch(network):
    accelerator = make_accelerator()

    def compulsory(batch: int) -> np.ndarray:
        costs = run(with_batch(network, batch), accelerator).operators
        return np.array([cost.compulsory_bytes for cost in costs])

    one, two, four = compulsory(1), compulsory(2), compulsory(4)

    np.testing.assert_array_equal(four - two, 2 * (two - one))
    assert (two > one).sum() == sum(cost > 0 for cost in one)
    assert (two <= 2 * one).all()


@pytest.mark.parametrize("dataflow", ["os", "ws", "is"])
@settings(max_examples=25, deadline=None)
@given(network=networks(), rows=st.integers(1, 9), cols=st.integers(1, 9))
def test_with_nothing_to_wait_for_cycles_are_the_closed_form(dataflow, network, rows, cols):
    accelerator = make_accelerator(
        dataflow=dataflow,
        rows=rows,
        cols=cols,
        lanes=10_000,
        capacity_bytes=2**24,
        port_bytes=2**16,
        bytes_per_1000_cycles=None,
    )

    result = run(network, accelerator)

    for operator, cost in zip(network.operators, result.operators, strict=True):
        nest = lower(operator, network.tensors)
        if isinstance(nest, MatrixNest):
            mapped_rows, mapped_cols, streamed = {
                "os": (nest.m, nest.n, nest.k),
                "ws": (nest.k, nest.n, nest.m),
                "is": (nest.k, nest.m, nest.n),
            }[dataflow]
            folds = -(-mapped_rows // rows) * -(-mapped_cols // cols)
            preload = 0 if dataflow == "os" else rows
            assert cost.total_cycles == nest.groups * folds * (streamed + preload + rows + cols - 2)
            assert cost.stall_cycles == 0


# --- what does not fit ------------------------------------------------------------------------------------------------


def gemm_network(m: int = 8, k: int = 8, n: int = 8) -> Network:
    builder = GraphBuilder(name="gemm")
    return builder.finish((builder.linear("fc", builder.input("x", (m, k)), n, bias=False),))


def missing_bytes(error: InfeasiblePlan) -> int:
    match = re.search(r"by ([0-9,]+) bytes", str(error))
    assert match
    return int(match[1].replace(",", ""))


def test_what_does_not_fit_says_which_operator_and_how_much_is_missing():
    # k innermost in tiles of 1 x 1 x 1: two tiles of input, two of weights (a byte each) and two of int32 sums:
    # 2 + 2 + 8 = 12 bytes. Whole reductions keep results int8, but take 8 bytes of each operand: more.
    accelerator = make_accelerator(capacity_bytes=5, port_bytes=1)

    with pytest.raises(InfeasiblePlan) as caught:
        map_network(gemm_network(), accelerator)

    assert str(caught.value) == (
        "operator 'fc' (gemm) does not fit: even its smallest tile exceeds the scratchpad of 5 bytes of 'drawn' by "
        "7 bytes; a larger scratchpad.capacity_bytes would help, or a smaller batch or resolution"
    )


@settings(max_examples=60, deadline=None)
@given(network=networks(), accelerator=accelerators(is_split=False), capacity=st.integers(4, 200))
def test_the_missing_bytes_are_just_enough(network, accelerator, capacity):
    accelerator = accelerator.model_copy(
        update={"scratchpad": accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity, "port_bytes": 1})}
    )
    for _ in range(len(network.operators)):  # each operator may miss more than those before it
        try:
            map_network(network, accelerator)
        except InfeasiblePlan as error:
            name = re.search(r"operator '(.*?)'", str(error))[1]
            missing = missing_bytes(error)
            with pytest.raises(InfeasiblePlan, match=rf"'{re.escape(name)}'.* by 1 bytes"):
                map_network(network, with_capacity(accelerator, capacity + missing - 1))
            capacity += missing
            accelerator = with_capacity(accelerator, capacity)
        else:
            return
    map_network(network, accelerator)


def test_split_scratchpads_are_bounded_each_by_its_own():
    # m = n = k = 1: 2 bytes of input, 2 of weight, 8 of outputs (two int32 sums)
    fits = make_accelerator(capacity_bytes=(2, 2, 8), port_bytes=1)
    map_network(gemm_network(), fits)

    for capacities, missing in [((1, 2, 8), 1), ((2, 1, 8), 1), ((2, 2, 5), 3)]:
        with pytest.raises(
            InfeasiblePlan,
            match=rf"one of the scratchpads \(input .* by {missing} bytes; a larger capacity_bytes of scratchpad.input",
        ):
            map_network(gemm_network(), make_accelerator(capacity_bytes=capacities, port_bytes=1))


def test_progress_counts_operators_and_equal_nests_are_tiled_alike():
    builder = GraphBuilder(name="twins")
    x = builder.input("x", (4, 8))
    for name in ("a", "b"):
        x = builder.linear(name, x, 8)
    network = builder.finish((builder.view("flat", x, (32,)),))
    calls = []

    plan = map_network(network, make_accelerator(), progress=lambda done, total: calls.append((done, total)))

    assert calls == [(1, 3), (2, 3), (3, 3)]
    assert plan.tilings["a"] == plan.tilings["b"]
    assert plan.schedule == ("a", "b", "flat")
    assert "flat" not in plan.tilings
