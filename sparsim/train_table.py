"""The table of training steps: networks by N:M, speed-up beside what multiply-accumulates allow."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulator.training.step_cost import TrainingStepCost
from sparsim.train_cost_api import DEFAULT_BATCH
from sparsim.train_steps import TrainSteps
from sparsim.train_table_networks import TrainedNetwork, trained_networks

SPARSITIES = ("2:4", "2:8", "2:16")
PUBLISHED_MEAN = {"2:8": 1.75}
"""Speed-up over dense training, mean of the five networks. Source: Fang et al., arXiv 2309.13015."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRow:
    """One network trained with one pattern."""

    network: TrainedNetwork
    cost: TrainingStepCost


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainMean:
    """Arithmetic means of a pattern over its networks, beside what was measured where that is known of these."""

    sparsity: str
    speedup_over_dense: float
    mac_bound: float
    published_speedup: float | None = None


def train_rows(steps: TrainSteps, *, progress: Progress | None = None) -> Iterator[TrainRow]:
    """Yield the costs of the networks of ``steps`` trained by BDWP with each of ``SPARSITIES``.

    Parameters
    ----------
    steps : TrainSteps
    progress : callable, optional
        Called with rows done and rows in all.

    Raises
    ------
    SparsimError
        As ``train_cost``.
    """
    num_rows = len(steps.networks) * len(SPARSITIES)
    pairs = itertools.product(steps.networks, SPARSITIES)
    for done, (network, sparsity) in enumerate(pairs, start=1):
        yield TrainRow(network=network, cost=steps.cost(network, sparsity))
        if progress:
            progress(done, num_rows)


def published_mean(sparsity: str, costs: Sequence[TrainingStepCost]) -> float | None:
    """Return the mean speed-up that was measured; None but for ``costs`` of all five networks at the usual batch."""
    networks = {one.name for one in trained_networks()}
    is_measured = {cost.network for cost in costs} == networks and {cost.batch for cost in costs} == {DEFAULT_BATCH}
    return PUBLISHED_MEAN.get(sparsity) if is_measured else None


def train_means(rows: Sequence[TrainRow]) -> tuple[TrainMean, ...]:
    """Return the means by pattern of ``rows``."""
    by_sparsity = {name: [row.cost for row in rows if row.cost.sparsity == name] for name in SPARSITIES}
    return tuple(
        TrainMean(
            sparsity=name,
            speedup_over_dense=sum(cost.speedup_over_dense for cost in costs) / len(costs),
            mac_bound=sum(cost.mac_bound for cost in costs) / len(costs),
            published_speedup=published_mean(name, costs),
        )
        for name, costs in by_sparsity.items()
        if costs
    )
