"""Training steps of the table's networks on variants of an accelerator; what two of them share is costed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.training.step_comparison import StepComparison
from mapper.training.step_scheduler import KnownChoices
from simulator.training.method import TrainingMethod
from simulator.training.pruned_products import PruningRule
from simulator.training.step_cost import TrainingStepCost
from sparsim.train_cost_api import DEFAULT_BATCH, TRAINING_FORMATS, TrainOptions, pattern_for
from sparsim.train_table_networks import TrainedNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVariant:
    """What is not as in the table: changes to the accelerator, inputs a step, how the step is trained and run.

    Parameters
    ----------
    overrides : tuple of str
        ``field=value`` changes to the accelerator, beside the table's own.
    batch : int, optional
        The table's unless given.
    options : TrainOptions
    """

    overrides: tuple[str, ...] = ()
    batch: int | None = None
    options: TrainOptions = field(default_factory=TrainOptions)


AS_IS = StepVariant()


@dataclass(frozen=True, kw_only=True)
class TrainSteps:
    """The networks of a table and the accelerator they train on, by BDWP.

    Parameters
    ----------
    networks : sequence of TrainedNetwork
    accelerator : str
        A name or file.
    batch : int
    overrides : tuple of str
        ``field=value`` changes to the accelerator.
    """

    networks: Sequence[TrainedNetwork]
    accelerator: str = "sat"
    batch: int = DEFAULT_BATCH
    overrides: tuple[str, ...] = ()

    @cached_property
    def hardware(self) -> Accelerator:
        """The accelerator, loaded."""
        return self._hardware_of(AS_IS)

    @cached_property
    def _known(self) -> KnownChoices:
        return {}

    @cached_property
    def _comparisons(self) -> dict[tuple[str, StepVariant], StepComparison]:
        return {}

    def cost(self, network: TrainedNetwork, sparsity: str, variant: StepVariant = AS_IS) -> TrainingStepCost:
        """Return what a step of ``network`` costs, beside a dense one that ``variant`` restricts as much.

        Parameters
        ----------
        network : TrainedNetwork
        sparsity : str
            N:M.
        variant : StepVariant

        Raises
        ------
        SparsimError
            As ``train_cost``.
        """
        comparison = self._comparison(network, variant)
        options = variant.options
        rule = PruningRule(
            method=TrainingMethod.BDWP,
            pattern=pattern_for(sparsity, comparison.accelerator),
            dense=options.dense_layers,
            sparse=options.sparse_layers,
        )
        return comparison.cost(rule, sorts_ahead=options.sorts_ahead)

    def mean_speedup(self, sparsity: str, variant: StepVariant = AS_IS) -> float:
        """Return the arithmetic mean of the networks' speed-ups over dense."""
        speedups = [self.cost(network, sparsity, variant).speedup_over_dense for network in self.networks]
        return sum(speedups) / len(speedups)

    def _comparison(self, network: TrainedNetwork, variant: StepVariant) -> StepComparison:
        """Return the step's comparison; when weights are sorted makes no other."""
        key = network.name, replace(variant, options=replace(variant.options, sorts_ahead=True))
        if key not in self._comparisons:
            self._comparisons[key] = StepComparison(
                network=network.build(self.batch if variant.batch is None else variant.batch),
                accelerator=self._hardware_of(variant),
                formats=TRAINING_FORMATS,
                optimiser=variant.options.optimiser,
                dataflows=variant.options.dataflows,
                known=self._known,
            )
        return self._comparisons[key]

    def _hardware_of(self, variant: StepVariant) -> Accelerator:
        return load_accelerator(self.accelerator, overrides=[*self.overrides, *variant.overrides])
