"""Slopes saved as one bit an element, where nothing else of a rectified tensor is needed after the forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workloads.formats import ElementFormat, NumberKind
from workloads.network import Network
from workloads.operators import Activation, Elementwise, Operator
from workloads.tensor import Tensor, TensorRole
from workloads.training.forward import ForwardPass
from workloads.views import storage_of

_GRADIENTS = {f"{function}_gradient": function for function in ("relu", "relu6", "clip", "leaky_relu")}
"""Functions with two slopes."""
_BIT = ElementFormat(NumberKind.INTEGER, 1, signed=False)


def masked_functions(
    forward: Network, operators: Sequence[Operator], tensors: Mapping[str, Tensor]
) -> Mapping[str, str]:
    """Return by tensor of ``forward`` whose slope is all that is read of it later: the function of that slope.

    Parameters
    ----------
    forward : Network
        The forward pass.
    operators, tensors
        Of a training step whose first operators are those of ``forward``.
    """
    storage = storage_of(Network(name=forward.name, operators=tuple(operators), tensors=dict(tensors)))
    read_as: dict[str, set[str]] = {}
    for operator in operators[len(forward.operators) :]:
        for place, name in enumerate(operator.inputs):
            read_as.setdefault(storage[name], set()).add(_use(operator, place))
    made = {name for operator in forward.operators for name in operator.outputs}
    return {
        name: next(iter(uses))
        for name, uses in read_as.items()
        if name in made and len(uses) == 1 and "" not in uses and tensors[name].format.bits > 1
    }


def _use(operator: Operator, place: int) -> str:
    """The function whose slope ``operator`` takes its input ``place`` for; empty for another use."""
    if isinstance(operator.work, Elementwise) and place == 1:
        return _GRADIENTS.get(operator.work.function, "")
    return ""


def mask_name(name: str) -> str:
    """Return the name of the mask of tensor ``name``, which is also the operator's that makes it."""
    return f"{name}.mask"


def with_masks(forward: ForwardPass, functions: Mapping[str, str]) -> ForwardPass:
    """Return ``forward`` with an operator after each that makes one of the tensors ``functions``: it makes the mask.

    Assumes a mask is made by a pass of its own over the tensor, which the array could do while results leave it.
    """
    operators: list[Operator] = []
    owners, tensors = dict(forward.owners), dict(forward.network.tensors)
    for operator in forward.network.operators:
        operators.append(operator)
        for name in operator.outputs:
            if name in functions:
                mask = mask_name(name)
                tensors[mask] = Tensor(name=mask, shape=tensors[name].shape, format=_BIT, role=TensorRole.ACTIVATION)
                work = Activation(function=f"{functions[name]}_mask")
                operators.append(Operator(name=mask, work=work, inputs=(name,), outputs=(mask,)))
                owners[mask] = forward.owners[operator.name]
    return ForwardPass(network=replace(forward.network, operators=tuple(operators), tensors=tensors), owners=owners)
