"""The peak of a training step whose element-wise operators write over what they read for the last time."""

from __future__ import annotations

from workloads.network import Network
from workloads.operators import Activation, Elementwise, Operator
from workloads.tensor import TensorRole
from workloads.training.graph import TrainingNetwork
from workloads.training.memory import transient_lifetimes
from workloads.views import storage_of


def in_place_transient_bytes(training: TrainingNetwork) -> int:
    """Return the most that is alive at once of what comes and goes, in the graph's order, with operators in place.

    Assumes an element-wise operator reads each element before it writes the one in its place.
    """
    network = training.network
    storage = storage_of(network)
    lifetimes = transient_lifetimes(training)
    changes = [0] * (len(network.operators) + 1)
    for name, (begin, end) in lifetimes.items():
        changes[begin] += network.tensors[name].size_bytes
        changes[end + 1] -= network.tensors[name].size_bytes
    for index, operator in enumerate(network.operators):
        result = storage[operator.outputs[0]]
        sources = (storage[name] for name in _same_place(operator, network))
        if result in lifetimes and any(lifetimes.get(source, (0, 0))[1] == index for source in sources):
            changes[index] -= network.tensors[result].size_bytes  # the two were both counted while it runs
            changes[index + 1] += network.tensors[result].size_bytes
    peak = total = 0
    for change in changes[:-1]:
        total += change
        peak = max(peak, total)
    return peak


def _same_place(operator: Operator, network: Network) -> list[str]:
    """Inputs whose place the result of an element-wise operator could take."""
    if not isinstance(operator.work, Elementwise | Activation) or len(operator.outputs) != 1:
        return []
    result = network.tensors[operator.outputs[0]]
    inputs = [network.tensors[name] for name in operator.inputs]
    return [
        one.name
        for one in inputs
        if one.role is not TensorRole.WEIGHT and (one.shape, one.format) == (result.shape, result.format)
    ]
