"""The main job in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.choose_plan import Mapper, PlanOptions
from mapper.map_network import Progress
from mapper.objective import Objective
from mapper.tiling import Implementation
from mapper.tiling import pareto_tilings as tilings_of_nests
from simulator.machine import Machine
from simulator.result import Result
from simulator.supported_formats import with_supported_formats
from sparsim.activations import ActivationDensities
from sparsim.run_network import run_network
from sparsim.weight_format import with_weight_format
from sparsim.workload import Workload, compared, make_workload, with_file_zeros
from workloads.compression import CompressionSpec
from workloads.errors import ConfigError
from workloads.load import load_network
from workloads.network import Network
from workloads.training import TrainingOptions

NO_BINDINGS: Mapping[str, int] = {}


def run(
    network: Network | Workload | str | Path,
    accelerator: Accelerator | str | Path,
    *,
    compression: CompressionSpec | str | None = None,
    weight_format: str = "auto",
    activation_density: float | str | Path | None = None,
    inputs: str | Path | None = None,
    objective: Objective | str = Objective.LATENCY,
    mapper: Mapper | str = Mapper.JOINT,
    time_limit_s: float = PlanOptions().time_limit_s,
    training: TrainingOptions | None = None,
    batch: int | None = None,
    bindings: Mapping[str, int] = NO_BINDINGS,
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> Result:
    """Return what ``network`` costs on ``accelerator``, each operator mapped for the least ``objective``.

    Parameters
    ----------
    network : Network, Workload, str or Path
        A network, one prepared with ``make_workload``, a zoo name, or a file (ONNX, TFLite, SCALE-Sim CSV).
    accelerator : Accelerator, str or Path
        An accelerator, a shipped name, or a file (YAML, SCALE-Sim cfg).
    compression : CompressionSpec or str, optional
        What is done to the network first: a spec, its text (``nm:2:8+int8``) or the name of its YAML file. By magnitude
        where the network comes from a file with weights; on synthetic masks, and noted, where not.
    weight_format : str
        Storage format of the weights; ``auto`` takes the cheapest that the accelerator decodes, tensor by tensor.
    activation_density : float, str or Path, optional
        Non-zero fraction of what matrix operators read, in [0, 1]; a file of densities or masks by tensor name; or
        ``measure`` to run the network's ONNX file.
    inputs : str or Path, optional
        With ``measure``: a .npz file of arrays by the name of the network's input.
    objective : {"latency", "traffic", "energy", "edp"}
    mapper : {"joint", "layers"}
        Tilings together with what stays in the scratchpad between operators; or each operator alone.
    time_limit_s : float
        For deciding and placing what stays; the best plan found by then is returned with what is known of it.
    training : TrainingOptions, optional
        Which step of its training is run in place of its inference.
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
    if isinstance(accelerator, Accelerator):
        if overrides:
            raise ConfigError("overrides apply to an accelerator's name or file, found a loaded accelerator")
    else:
        accelerator = load_accelerator(accelerator, overrides=overrides)
    chosen = with_weight_format(accelerator, weight_format)
    wanted = plan_options(objective, mapper, time_limit_s)
    activations = ActivationDensities(density=activation_density, inputs=inputs)
    made = _workload(network, _Preparation(compression, activations, training), batch, bindings)
    workload = with_file_zeros(made, accelerator)
    result = run_network(workload.network, chosen, wanted, progress)
    if workload.network is workload.dense:
        return result
    dense = run_network(workload.dense, chosen, wanted)
    return compared(result, dense, workload.compression)


@dataclass(frozen=True, slots=True)
class _Preparation:
    """What is done to a network before it is run."""

    compression: CompressionSpec | str | None
    activations: ActivationDensities
    training: TrainingOptions | None

    def applied(self, network: Network, source: str | Path | None) -> Workload:
        return make_workload(
            network,
            source=source,
            compression=self.compression,
            activations=self.activations,
            training=self.training,
        )


def _workload(
    network: Network | Workload | str | Path,
    wanted: _Preparation,
    batch: int | None,
    bindings: Mapping[str, int],
) -> Workload:
    if not isinstance(network, str | Path):
        if batch is not None or bindings:
            raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
        if isinstance(network, Network):
            return wanted.applied(network, None)
        if wanted != _Preparation(None, ActivationDensities(inputs=wanted.activations.inputs), None):
            raise ConfigError(
                "compression, activation density and training apply to a network or its file, "
                "found a workload, which has its own"
            )
        return network
    return wanted.applied(load_network(network, batch=batch, bindings=bindings), network)


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


def plan_options(
    objective: Objective | str, mapper: Mapper | str, time_limit_s: float = PlanOptions().time_limit_s
) -> PlanOptions:
    """Return the options of these names.

    Raises
    ------
    ConfigError
        For an unknown name, or a time limit that is not positive.
    """
    try:
        chosen = Mapper(mapper)
    except ValueError:
        raise ConfigError(f"unknown mapper {mapper!r}: expected one of {', '.join(Mapper)}") from None
    return PlanOptions(objective=parse_objective(objective), mapper=chosen, time_limit_s=time_limit_s)


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
