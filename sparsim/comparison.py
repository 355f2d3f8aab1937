"""A grid: a network under several compressions on several accelerators, each beside the network before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.choose_plan import Mapper, PlanOptions
from mapper.objective import Objective
from simulator.result import Result
from sparsim.activations import ActivationDensities
from sparsim.api import NO_BINDINGS, plan_options
from sparsim.run_network import run_network
from sparsim.weight_format import all_with_weight_format
from sparsim.workload import Workload, compared, make_workload, uses_zeros, with_known_zeros
from workloads.compression import CompressionSpec, parse_spec
from workloads.errors import ConfigError, InfeasiblePlan
from workloads.load import load_network
from workloads.network import Network
from workloads.training import TrainingOptions

DENSE = "dense"
AS_STORED = "as stored"
"""Names of the network before compression without regard to zeros, and with those of its file and activations."""

CellProgress = Callable[[int, int], None]
"""Called with cells done and cells in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCell:
    """One compression on one accelerator.

    Parameters
    ----------
    compression : str
        ``dense``, ``as stored``, or a spec.
    accelerator : str
        Name.
    result : Result or None
        None where no plan fits.
    dense_cycles : int or None
        Cycles of ``dense`` on this accelerator; None where no plan fits that.
    infeasible : str
        Why there is no result; empty where there is one.
    """

    compression: str
    accelerator: str
    result: Result | None
    dense_cycles: int | None = None
    infeasible: str = ""

    @property
    def speedup_over_dense(self) -> float | None:
        """Cycles of ``dense`` on this accelerator over cycles here; None where one of them has no plan."""
        if self.result is None or self.dense_cycles is None:
            return None
        return self.dense_cycles / self.result.total_cycles if self.result.total_cycles else 1.0


def compare(
    network: Network | str | Path,
    accelerators: Sequence[Accelerator | str | Path],
    compressions: Sequence[CompressionSpec | str] = (),
    *,
    weight_format: str = "auto",
    activation_density: float | str | Path | None = None,
    inputs: str | Path | None = None,
    objective: Objective | str = Objective.LATENCY,
    mapper: Mapper | str = Mapper.JOINT,
    batch: int | None = None,
    bindings: Mapping[str, int] = NO_BINDINGS,
    overrides: Sequence[str] = (),
) -> tuple[ComparedCell, ...]:
    """Return what ``network`` costs dense and under each compression on each accelerator, compression by compression.

    The first row is ``dense``: nothing is known of zeros. Where there are zeros in the file that an accelerator can
    use, or densities of activations are given, the second is ``as stored``.

    Parameters
    ----------
    network : Network, str or Path
        As in ``sparsim.run``.
    accelerators, compressions : sequence
        At least one accelerator.
    weight_format, activation_density, inputs, objective, mapper, batch, bindings, overrides
        As in ``sparsim.run``; ``weight_format`` and ``overrides`` apply to each accelerator.

    Raises
    ------
    SparsimError
        As ``sparsim.run``, but an infeasible cell is part of the answer.
    """
    if isinstance(network, Network):
        if batch is not None or bindings:
            raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
        loaded, source = network, None
    else:
        loaded, source = load_network(network, batch=batch, bindings=bindings), network
    activations = ActivationDensities(density=activation_density, inputs=inputs)
    workloads = make_workloads(loaded, source, compressions, activations)
    machines = load_accelerators(accelerators, overrides)
    return compare_workloads(workloads, machines, plan_options(objective, mapper), weight_format)


def load_accelerators(
    accelerators: Sequence[Accelerator | str | Path], overrides: Sequence[str]
) -> tuple[Accelerator, ...]:
    """Return the accelerators of these names and files, all with ``overrides``.

    Raises
    ------
    ConfigError
        When there is none, one cannot be loaded, two have the same name, or a loaded one is to be overridden.
    """
    if any(isinstance(one, Accelerator) for one in accelerators) and overrides:
        raise ConfigError("overrides apply to an accelerator's name or file, found a loaded accelerator")
    loaded = tuple(
        one if isinstance(one, Accelerator) else load_accelerator(one, overrides=overrides) for one in accelerators
    )
    names = [one.name for one in loaded]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"comparison: two accelerators are called {twice!r}, expected different names")
    if not loaded:
        raise ConfigError("comparison: expected at least one accelerator, found none")
    return loaded


def make_workloads(
    network: Network,
    source: str | Path | None,
    compressions: Sequence[CompressionSpec | str],
    activations: ActivationDensities,
    training: TrainingOptions | None = None,
) -> tuple[Workload, ...]:
    """Return ``network`` as it is, then under each compression; with ``training``, a training step of each.

    Raises
    ------
    ConfigError, NetworkError
        As ``make_workload``, or for a spec that stands twice or does nothing.
    """
    specs = [parse_spec(one) if isinstance(one, str) else one for one in compressions]
    _check_different(specs)
    return tuple(
        make_workload(network, source=source, compression=one, activations=activations, training=training)
        for one in (None, *specs)
    )


def _check_different(specs: Sequence[CompressionSpec]) -> None:
    names = [str(spec) for spec in specs]
    for name, spec in zip(names, specs, strict=True):
        if spec.changes_nothing:
            raise ConfigError(f"comparison: the compression {name!r} changes nothing: {DENSE} is always the first row")
        if names.count(name) > 1:
            raise ConfigError(f"comparison: the compression {name!r} is given twice")


def compare_workloads(
    workloads: Sequence[Workload],
    accelerators: Sequence[Accelerator],
    options: PlanOptions,
    weight_format: str = "auto",
    progress: CellProgress | None = None,
) -> tuple[ComparedCell, ...]:
    """Return the grid of ``workloads``, of one network and the first without compression, on ``accelerators``.

    Rows come in order, and in each row the accelerators; the network before compression is costed once on each.

    Raises
    ------
    ConfigError
        When an accelerator does not decode ``weight_format``; names those that do.
    """
    chosen = all_with_weight_format(accelerators, weight_format)
    cells: list[list[ComparedCell]] = []
    total = len(accelerators) * (1 + len(workloads))
    known = [with_known_zeros(one) for one in workloads] if any(map(uses_zeros, accelerators)) else workloads
    for accelerator, machine in zip(accelerators, chosen, strict=True):
        dense = _dense_cell(workloads[0].dense, machine, options)
        column = [dense]
        for workload in known if uses_zeros(accelerator) else workloads:
            column.append(_compared_cell(workload, dense, machine, options))
            if progress is not None:
                progress(sum(map(len, cells)) + len(column), total)
        cells.append(column)
    rows = list(zip(*cells, strict=True))
    if all(cell.result == rows[0][index].result for index, cell in enumerate(rows[1])):
        del rows[1]  # nothing is known of zeros
    return tuple(cell for row in rows for cell in row)


def _dense_cell(network: Network, accelerator: Accelerator, options: PlanOptions) -> ComparedCell:
    cell = _cell(DENSE, network, accelerator, options)
    return cell if cell.result is None else replace(cell, dense_cycles=cell.result.total_cycles)


def _compared_cell(
    workload: Workload, dense: ComparedCell, accelerator: Accelerator, options: PlanOptions
) -> ComparedCell:
    name = workload.compression or AS_STORED
    if workload.network is workload.dense:
        return replace(dense, compression=name)
    cell = _cell(name, workload.network, accelerator, options)
    if cell.result is None or dense.result is None:
        return cell
    result = compared(cell.result, dense.result, workload.compression)
    return replace(cell, result=result, dense_cycles=dense.dense_cycles)


def _cell(name: str, network: Network, accelerator: Accelerator, options: PlanOptions) -> ComparedCell:
    try:
        result = run_network(network, accelerator, options)
    except InfeasiblePlan as error:
        return ComparedCell(compression=name, accelerator=accelerator.name, result=None, infeasible=str(error))
    return ComparedCell(compression=name, accelerator=accelerator.name, result=result)
