"""A network whose activations have a density."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workloads.errors import NetworkError
from workloads.nearest_names import nearest_names
from workloads.network import Network
from workloads.operators import Activation, Convolution, Gemm, MatMul, Recurrent, View
from workloads.sparsity import Sparsity, SparsityOrigin
from workloads.tensor import TensorRole


def with_activation_density(
    network: Network, densities: Mapping[str, float] | float, origin: SparsityOrigin
) -> Network:
    """Return ``network`` with densities of activations set; tensors that are not named keep what they have.

    Assumes, where one number stands for all, that it is the density of every activation that a convolution, matrix
    product or recurrent layer reads, except the network's own inputs and views of them, which stay dense.

    Parameters
    ----------
    network : Network
    densities : mapping of str to float, or float
        Non-zero fraction in [0, 1], by tensor name, or one for all inputs of matrix operators.
    origin : SparsityOrigin
        GIVEN or MEASURED.

    Raises
    ------
    NetworkError
        For a name that is no tensor of the network (names the nearest), a weight, or a density outside [0, 1].
    """
    by_name = densities if isinstance(densities, Mapping) else dict.fromkeys(matrix_inputs(network), float(densities))
    if not isinstance(densities, Mapping):
        _check_fraction("of all activations", float(densities))
    changed = dict(network.tensors)
    for name, density_fraction in by_name.items():
        _check_name(network, name)
        _check_fraction(f"of tensor {name!r}", density_fraction)
        sparsity = Sparsity(density_fraction=density_fraction, origin=origin)
        changed[name] = replace(changed[name], sparsity=sparsity)
    return replace(network, tensors=changed)


def matrix_inputs(network: Network) -> tuple[str, ...]:
    """Return the activations that matrix operators multiply, without the network's inputs and views of them."""
    from_outside = {tensor.name for tensor in network.with_role(TensorRole.INPUT)}
    found: dict[str, None] = {}
    for operator in network.operators:
        match operator.work:
            case View() | Activation(function="cast" | "quantise" | "dequantise") if operator.inputs[0] in from_outside:
                from_outside.update(operator.outputs)
            case Convolution() | Gemm() | MatMul():
                found.update(dict.fromkeys(operator.inputs[:2]))
            case Recurrent():
                found.update(dict.fromkeys(operator.inputs[:1]))
            case _:
                pass
    weights = {tensor.name for tensor in network.with_role(TensorRole.WEIGHT)}
    return tuple(name for name in found if name not in from_outside | weights)


def _check_name(network: Network, name: str) -> None:
    tensor = network.tensors.get(name)
    if tensor is None:
        names = [item.name for item in network.tensors.values() if item.role is not TensorRole.WEIGHT]
        raise NetworkError(
            f"density of tensor {name!r}: network {network.name!r} has no such tensor{nearest_names(name, names)}"
        )
    if tensor.role is TensorRole.WEIGHT:
        raise NetworkError(f"density of tensor {name!r}: it is a weight, whose zeros are in its values, no activation")


def _check_fraction(of_what: str, density_fraction: float) -> None:
    if not 0 <= density_fraction <= 1:
        raise NetworkError(f"density {of_what} is {density_fraction}, expected a fraction in [0, 1]")
