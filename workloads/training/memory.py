"""Memory of a training step: what stays, what waits for the backward pass, and the most that is alive at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workloads.network import Network
from workloads.operators import View
from workloads.tensor import TensorRole
from workloads.training.graph import TrainingNetwork
from workloads.training.stage import Stage
from workloads.views import storage_of

_READS_SAVED = frozenset((Stage.BACKWARD, Stage.WEIGHT_GRADIENT, Stage.RECOMPUTE))
_FORWARD = frozenset((Stage.FORWARD,))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingMemory:
    """Bytes of a training step.

    Parameters
    ----------
    parameter_bytes : int
        Weights, biases and other constants of the network, trained or not.
    gradient_bytes : int
        Gradients of all trained parameters.
    optimiser_bytes : int
        Optimiser states, and copies of parameters that are kept for the update.
    saved_activation_bytes : int
        Inputs and activations of the forward pass that wait for the backward pass.
    frozen_parameter_bytes : int
        Of ``parameter_bytes``: what no update changes, which can stay in memory that is only read.
        Assumes a part of a parameter that is trained is held apart from the rest.
    peak_transient_bytes : int
        The most that is alive at once of all other tensors (activations, gradients, inputs), in the order of the graph.
    peak_operator : str
        The operator, in that order the first, at which this is so.
    peak_saved_bytes, peak_gradient_bytes : int
        What of it are saved activations, and gradients of parameters.
    """

    parameter_bytes: int
    gradient_bytes: int
    optimiser_bytes: int
    saved_activation_bytes: int
    frozen_parameter_bytes: int
    peak_transient_bytes: int
    peak_operator: str
    peak_saved_bytes: int
    peak_gradient_bytes: int

    @property
    def peak_bytes(self) -> int:
        """The most that is alive at once, with parameters and optimiser states, which always are."""
        return self.parameter_bytes + self.optimiser_bytes + self.peak_transient_bytes

    @property
    def resident_bytes(self) -> int:
        """Parameters that are trained and optimiser states: what is in writable memory all the time."""
        return self.parameter_bytes - self.frozen_parameter_bytes + self.optimiser_bytes

    @property
    def writable_peak_bytes(self) -> int:
        """The most that is alive at once but for parameters that nothing changes, which may be in flash memory."""
        return self.resident_bytes + self.peak_transient_bytes


def training_memory(training: TrainingNetwork) -> TrainingMemory:
    """Return the memory of the step ``training`` when its operators run in the order that they have.

    Assumes an update writes parameters and states in place, and nothing else is.
    """
    network, roles = training.network, training.roles
    storage = storage_of(network)
    sizes = {name: tensor.size_bytes for name, tensor in network.tensors.items()}
    weights = [tensor.name for tensor in network.with_role(TensorRole.WEIGHT)]
    states = set(training.replaced.values()) - _read_by(training, _FORWARD)
    forward_made = {
        storage[name]
        for operator in network.operators
        if roles[operator.name].stage is Stage.FORWARD
        for name in operator.outputs
    }
    forward_made.update(_read_by(training, _FORWARD) & {tensor.name for tensor in network.with_role(TensorRole.INPUT)})
    saved = forward_made & {storage[name] for name in _read_by(training, _READS_SAVED)}
    saved -= set(weights)
    gradients = {storage[name] for name in training.gradients.values()}
    live = live_transient_bytes(training)
    peak = max(range(len(live)), key=live.__getitem__)
    alive = alive_at(training, peak)
    return TrainingMemory(
        parameter_bytes=sum(sizes[name] for name in weights if name not in states),
        gradient_bytes=sum(sizes[name] for name in gradients),
        optimiser_bytes=sum(sizes[name] for name in weights if name in states),
        saved_activation_bytes=sum(sizes[name] for name in saved),
        frozen_parameter_bytes=sum(
            sizes[name] - trained_bytes(training, name) for name in weights if name not in states
        ),
        peak_transient_bytes=live[peak],
        peak_operator=network.operators[peak].name,
        peak_saved_bytes=sum(sizes[name] for name in saved & alive),
        peak_gradient_bytes=sum(sizes[name] for name in gradients & alive),
    )


def trained_bytes(training: TrainingNetwork, parameter: str) -> int:
    """Return the bytes of ``parameter`` that are trained: all, those of some channels, or none."""
    if parameter not in training.gradients:
        return 0
    shape = training.network.tensors[training.gradients[parameter]].shape
    return replace(training.network.tensors[parameter], shape=shape, sparsity=None).size_bytes


def live_transient_bytes(training: TrainingNetwork) -> list[int]:
    """Return, by operator of the step, the bytes alive while it runs, without parameters and optimiser states.

    A tensor is alive from the operator that makes it, or first reads it, to the last one that reads it.
    """
    network = training.network
    changes = [0] * (len(network.operators) + 1)
    for name, (begin, end) in transient_lifetimes(training).items():
        changes[begin] += network.tensors[name].size_bytes
        changes[end + 1] -= network.tensors[name].size_bytes
    live, total = [], 0
    for change in changes[:-1]:
        total += change
        live.append(total)
    return live


def alive_at(training: TrainingNetwork, index: int) -> set[str]:
    """Return the tensors that ``live_transient_bytes`` counts while operator number ``index`` of the step runs."""
    return {name for name, (begin, end) in transient_lifetimes(training).items() if begin <= index <= end}


def transient_lifetimes(training: TrainingNetwork) -> dict[str, tuple[int, int]]:
    """Return the first and last operator by tensor that comes and goes: no parameter, and nothing that replaces one."""
    network = training.network
    persistent = {tensor.name for tensor in network.with_role(TensorRole.WEIGHT)} | set(training.replaced)
    first, last = _lifetimes(network, storage_of(network))
    return {name: (begin, last[name]) for name, begin in first.items() if name not in persistent}


def _lifetimes(network: Network, storage: Mapping[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """First and last operator by tensor that has bytes of its own; a view alone keeps nothing alive."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for index, operator in enumerate(network.operators):
        if isinstance(operator.work, View):
            continue
        for name in (*operator.inputs, *operator.outputs):
            first.setdefault(storage[name], index)
            last[storage[name]] = index
    return first, last


def _read_by(training: TrainingNetwork, stages: frozenset[Stage]) -> set[str]:
    return {
        name
        for operator in training.network.operators
        if training.roles[operator.name].stage in stages
        for name in operator.inputs
    }
