"""The main job in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.map_network import Progress, map_network
from mapper.objective import Objective
from mapper.tiling import Implementation
from mapper.tiling import pareto_tilings as tilings_of_nests
from simulator.machine import Machine
from simulator.result import Result
from simulator.simulate import simulate
from simulator.supported_formats import with_supported_formats
from workloads.batching import batch_size
from workloads.errors import ConfigError
from workloads.load import load_network
from workloads.network import Network

NO_BINDINGS: Mapping[str, int] = {}


def run(
    network: Network | str | Path,
    accelerator: Accelerator | str | Path,
    *,
    objective: Objective | str = Objective.LATENCY,
    batch: int | None = None,
    bindings: Mapping[str, int] = NO_BINDINGS,
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> Result:
    """Return what ``network`` costs on ``accelerator``, each operator mapped for the least ``objective``.

    Parameters
    ----------
    network : Network, str or Path
        A network, a zoo name, or a file (ONNX, SCALE-Sim CSV).
    accelerator : Accelerator, str or Path
        An accelerator, a shipped name, or a file (YAML, SCALE-Sim cfg).
    objective : {"latency", "traffic", "energy", "edp"}
    batch : int, optional
        Inferences a run; by default what the network says. Needs a name or file.
    bindings : mapping of str to int
        Sizes of dynamic dimensions, by name. Needs a name or file.
    overrides : sequence of str
        ``field=value`` changes to the accelerator. Needs a name or file.
    progress : callable, optional
        Called with operators mapped and operators in all.

    Raises
    ------
    SparsimError
        When a file, name, option or plan is impossible; says which and why.
    """
    if isinstance(network, Network):
        if batch is not None or bindings:
            raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
    else:
        network = load_network(network, batch=batch, bindings=bindings)
    if isinstance(accelerator, Accelerator):
        if overrides:
            raise ConfigError("overrides apply to an accelerator's name or file, found a loaded accelerator")
    else:
        accelerator = load_accelerator(accelerator, overrides=overrides)
    native = with_supported_formats(network, accelerator.array)
    plan = map_network(native, accelerator, objective=parse_objective(objective), progress=progress)
    result = simulate(native, accelerator, plan, batch=batch_size(native))
    notes = (*result.notes, *_plan_notes(objective, accelerator))
    return replace(result, objective=str(Objective(objective)), notes=notes)


def pareto_tilings(network: Network, accelerator: Accelerator, operator: str) -> tuple[Implementation, ...]:
    """Return the tilings of one operator that no other beats in scratchpad, off-chip traffic and cycles together.

    Parameters
    ----------
    network, accelerator
    operator : str
        Name of one of the network's operators; a view has none.

    Raises
    ------
    ConfigError
        When the network has no operator of that name.
    """
    native = with_supported_formats(network, accelerator.array)
    for one in native.operators:
        if one.name == operator:
            machine = Machine(accelerator=accelerator)
            return tilings_of_nests(machine.storage.nests_of(one, native.tensors), machine)
    raise ConfigError(f"network {network.name!r} has no operator called {operator!r}")


def parse_objective(objective: Objective | str) -> Objective:
    """Return the objective of that name.

    Raises
    ------
    ConfigError
        For an unknown name; lists the known ones.
    """
    try:
        return Objective(objective)
    except ValueError:
        raise ConfigError(f"unknown objective {objective!r}: expected one of {', '.join(Objective)}") from None


def _plan_notes(objective: Objective | str, accelerator: Accelerator) -> tuple[str, ...]:
    plan = f"plan: layer by layer, least {Objective(objective)}; tensors pass through off-chip memory"
    if accelerator.off_chip.bandwidth_bytes_per_second is not None:
        return (plan,)
    return (plan, "off-chip bandwidth is unbounded: bytes cost no time, and objective traffic would move fewer")
