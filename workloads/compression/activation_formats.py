"""Number formats of activations when the operators that read them are quantised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workloads.compression.spec.selection import MATRIX_WORK
from workloads.formats import ElementFormat, NumberKind
from workloads.network import Network
from workloads.operators import Operator
from workloads.tensor import TensorRole


def with_activation_formats(network: Network, wanted: Mapping[str, ElementFormat]) -> Network:
    """Return ``network`` with the activations in the formats that its matrix operators now read.

    Assumes an activation is stored in the widest format that a matrix operator wants that reads it, or else that reads
    what is made of it without another matrix operator between; what no such operator follows takes the widest format
    among the operands of its producer.

    Parameters
    ----------
    network : Network
    wanted : mapping of str to ElementFormat
        By the name of the matrix operator. Operators that are not named leave their operands as they are. Indices and
        other tensors in a format that no matrix operator reads stay as they are.
    """
    if not wanted:
        return network
    chosen = _chosen_by_readers(network, wanted)
    _follow_producers(network, wanted, chosen)
    changed = {name: replace(network.tensors[name], format=format) for name, format in chosen.items()}
    return replace(network, tensors={**network.tensors, **changed})


def activation_operands(operator: Operator, network: Network) -> tuple[str, ...]:
    """Return the activations that a matrix operator multiplies; none for other operators."""
    if not isinstance(operator.work, MATRIX_WORK):
        return ()
    return tuple(name for name in operator.inputs[:2] if network.tensors[name].role is not TensorRole.WEIGHT)


def _changeable(network: Network) -> frozenset[str]:
    """Tensors that hold activations, in a format that some matrix operator reads."""
    operands = [name for operator in network.operators for name in activation_operands(operator, network)]
    formats = {network.tensors[name].format for name in operands}
    return frozenset(
        tensor.name
        for tensor in network.tensors.values()
        if tensor.role is not TensorRole.WEIGHT and tensor.format in formats
    )


def _chosen_by_readers(network: Network, wanted: Mapping[str, ElementFormat]) -> dict[str, ElementFormat]:
    """Formats by tensor, from the last operator to the first; tensors that no change reaches are not in it."""
    changeable = _changeable(network)
    readers: dict[str, list[Operator]] = {}
    for operator in network.operators:
        for name in dict.fromkeys(operator.inputs):
            readers.setdefault(name, []).append(operator)
    chosen: dict[str, ElementFormat] = {}
    made = [name for operator in reversed(network.operators) for name in operator.outputs]
    fed = [tensor.name for tensor in network.with_role(TensorRole.INPUT)]
    for name in (*made, *fed):
        if name not in changeable:
            continue
        direct = [one for one in readers.get(name, []) if name in activation_operands(one, network)]
        if direct:
            touched = [wanted[one.name] for one in direct if one.name in wanted]
            others = [network.tensors[name].format] * (len(touched) < len(direct))
        else:
            passed_on = [made for one in readers.get(name, []) for made in _passed_on(one, changeable)]
            touched = [chosen[made] for made in passed_on if made in chosen]
            others = [network.tensors[made].format for made in passed_on if made not in chosen]
        if touched:
            chosen[name] = widest((*touched, *others))
    return chosen


def _passed_on(operator: Operator, changeable: frozenset[str]) -> tuple[str, ...]:
    """Outputs whose readers decide for the inputs of ``operator``: none of a matrix operator."""
    if isinstance(operator.work, MATRIX_WORK):
        return ()
    return tuple(name for name in operator.outputs if name in changeable)


def _follow_producers(network: Network, wanted: Mapping[str, ElementFormat], chosen: dict[str, ElementFormat]) -> None:
    """Add the tensors that no matrix operator follows; ``chosen`` is modified in place."""
    changeable = _changeable(network)
    followed = _followed(network)
    for operator in network.operators:
        if operator.name in wanted:
            formats: tuple[ElementFormat, ...] = (wanted[operator.name],)
        elif isinstance(operator.work, MATRIX_WORK):
            continue
        else:
            read = [name for name in operator.inputs if name in changeable]
            touched = any(name in chosen for name in read)
            formats = tuple(chosen.get(name, network.tensors[name].format) for name in read) if touched else ()
        for name in operator.outputs:
            if formats and name in changeable and name not in followed:
                chosen[name] = widest(formats)


def _followed(network: Network) -> frozenset[str]:
    """Tensors that a matrix operator reads, itself or by way of other operators."""
    found: set[str] = set()
    for operator in reversed(network.operators):
        if isinstance(operator.work, MATRIX_WORK):
            found.update(activation_operands(operator, network))
        elif any(name in found for name in operator.outputs):
            found.update(operator.inputs)
    return frozenset(found)


def widest(formats: tuple[ElementFormat, ...]) -> ElementFormat:
    """Return the widest format; a float before an integer of the same width, else the first."""
    return max(formats, key=lambda one: (one.bits, one.kind is not NumberKind.INTEGER))
