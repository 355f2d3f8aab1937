"""train_cost: a training step with N:M weights on an accelerator, beside dense training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.training.step_comparison import StepComparison
from simulator.training.method import parse_method, parse_pattern
from simulator.training.pruned_products import PruningRule
from simulator.training.step_cost import TrainingStepCost
from simulator.training.training_machine import DATAFLOWS, training_section
from sparsim.train_table_networks import trained_networks
from workloads.errors import ConfigError, NetworkError, SparsimError, UnsupportedOperator
from workloads.formats import FP16, FP32
from workloads.load import load_network
from workloads.network import Network
from workloads.sparsity import NmPattern
from workloads.training import TrainingFormats, training_network

_NO_BINDINGS: Mapping[str, int] = {}
DEFAULT_BATCH = 512
TABLE_PREFIX = "table:"
"""Before the name of a network of the table of training steps, whose shape may differ from the zoo's of that name."""
TRAINING_FORMATS = TrainingFormats(work=FP16, gradient=FP16, update=FP32)


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
        A network with dense weights, a zoo name, a file, or ``table:`` and a name of ``train-table``.
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
    pattern = pattern_for(sparsity, hardware)
    comparison = StepComparison(
        network=_network(network, batch, bindings),
        accelerator=hardware,
        formats=TRAINING_FORMATS,
        optimiser=chosen.optimiser,
        dataflows=chosen.dataflows,
    )
    rule = PruningRule(method=wanted, pattern=pattern, dense=chosen.dense_layers, sparse=chosen.sparse_layers)
    return comparison.cost(rule, sorts_ahead=chosen.sorts_ahead)


def pattern_for(sparsity: str, accelerator: Accelerator) -> NmPattern:
    """Return ``sparsity`` as a pattern that ``accelerator`` runs.

    Raises
    ------
    ConfigError
        For a text of another form, an M too large, or an accelerator that cannot train.
    """
    training_section(accelerator)
    section = accelerator.array.nm_systolic
    assert section is not None, "an nm_systolic array has its section"
    return parse_pattern(sparsity, section.max_m)


def _accelerator(accelerator: Accelerator | str | Path, overrides: Sequence[str]) -> Accelerator:
    if not isinstance(accelerator, Accelerator):
        return load_accelerator(accelerator, overrides=overrides)
    if overrides:
        raise ConfigError("overrides apply to an accelerator's name or file, found a loaded accelerator")
    return accelerator


def _network(network: Network | str | Path, batch: int | None, bindings: Mapping[str, int]) -> Network:
    if isinstance(network, Network):
        if batch is not None or bindings:
            raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
        return network
    wanted, name = DEFAULT_BATCH if batch is None else batch, str(network)
    if name.startswith(TABLE_PREFIX):
        if bindings:
            raise ConfigError(
                f"network {name!r} has the table's shape, expected no binding, found {', '.join(bindings)}"
            )
        return trained_networks((name.removeprefix(TABLE_PREFIX),))[0].build(wanted)
    try:
        return load_network(network, batch=wanted, bindings=bindings)
    except NetworkError as error:
        # A recurrent cell stops batch and gradient alike; another batch would help with the first alone.
        raise _missing_gradient(network, bindings) or error from None


def _missing_gradient(network: str | Path, bindings: Mapping[str, int]) -> UnsupportedOperator | None:
    """Return the error on an operator without a gradient rule, None where there is none or another comes before it."""
    try:
        training_network(load_network(network, bindings=bindings), formats=TRAINING_FORMATS)
    except UnsupportedOperator as error:
        return error
    except SparsimError:
        return None
    return None
