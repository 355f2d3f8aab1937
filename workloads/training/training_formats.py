"""Element formats of a training step: of the work itself, of gradients, and of the update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workloads.formats import ElementFormat
from workloads.network import Network
from workloads.operators import Movement, OperatorKind
from workloads.tensor import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFormats:
    """Formats of a training step; None leaves what the network has.

    Parameters
    ----------
    work : ElementFormat or None
        Of weights, biases and activations; None for the network's own formats.
    gradient : ElementFormat or None
        Of all gradients; None for the format of the tensor that it is the gradient of.
    update : ElementFormat or None
        Of optimiser states, and of a copy of each parameter that is updated in place of it where the parameter's own
        format is another; None for the parameter's own format.
    """

    work: ElementFormat | None = None
    gradient: ElementFormat | None = None
    update: ElementFormat | None = None


def with_format(network: Network, format: ElementFormat | None) -> Network:
    """Return ``network`` with every tensor but indices in ``format``; unchanged for None."""
    if format is None:
        return network
    indices = _indices(network)
    tensors: Mapping[str, Tensor] = {
        name: tensor if name in indices else replace(tensor, format=format) for name, tensor in network.tensors.items()
    }
    return replace(network, tensors=tensors)


def _indices(network: Network) -> set[str]:
    return {
        name
        for operator in network.operators
        if isinstance(operator.work, Movement) and operator.work.kind is OperatorKind.GATHER
        for name in operator.inputs[1:]
    }
