"""Plans of a network's whole tensors in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.in_place import InPlaceProblem, in_place_pairs, merge_in_place
from mapper.least_peak import least_peak
from mapper.plan_tensors import Method, TensorPlanning, budgets_with_peak, check_request, plan_tensors
from mapper.problem import plan_problem
from mapper.updates_in_place import with_updates_in_place
from simulator.supported_formats import with_supported_formats
from sparsim.api import NO_BINDINGS
from sparsim.scratchpad_size import BudgetName, parse_scratchpad, scratchpad_of
from sparsim.tensor_sizes import sizes_statement, stored_weight_bytes
from sparsim.workload import make_workload, with_file_zeros
from workloads.compression import CompressionSpec
from workloads.errors import ConfigError
from workloads.load import load_network
from workloads.network import Network
from workloads.tensor import Tensor
from workloads.training import TrainingOptions, training_step

_PART_FOR_PEAK = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlanning:
    """What is known of the plans of a network in a scratchpad.

    Parameters
    ----------
    network : str
    accelerator : str
        Empty where only a size was given.
    scratchpad : str
        The budget that was asked for by name; empty for bytes.
    compression : str
        The spec; empty for none.
    with_weights : bool
        Whether weights take space and traffic.
    in_place : bool
        Whether element-wise operators overwrite what they read; ``absorbed`` says which do.
    absorbed : mapping of str to str
        By operator that is no step of its own: the one that it follows at once.
    method : Method
        As asked for.
    sizes : str
        What the sizes of tensors are, in words.
    answer : TensorPlanning
    notes : tuple of str
        What happened to the network on the way.
    """

    network: str
    accelerator: str = ""
    scratchpad: str = ""
    compression: str = ""
    with_weights: bool
    in_place: bool
    absorbed: Mapping[str, str]
    method: Method
    sizes: str
    answer: TensorPlanning
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What is asked of a planner, but for the network.

    Parameters
    ----------
    accelerator : Accelerator or None
        Its scratchpad is planned unless ``scratchpad`` is given; its formats and decoders set the sizes.
    scratchpad : int, str or None
        Bytes, a size (``512KiB``), or ``M_R``, ``M_H``, ``M_P``.
    weights, in_place, method, time_limit_s, compression, training
        As for ``plan``.

    Raises
    ------
    ConfigError
        For a size, method or time limit that cannot be, and where no size follows.
    """

    accelerator: Accelerator | None = None
    scratchpad: int | str | None = None
    weights: bool = False
    in_place: bool = False
    method: Method | str = Method.AUTO
    time_limit_s: float = 60.0
    compression: CompressionSpec | str | None = None
    training: TrainingOptions | None = None

    def __post_init__(self) -> None:
        check_request(self.method, self.time_limit_s)
        self.size()

    def size(self) -> BudgetName | int:
        """Return the budget, or the bytes, to plan for."""
        if self.scratchpad is not None:
            return parse_scratchpad(self.scratchpad)
        if self.accelerator is None:
            raise ConfigError(
                "plan: expected an accelerator or a size of the scratchpad (M_R, M_H, M_P, 512KiB), found neither"
            )
        return scratchpad_of(self.accelerator)


def plan(
    network: Network | str | Path,
    accelerator: Accelerator | str | Path | None = None,
    *,
    scratchpad: int | str | None = None,
    weights: bool = False,
    in_place: bool = False,
    method: Method | str = Method.AUTO,
    time_limit_s: float = 60.0,
    compression: CompressionSpec | str | None = None,
    training: TrainingOptions | None = None,
    batch: int | None = None,
    bindings: Mapping[str, int] = NO_BINDINGS,
    overrides: Sequence[str] = (),
) -> NetworkPlanning:
    """Return order, places and replacement of the network's whole tensors that move least, with what is proven of it.

    Parameters
    ----------
    network : Network, str or Path
        A network, a zoo name, or a file (ONNX, TFLite, SCALE-Sim CSV).
    accelerator : Accelerator, str, Path or None
        Its scratchpad is planned unless ``scratchpad`` is given; its formats and decoders set the sizes.
    scratchpad : int, str or None
        Bytes, a size (``512KiB``), or ``M_R``, ``M_H``, ``M_P``: what the network needs to run, to move nothing more,
        and half-way.
    weights : bool
        Whether weights take space and traffic as activations do.
    in_place : bool
        Whether element-wise operators may overwrite what they read.
    method : {"auto", "ilp", "search", "gaps", "greedy"}
    time_limit_s : float
        When it ends, or the user interrupts, the best plan so far is returned with its gap.
    compression : CompressionSpec or str, optional
        What is done to the network first: a spec, its text or the name of its YAML file.
    training : TrainingOptions, optional
        Which step of its training is planned in place of its inference; updates are in place.
    batch, bindings
        As for ``run``. Need a name or file.
    overrides : sequence of str
        ``field=value`` changes to the accelerator. Need a name or file.

    Raises
    ------
    SparsimError
        When a file, name, size or option is impossible; says which and why. A scratchpad that is too small is no
        error: the answer's verdict is ``infeasible``, with the reason.
    """
    request = PlanRequest(
        accelerator=_accelerator(accelerator, overrides),
        scratchpad=scratchpad,
        weights=weights,
        in_place=in_place,
        method=method,
        time_limit_s=time_limit_s,
        compression=compression,
        training=training,
    )
    if not isinstance(network, Network):
        return plan_chosen(load_network(network, batch=batch, bindings=bindings), request, source=network)
    if batch is not None or bindings:
        raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
    return plan_chosen(network, request)


def plan_chosen(network: Network, request: PlanRequest, *, source: str | Path | None = None) -> NetworkPlanning:
    """Return what ``plan`` does, of a network that is loaded.

    Parameters
    ----------
    network : Network
    request : PlanRequest
    source : str, Path or None
        What the network was loaded from: its real weights are there.
    """
    workload = make_workload(network, source=source, compression=request.compression)
    loaded = workload.network
    step = None if request.training is None else training_step(loaded, request.training)
    stored: Mapping[str, int] = {}
    if step is not None:
        loaded = step.network
    elif request.accelerator is not None:
        loaded = with_file_zeros(workload, request.accelerator).network
    if request.accelerator is not None:
        loaded = with_supported_formats(loaded, request.accelerator.array)
        stored = stored_weight_bytes(loaded, request.accelerator) if request.weights else {}
    merged = _problem(loaded, request, stored, {} if step is None else step.replaced)
    peak = least_peak(merged.problem, time_limit_s=request.time_limit_s * _PART_FOR_PEAK)
    size = request.size()
    capacity_bytes = size if isinstance(size, int) else size.of(budgets_with_peak(merged.problem, peak))
    answer = plan_tensors(
        merged.problem, capacity_bytes, method=request.method, time_limit_s=request.time_limit_s, peak=peak
    )
    name = "" if request.accelerator is None else request.accelerator.name
    return NetworkPlanning(
        network=loaded.name,
        accelerator=name,
        scratchpad="" if isinstance(size, int) else str(size),
        compression=workload.compression,
        with_weights=request.weights,
        in_place=request.in_place,
        absorbed=merged.absorbed,
        method=Method(request.method),
        sizes=sizes_statement(stored, name),
        answer=answer,
        notes=loaded.notes,
    )


def _problem(
    network: Network, request: PlanRequest, stored: Mapping[str, int], replaced: Mapping[str, str]
) -> InPlaceProblem:
    """The problem to plan; in any order, so that only what overwrites its one input is absorbed."""

    def size_of(tensor: Tensor) -> int:
        return stored.get(tensor.name, tensor.size_bytes)

    problem = plan_problem(network, with_weights=request.weights, size_of=size_of)
    if replaced:
        problem = with_updates_in_place(problem, network, replaced)
    if not problem.operators:
        raise ConfigError(f"network {network.name!r} has no operator to plan: all are views")
    if not request.in_place:
        return InPlaceProblem(problem=problem, absorbed={}, overwrites=())
    return merge_in_place(problem, in_place_pairs(network, problem))


def _accelerator(accelerator: Accelerator | str | Path | None, overrides: Sequence[str]) -> Accelerator | None:
    if accelerator is None or isinstance(accelerator, Accelerator):
        if overrides:
            raise ConfigError("overrides apply to an accelerator's name or file, found none")
        return accelerator
    return load_accelerator(accelerator, overrides=overrides)
