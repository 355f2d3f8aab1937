"""train_cost: a training step with N:M weights on an accelerator, beside dense training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from simulator.training.mac_bound import equal_stages_bound, mac_bound
from simulator.training.method import TrainingMethod, parse_method, parse_pattern
from simulator.training.pruned_products import Pruning, PruningRule, pruned_products
from simulator.training.step_cost import StepOperator, TrainingStepCost, matrix_cycles
from simulator.training.training_machine import DATAFLOWS, training_section
from sparsim.train_cost_schedule import StepScheduler
from sparsim.train_cost_step import StepCosting
from workloads.batching import batch_size
from workloads.errors import ConfigError
from workloads.formats import FP16, FP32
from workloads.load import load_network
from workloads.network import Network
from workloads.training import TrainingFormats, TrainingNetwork, training_network

_NO_BINDINGS: Mapping[str, int] = {}
DEFAULT_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """How a step is trained and run, beside method and pattern.

    Parameters
    ----------
    optimiser : {"sgd", "momentum", "adam"}
    dense_layers, sparse_layers : tuple of str
        Globs of layers that stay dense, and of layers that are pruned even if they come first.
    dataflow : {"auto", "os", "ws"}
        Of all products; ``auto`` chooses product by product.
    sorts_ahead : bool
        Whether N:M weights are made in the update step; else before each product.
    """

    optimiser: str = "sgd"
    dense_layers: tuple[str, ...] = ()
    sparse_layers: tuple[str, ...] = ()
    dataflow: str = "auto"
    sorts_ahead: bool = True

    def __post_init__(self) -> None:
        if self.dataflow not in ("auto", *DATAFLOWS):
            raise ConfigError(f"dataflow is {self.dataflow!r}, expected one of auto, {', '.join(DATAFLOWS)}")

    @property
    def dataflows(self) -> tuple[str, ...]:
        """Those to choose from."""
        return DATAFLOWS if self.dataflow == "auto" else (self.dataflow,)


def train_cost(
    network: Network | str | Path,
    accelerator: Accelerator | str | Path = "sat",
    *,
    sparsity: str = "2:8",
    method: str = "bdwp",
    batch: int | None = None,
    options: TrainOptions | None = None,
    bindings: Mapping[str, int] = _NO_BINDINGS,
    overrides: Sequence[str] = (),
) -> TrainingStepCost:
    """Return what one training step of ``network`` costs on ``accelerator``, beside the same step trained dense.

    Work and gradients are fp16; the update reads and writes fp32 master weights and states.

    Parameters
    ----------
    network : Network, str or Path
        A network with dense weights, a zoo name, or a file.
    accelerator : Accelerator, str or Path
        One with a section ``training``.
    sparsity : str
        N:M; of no effect with ``dense``.
    method : {"bdwp", "ff-only", "dense"}
    batch : int, optional
        512 for a name or file; a loaded network has its own.
    options : TrainOptions, optional
    bindings, overrides
        As ``run``.

    Raises
    ------
    SparsimError
        When a name, option or pattern is impossible, an operator has no gradient, or a tile does not fit.
    """
    chosen, wanted = options or TrainOptions(), parse_method(method)
    hardware = _accelerator(accelerator, overrides)
    training_section(hardware)
    section = hardware.array.nm_systolic
    assert section is not None, "an nm_systolic array has its section"
    pattern = parse_pattern(sparsity, section.max_m)
    loaded = _network(network, batch, bindings)
    formats = TrainingFormats(work=FP16, gradient=FP16, update=FP32)
    training = training_network(loaded, optimiser=chosen.optimiser, formats=formats)
    rule = PruningRule(method=wanted, pattern=pattern, dense=chosen.dense_layers, sparse=chosen.sparse_layers)
    pruning = pruned_products(training, rule)
    scheduler = StepScheduler(accelerator=hardware, dataflows=chosen.dataflows)
    operators, dense = _operators(training, pruning, scheduler, sorts_ahead=chosen.sorts_ahead)
    return TrainingStepCost(
        network=loaded.name,
        accelerator=hardware.name,
        method=str(wanted),
        sparsity="" if wanted is TrainingMethod.DENSE else str(pattern),
        optimiser=chosen.optimiser,
        batch=batch_size(loaded),
        clock_hz=hardware.array.clock_hz,
        operators=operators,
        dense_cycles=sum(one.total_cycles for one in dense),
        dense_array_cycles=matrix_cycles(dense),
        mac_bound=mac_bound(((one.macs, one.name in pruning.products) for one in operators), pattern),
        equal_stages_bound=equal_stages_bound(pattern) if wanted is TrainingMethod.BDWP else 1.0,
        notes=(*training.network.notes, *pruning.notes),
    )


def _operators(
    training: TrainingNetwork, pruning: Pruning, scheduler: StepScheduler, *, sorts_ahead: bool
) -> tuple[tuple[StepOperator, ...], tuple[StepOperator, ...]]:
    """Return the step as it is, and trained dense."""
    unpruned = Pruning(products={}, pattern=pruning.pattern)
    dense = StepCosting(training=training, pruning=unpruned, scheduler=scheduler).operators()
    if not pruning.products:
        return dense, dense
    step = StepCosting(training=training, pruning=pruning, scheduler=scheduler, sorts_ahead=sorts_ahead)
    return step.operators(), dense


def _accelerator(accelerator: Accelerator | str | Path, overrides: Sequence[str]) -> Accelerator:
    if not isinstance(accelerator, Accelerator):
        return load_accelerator(accelerator, overrides=overrides)
    if overrides:
        raise ConfigError("overrides apply to an accelerator's name or file, found a loaded accelerator")
    return accelerator


def _network(network: Network | str | Path, batch: int | None, bindings: Mapping[str, int]) -> Network:
    if not isinstance(network, Network):
        return load_network(network, batch=DEFAULT_BATCH if batch is None else batch, bindings=bindings)
    if batch is not None or bindings:
        raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
    return network
