"""Steps beside the dense one."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from mapper.training import step_comparison
from mapper.training.step_comparison import StepComparison
from mapper.training.step_costing import StepCosting
from simulator.training.method import TrainingMethod, parse_pattern
from simulator.training.pruned_products import PruningRule
from tests.simulator.training.small_step import small_network
from workloads.formats import FP16, FP32
from workloads.training import TrainingFormats


@pytest.fixture
def comparison() -> StepComparison:
    formats = TrainingFormats(work=FP16, gradient=FP16, update=FP32)
    return StepComparison(network=small_network(), accelerator=load_accelerator("sat"), formats=formats)


def rule(method: TrainingMethod, sparsity: str = "2:8") -> PruningRule:
    return PruningRule(method=method, pattern=parse_pattern(sparsity, 16))


def test_the_dense_step_is_costed_once(comparison: StepComparison, monkeypatch: pytest.MonkeyPatch) -> None:
    costed: list[StepCosting] = []

    def recorded(**options: object) -> StepCosting:
        costed.append(StepCosting(**options))  # type: ignore[arg-type]
        return costed[-1]

    monkeypatch.setattr(step_comparison, "StepCosting", recorded)
    steps = [comparison.cost(rule(TrainingMethod.BDWP, name)) for name in ("2:4", "2:8", "2:16")]

    assert [bool(one.pruning.products) for one in costed] == [False, True, True, True]
    assert len({one.dense_cycles for one in steps}) == 1


def test_dense_is_the_dense_step(comparison: StepComparison) -> None:
    cost = comparison.cost(rule(TrainingMethod.DENSE))
    assert cost.operators is cost.dense_operators
    assert (cost.sparsity, cost.speedup_over_dense, cost.equal_stages_bound) == ("", 1.0, 1.0)


def test_bounds(comparison: StepComparison) -> None:
    bdwp, forward = (comparison.cost(rule(method)) for method in (TrainingMethod.BDWP, TrainingMethod.FF_ONLY))
    assert (bdwp.equal_stages_bound, forward.equal_stages_bound) == (2.0, 1.0)
    assert 1 < forward.mac_bound < bdwp.mac_bound < 2


def test_sorting_on_demand_keeps_the_dense_step(comparison: StepComparison) -> None:
    ahead = comparison.cost(rule(TrainingMethod.BDWP))
    on_demand = comparison.cost(rule(TrainingMethod.BDWP), sorts_ahead=False)
    assert on_demand.dense_operators is ahead.dense_operators
    assert sum(one.name.endswith(".sort") for one in on_demand.operators) == 4
