"""What each part of the design is worth: training steps without it, over those of the full design."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.training.step_cost import TrainingStepCost
from sparsim.train_cost_api import TrainOptions
from sparsim.train_steps import StepVariant, TrainSteps
from sparsim.train_table import Progress
from sparsim.train_table_networks import TrainedNetwork

STUDIED_SPARSITY = "2:8"
"""The pattern of which a mean is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """A design with something left out."""

    name: str
    variant: StepVariant


ABLATIONS = (
    Ablation(name="without interleaving", variant=StepVariant(overrides=("training.interleaved_accumulations=1",))),
    Ablation(name="sorted on demand", variant=StepVariant(options=TrainOptions(sorts_ahead=False))),
    Ablation(name="os alone", variant=StepVariant(options=TrainOptions(dataflow="os"))),
    Ablation(name="ws alone", variant=StepVariant(options=TrainOptions(dataflow="ws"))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationRow:
    """A network trained without something, beside the full design."""

    name: str
    network: TrainedNetwork
    cost: TrainingStepCost
    full: TrainingStepCost

    @property
    def cycles_over_full(self) -> float:
        """Cycles of the step over those of the full design."""
        return self.cost.total_cycles / self.full.total_cycles


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationMean:
    """Arithmetic means over networks."""

    name: str
    cycles_over_full: float
    speedup_over_dense: float


def ablation_rows(steps: TrainSteps, *, progress: Progress | None = None) -> Iterator[AblationRow]:
    """Yield every network of ``steps`` without each of ``ABLATIONS``, at 2:8.

    The dense step beside each has the same restriction: the same dataflow alone, the same adders. It sorts nothing.

    Raises
    ------
    SparsimError
        As ``train_cost``.
    """
    pairs = list(itertools.product(ABLATIONS, steps.networks))
    for done, (ablation, network) in enumerate(pairs, start=1):
        full = steps.cost(network, STUDIED_SPARSITY)
        cost = steps.cost(network, STUDIED_SPARSITY, ablation.variant)
        yield AblationRow(name=ablation.name, network=network, cost=cost, full=full)
        if progress:
            progress(done, len(pairs))


def ablation_means(rows: Sequence[AblationRow]) -> tuple[AblationMean, ...]:
    """Return the means by what is left out, in the order of ``rows``."""
    means = []
    for name in dict.fromkeys(row.name for row in rows):
        chosen = [row for row in rows if row.name == name]
        means.append(
            AblationMean(
                name=name,
                cycles_over_full=sum(row.cycles_over_full for row in chosen) / len(chosen),
                speedup_over_dense=sum(row.cost.speedup_over_dense for row in chosen) / len(chosen),
            )
        )
    return tuple(means)
