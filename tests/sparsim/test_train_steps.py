"""Steps of the table's networks on variants of an accelerator."""

from __future__ import annotations

import re

import pytest

from mapper.training import step_comparison
from mapper.training.step_costing import StepCosting
from sparsim.train_cost_api import TrainOptions, train_cost
from sparsim.train_steps import StepVariant, TrainSteps
from sparsim.train_table_networks import trained_networks
from workloads.errors import ConfigError

RESNET9 = trained_networks(("resnet9",))[0]


@pytest.mark.parametrize(
    "variant",
    [
        StepVariant(),
        StepVariant(overrides=("training.sorter_lanes=1",)),
        StepVariant(batch=1),
        StepVariant(options=TrainOptions(optimiser="adam")),
        StepVariant(options=TrainOptions(dataflow="ws")),
        StepVariant(options=TrainOptions(sorts_ahead=False)),
        StepVariant(options=TrainOptions(dense_layers=("layer*",))),
    ],
)
def test_the_same_as_one_step_alone(variant: StepVariant) -> None:
    steps = TrainSteps(networks=(RESNET9,), batch=2, overrides=("vector_unit.lanes=16",))
    steps.cost(RESNET9, "2:8")  # what it leaves behind must change nothing
    alone = train_cost(
        RESNET9.build(variant.batch or 2),
        sparsity="2:8",
        options=variant.options,
        accelerator=steps.hardware if not variant.overrides else "sat",
        overrides=("vector_unit.lanes=16", *variant.overrides) if variant.overrides else (),
    )
    assert steps.cost(RESNET9, "2:8", variant) == alone


def test_nothing_is_costed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    costed: list[bool] = []

    def recorded(**options: object) -> StepCosting:
        step = StepCosting(**options)  # type: ignore[arg-type]
        costed.append(bool(step.pruning.products))
        return step

    monkeypatch.setattr(step_comparison, "StepCosting", recorded)
    steps = TrainSteps(networks=(RESNET9,), batch=1)
    for sparsity in ("2:4", "2:8"):
        steps.cost(RESNET9, sparsity)
    steps.cost(RESNET9, "2:8", StepVariant(options=TrainOptions(sorts_ahead=False)))
    assert costed == [False, True, True, True]


def test_mean() -> None:
    networks = trained_networks(("resnet9", "resnet18"))
    steps = TrainSteps(networks=networks, batch=1)
    speedups = [steps.cost(one, "2:8").speedup_over_dense for one in networks]
    assert steps.mean_speedup("2:8") == pytest.approx(sum(speedups) / 2)


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="accelerator 'mcu': training needs a section training"):
        TrainSteps(networks=(RESNET9,), accelerator="mcu", batch=1).cost(RESNET9, "2:8")
    with pytest.raises(ConfigError, match=re.escape("sparsity is '2:32', expected M up to 16")):
        TrainSteps(networks=(RESNET9,), batch=1).cost(RESNET9, "2:32")
