"""Training steps of one network on one accelerator, each beside the dense step, which is costed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from hw_configs.accelerator import Accelerator
from mapper.training.step_costing import StepCosting
from mapper.training.step_scheduler import KnownChoices, StepScheduler
from simulator.training.mac_bound import equal_stages_bound, mac_bound
from simulator.training.method import TrainingMethod
from simulator.training.pruned_products import Pruning, PruningRule, pruned_products
from simulator.training.step_cost import StepOperator, TrainingStepCost
from simulator.training.training_machine import DATAFLOWS
from workloads.batching import batch_size
from workloads.network import Network
from workloads.sparsity import NmPattern
from workloads.training import TrainingFormats, TrainingNetwork, training_network

_NOTHING = Pruning(products={}, pattern=NmPattern(n=1, m=1))


@dataclass(frozen=True, kw_only=True)
class StepComparison:
    """A network to train, and the accelerator it trains on.

    Parameters
    ----------
    network : Network
        The forward network, with dense weights.
    accelerator : Accelerator
        One with a section ``training``.
    formats : TrainingFormats
    optimiser : str
    dataflows : tuple of str
        Those to choose from, dense steps included.
    known : dict
        What was costed before, here or elsewhere; modified in place.
    """

    network: Network
    accelerator: Accelerator
    formats: TrainingFormats
    optimiser: str = "sgd"
    dataflows: tuple[str, ...] = DATAFLOWS
    known: KnownChoices = field(default_factory=dict)

    @cached_property
    def training(self) -> TrainingNetwork:
        """The step as a network: forward, backward and update."""
        return training_network(self.network, optimiser=self.optimiser, formats=self.formats)

    @cached_property
    def _scheduler(self) -> StepScheduler:
        return StepScheduler(accelerator=self.accelerator, dataflows=self.dataflows, known=self.known)

    @cached_property
    def dense_operators(self) -> tuple[StepOperator, ...]:
        """The step without pruning."""
        return self._operators(_NOTHING, sorts_ahead=True)

    def cost(self, rule: PruningRule, *, sorts_ahead: bool = True) -> TrainingStepCost:
        """Return what a step costs that prunes by ``rule``; weights are sorted in the update, or before each product.

        Raises
        ------
        SparsimError
            When an operator has no gradient, a glob of ``rule`` names no layer, or a tile does not fit.
        """
        training, pruning = self.training, pruned_products(self.training, rule)
        dense = self.dense_operators
        operators = self._operators(pruning, sorts_ahead=sorts_ahead) if pruning.products else dense
        is_dense = rule.method is TrainingMethod.DENSE
        return TrainingStepCost(
            network=self.network.name,
            accelerator=self.accelerator.name,
            method=str(rule.method),
            sparsity="" if is_dense else str(rule.pattern),
            optimiser=self.optimiser,
            batch=batch_size(self.network),
            clock_hz=self.accelerator.array.clock_hz,
            operators=operators,
            dense_operators=dense,
            mac_bound=mac_bound(((one.macs, one.name in pruning.products) for one in operators), rule.pattern),
            equal_stages_bound=equal_stages_bound(rule.pattern) if rule.method is TrainingMethod.BDWP else 1.0,
            notes=(*training.network.notes, *pruning.notes),
        )

    def _operators(self, pruning: Pruning, *, sorts_ahead: bool) -> tuple[StepOperator, ...]:
        step = StepCosting(training=self.training, pruning=pruning, scheduler=self._scheduler, sorts_ahead=sorts_ahead)
        return step.operators()
