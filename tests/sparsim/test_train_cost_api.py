"""A training step on SAT: counts by hand, laws between methods, and every mistake."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.training.step_cost import StepPart, TrainingStepCost
from sparsim.train_cost_api import TrainOptions, train_cost
from tests.simulator.training.small_step import small_network
from workloads.errors import SparsimError
from workloads.formats import FP16
from workloads.zoo.builder import GraphBuilder

MACS_FIRST = 4 * 64 * 16 * 27
MACS_SECOND = 4 * 64 * 32 * 144
MACS_LAST = 4 * 32 * 10


def cost_of(method: str, sparsity: str = "2:8", **options: object) -> TrainingStepCost:
    return train_cost(small_network(), method=method, sparsity=sparsity, options=TrainOptions(**options))  # type: ignore[arg-type]


def macs_of(cost: TrainingStepCost) -> dict[StepPart, int]:
    return {part.part: part.macs for part in cost.parts if part.macs}


def test_macs_of_the_stages() -> None:
    """Those of BP and WU are the forward ones, but the first layer has no BP."""
    cost = cost_of("dense")
    assert macs_of(cost) == {
        StepPart.FORWARD: MACS_FIRST + MACS_SECOND + MACS_LAST,
        StepPart.BACKWARD: MACS_SECOND + MACS_LAST,
        StepPart.WEIGHT_GRADIENT: MACS_FIRST + MACS_SECOND + MACS_LAST,
    }
    assert cost.performed_macs == cost.macs
    assert (cost.speedup_over_dense, cost.mac_bound, cost.sparsity) == (1.0, 1.0, "")


def test_bound_by_hand() -> None:
    left = 2 * MACS_FIRST + 3 * MACS_SECOND + 3 * MACS_LAST - 2 * (MACS_SECOND + MACS_LAST) * 0.75
    assert cost_of("bdwp").mac_bound == pytest.approx((2 * MACS_FIRST + 3 * MACS_SECOND + 3 * MACS_LAST) / left)
    assert cost_of("bdwp").equal_stages_bound == 2.0


def test_what_runs_pruned() -> None:
    by_name = {one.name: one for one in cost_of("bdwp").operators}
    assert by_name["first"].weights == by_name["second.weight_gradient"].weights == "dense"
    assert by_name["second"].weights == by_name["second.input_gradient"].weights == "2:8"
    assert by_name["second"].performed_macs == MACS_SECOND / 4
    assert by_name["pool"].weights == by_name["pool"].dataflow == ""


@pytest.mark.parametrize("sparsity", ["2:4", "2:8", "2:16"])
@pytest.mark.parametrize("dataflow", ["auto", "os", "ws"])
def test_more_pruning_is_never_slower_on_the_array(sparsity: str, dataflow: str) -> None:
    cycles = [cost_of(method, sparsity, dataflow=dataflow).array_cycles for method in ("bdwp", "ff-only", "dense")]
    assert cycles[0] < cycles[1] < cycles[2]


@settings(max_examples=6, deadline=None)
@given(method=st.sampled_from(["bdwp", "ff-only", "dense"]), fixed=st.sampled_from(["os", "ws"]))
def test_choosing_is_never_worse(method: str, fixed: str) -> None:
    """By cycles and a fifth of those of transfers (384 bytes a cycle); so never slower than by a fifth."""
    chosen, alone = cost_of(method), cost_of(method, dataflow=fixed)
    scores = [
        sum(one.total_cycles + one.off_chip_bytes / 384 / 5 for one in step.operators if one.dataflow)
        for step in (chosen, alone)
    ]
    assert scores[0] <= scores[1] * (1 + 1e-12)
    assert chosen.array_cycles <= 1.2 * alone.array_cycles


def test_stalls_show_without_interleaving() -> None:
    options = TrainOptions(dataflow="os")
    alone = ["training.interleaved_accumulations=1"]
    slow = train_cost("resnet9", batch=1, options=options, overrides=alone)
    assert slow.array_cycles > 1.5 * train_cost("resnet9", batch=1, options=options).array_cycles


def test_registers_bound_the_pattern() -> None:
    """Weight-stationary PEs with four registers cannot choose from groups of eight."""
    options, few = TrainOptions(dataflow="ws"), ["training.operand_registers=4"]
    assert train_cost("resnet9", batch=1, options=options, overrides=few).array_speedup_over_dense == 1.0
    assert train_cost("resnet9", batch=1, sparsity="2:4", options=options, overrides=few).array_speedup_over_dense > 1


def test_updates_write_what_products_read() -> None:
    # 4608 weights: fp32 master and fp16 gradient read, master written; fp16 once, or 2:8 with 3 bits of index twice.
    weights = 16 * 32 * 9
    dense, pruned = ({one.name: one for one in cost_of(method).operators} for method in ("dense", "bdwp"))
    assert dense["second.weight.update"].off_chip_bytes == weights * (4 + 2 + 4 + 2)
    assert pruned["second.weight.update"].off_chip_bytes == weights * (4 + 2 + 4) + 2 * weights * (16 + 3) // 4 // 8
    forward = {one.name: one for one in cost_of("ff-only").operators}["second.weight.update"]
    assert forward.off_chip_bytes == weights * (4 + 2 + 4 + 2) + weights * (16 + 3) // 4 // 8


def test_sorting_on_demand() -> None:
    # 576 groups of 8 on 32 lanes: 18 rounds of 8 cycles, forward and backward; of the last layer 40 and 64 groups.
    cost = cost_of("bdwp", sorts_ahead=False)
    sorts = {one.name: one.total_cycles for one in cost.operators if one.part is StepPart.SORT}
    assert sorts["second.sort"] == sorts["second.input_gradient.sort"] == 18 * 8
    assert sum(sorts.values()) > next(part.cycles for part in cost_of("bdwp").parts if part.part is StepPart.SORT)
    names = [one.name for one in cost.operators]
    assert names.index("second.sort") + 1 == names.index("second")


def test_sorting_ahead_hides_behind_the_update() -> None:
    by_name = {one.name: one for one in cost_of("bdwp").operators}
    visible = by_name["second.weight.update.sort"].total_cycles
    assert visible == max(0, 2 * 18 * 8 - by_name["second.weight.update"].total_cycles)


def test_optimisers_have_more_to_move() -> None:
    moved = {
        name: next(part.off_chip_bytes for part in cost_of("bdwp", optimiser=name).parts if part.part == "update")
        for name in ("sgd", "momentum", "adam")
    }
    num_parameters = 16 * 27 + 16 + 32 * 144 + 32 + 320 + 10
    assert moved["momentum"] - moved["sgd"] == moved["adam"] - moved["momentum"] == 8 * num_parameters


def test_resnet9() -> None:
    """The array stays below the bound, and the step below the array."""
    cost = train_cost("resnet9", batch=64)
    assert cost.batch == 64
    assert 1 < cost.speedup_over_dense < cost.array_speedup_over_dense < cost.mac_bound < cost.equal_stages_bound


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "bdw"}, "training method is 'bdw', expected one of bdwp, ff-only, dense; did you mean 'bdwp'?"),
        ({"sparsity": "8:2"}, "sparsity is '8:2', expected N:M with 1 <= N <= M, as in 2:8"),
        ({"batch": 0}, "batch is 0, expected at least 1"),
        ({"accelerator": "mcu"}, "accelerator 'mcu': training needs a section training"),
        ({"options": TrainOptions(optimiser="adamw")}, "optimiser is 'adamw', expected one of sgd, momentum, adam"),
        (
            {"options": TrainOptions(sparse_layers=("*",))},
            "sparsity 2:8 needs a reduction of at least 8 channels in FF, found 3",
        ),
        ({"overrides": ["training.sorter_lanes=0"]}, "expected a whole number from 1"),
    ],
)
def test_mistakes(options: dict[str, object], message: str) -> None:
    with pytest.raises(SparsimError, match=re.escape(message)):
        train_cost("resnet9", **{"batch": 1, **options})  # type: ignore[arg-type]


def test_mistakes_with_loaded_objects() -> None:
    with pytest.raises(SparsimError, match="batch and bindings apply to a network's name or file"):
        train_cost(small_network(), batch=4)
    with pytest.raises(SparsimError, match=r"dataflow is 'is', expected one of auto, os, ws"):
        TrainOptions(dataflow="is")


def test_operator_without_gradient_is_named() -> None:
    builder = GraphBuilder(name="rounded", format=FP16)
    x = builder.linear("layer", builder.input("x", (2, 8)), 8)
    network = builder.finish((builder.elementwise("rounding", "mod", x, builder.weight("divisor", (8,))),))
    with pytest.raises(SparsimError, match=r"operator 'rounding' \(elementwise\) has no gradient rule"):
        train_cost(network)
