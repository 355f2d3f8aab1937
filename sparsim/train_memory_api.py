"""train_memory: what a training step needs of memory, a line an update scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hw_configs.quantities import BYTE_UNITS, parse_quantity
from mapper.least_peak import PeakResult, least_peak
from mapper.plan_tensors import TensorPlanning, plan_tensors
from sparsim.api import NO_BINDINGS
from sparsim.train_memory_problems import part_bytes, transient_problem, writable_problem
from workloads.batching import batch_size
from workloads.errors import ConfigError
from workloads.load import load_network
from workloads.network import Network
from workloads.tensor import Tensor, TensorRole
from workloads.training import Stage, TrainingMemory, TrainingNetwork, TrainingOptions, training_memory, training_step
from workloads.training.in_place_memory import in_place_transient_bytes

SCHEMES = ("full", "bias-only", "last:2", "sparse")
"""Shown unless others are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeMemory:
    """Memory of one scheme.

    Parameters
    ----------
    scheme : str
    memory : TrainingMemory
        In the order of the graph.
    least : PeakResult
        The least peak over all orders of what ``memory.peak_transient_bytes`` counts, as far as it is known.
    in_place_peak_bytes : int
        Writable memory in the order of the graph when element-wise operators write over what they read.
    formats : str
        Of weights and of activations and gradients, in words.
    spills : TensorPlanning or None
        The plan in what the budget leaves beside the parts of parameters that are trained, of all else but what
        nothing changes; None without a budget, where it suffices, and where nothing is left.
    """

    scheme: str
    memory: TrainingMemory
    least: PeakResult
    formats: str
    in_place_peak_bytes: int
    spills: TensorPlanning | None = None

    @property
    def least_peak_bytes(self) -> int:
        """The least writable memory found: what stays all the time, and the peak of what comes and goes."""
        return self.memory.resident_bytes + self.least.peak_bytes

    @property
    def needed_bytes(self) -> int:
        """The lesser of what the best order and operators in place need."""
        return min(self.least_peak_bytes, self.in_place_peak_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingMemoryTable:
    """Memory of a network's training step by scheme.

    Parameters
    ----------
    network : str
    training : TrainingOptions
        Of each row, but for the scheme.
    batch : int
    budget_bytes : int or None
    rows : tuple of SchemeMemory
    notes : tuple of str
    """

    network: str
    training: TrainingOptions
    batch: int
    budget_bytes: int | None
    rows: tuple[SchemeMemory, ...]
    notes: tuple[str, ...] = ()

    def suffices(self, row: SchemeMemory) -> bool | None:
        """Whether the budget suffices for what ``row`` needs; None without a budget."""
        return None if self.budget_bytes is None else row.needed_bytes <= self.budget_bytes


def train_memory(
    network: Network | str | Path,
    schemes: Sequence[str] | None = None,
    *,
    training: TrainingOptions | None = None,
    budget: int | str | None = None,
    time_limit_s: float = 10.0,
    batch: int | None = None,
    bindings: Mapping[str, int] = NO_BINDINGS,
) -> TrainingMemoryTable:
    """Return the memory of a training step of ``network`` under each of ``schemes``.

    Assumes parameters that no update changes are in memory that is only read, and take none of the budget.

    Parameters
    ----------
    network : Network, str or Path
        As in ``sparsim.run``.
    schemes : sequence of str, optional
        As for ``parse_scheme``; those of ``SCHEMES`` that the network has unless given, with a note on the others.
    training : TrainingOptions, optional
        Of all steps; its ``update`` is not used.
    budget : int or str, optional
        Bytes, or a size (``256KiB``): of writable memory.
    time_limit_s : float
        For the least peak of a scheme, and again for its plan at the budget; what is known then is returned.
    batch, bindings
        As in ``sparsim.run``. Need a name or file.

    Raises
    ------
    SparsimError
        For a budget that is no size, a time limit that is not positive, no scheme, and as ``training_step``.
    """
    budget_bytes = None if budget is None else parse_budget(budget)
    if not time_limit_s > 0:
        raise ConfigError(f"time limit: expected more than 0 seconds, found {time_limit_s:g}")
    loaded = _loaded(network, batch, bindings)
    chosen = training or TrainingOptions()
    steps, notes = _steps(loaded, chosen, schemes)
    rows = tuple(_row(scheme, step, budget_bytes, time_limit_s) for scheme, step in steps.items())
    return TrainingMemoryTable(
        network=loaded.name,
        training=chosen,
        batch=batch_size(loaded),
        budget_bytes=budget_bytes,
        rows=rows,
        notes=(*loaded.notes, *notes),
    )


def parse_budget(budget: int | str) -> int:
    """Return the bytes of ``budget``.

    Raises
    ------
    ConfigError
        When it is no size, or not positive.
    """
    try:
        return parse_quantity(budget, BYTE_UNITS)
    except ConfigError as error:
        raise ConfigError(f"memory: expected a size (256KiB): {error}") from None


def _loaded(network: Network | str | Path, batch: int | None, bindings: Mapping[str, int]) -> Network:
    if not isinstance(network, Network):
        return load_network(network, batch=batch, bindings=bindings)
    if batch is not None or bindings:
        raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
    return network


def _steps(
    network: Network, training: TrainingOptions, schemes: Sequence[str] | None
) -> tuple[dict[str, TrainingNetwork], list[str]]:
    """Steps by scheme and, where no schemes are asked for, notes on those that the network does not have."""
    steps: dict[str, TrainingNetwork] = {}
    missing: dict[str, ConfigError] = {}
    for scheme in SCHEMES if schemes is None else schemes:
        try:
            steps[scheme] = training_step(network, replace(training, update=scheme))
        except ConfigError as error:
            if schemes is not None:
                raise
            missing[scheme] = error
    if missing and not steps:
        raise next(iter(missing.values()))
    if not steps:
        raise ConfigError(f"train-memory: expected at least one scheme ({', '.join(SCHEMES)}), found none")
    return steps, [f"no scheme {scheme}: {error}" for scheme, error in missing.items()]


def _row(scheme: str, step: TrainingNetwork, budget_bytes: int | None, time_limit_s: float) -> SchemeMemory:
    memory = training_memory(step)
    row = SchemeMemory(
        scheme=scheme,
        memory=memory,
        in_place_peak_bytes=memory.resident_bytes + in_place_transient_bytes(step),
        least=least_peak(transient_problem(step), time_limit_s=time_limit_s),
        formats=_formats(step),
    )
    if budget_bytes is None or row.needed_bytes <= budget_bytes:
        return row
    left_bytes = budget_bytes - sum(part_bytes(step, name) for name in step.gradients)
    if left_bytes < 1:
        return row
    return replace(row, spills=plan_tensors(writable_problem(step), left_bytes, time_limit_s=time_limit_s))


def _formats(step: TrainingNetwork) -> str:
    """Formats by how many bytes they take, most first."""
    forward = {name for operator in step.operators_of(Stage.FORWARD) for name in operator.outputs}
    tensors = step.network.tensors.values()
    parts = {
        "parameters": [one for one in tensors if one.role is TensorRole.WEIGHT and one.num_parameters],
        "activations": [one for one in tensors if one.name in forward],
        "gradients": [step.network.tensors[name] for name in step.gradients.values()],
    }
    return "; ".join(f"{part} {_by_bytes(found)}" for part, found in parts.items())


def _by_bytes(tensors: Sequence[Tensor]) -> str:
    total: dict[str, int] = {}
    for tensor in tensors:
        total[tensor.format.name] = total.get(tensor.format.name, 0) + tensor.size_bytes
    return ", ".join(sorted(total, key=lambda name: -total[name]))
