"""The forward pass as a training step runs it: what its backward pass has to read is no longer fused away."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from workloads.formats import ElementFormat, NumberKind
from workloads.network import Network
from workloads.operators import Activation, Fusion, Movement, Normalisation, Operator, OperatorKind, Pooling
from workloads.tensor import Tensor, TensorRole
from workloads.training.channel_parts import ChannelAxis, TrainedPart, input_part_name, input_part_shape
from workloads.training.gradient_paths import FROM_INPUT, FROM_OUTPUT


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Operators and the tensors that they need beside those of the network."""

    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardPass:
    """A forward pass and, by operator of it, the operator of the network that it is (a part of)."""

    network: Network
    owners: Mapping[str, str]


def training_forward(network: Network, needing: Collection[str], parts: Mapping[str, TrainedPart]) -> ForwardPass:
    """Return the forward pass of ``network`` for a step in which the tensors ``needing`` get gradients.

    Activations are taken out of the operator that they are fused into where their slope depends on what only the
    array has seen; maximum pooling also makes the positions of its maxima; batch normalisations that are trained take
    the statistics of the batch; of inputs that are saved in part that part is copied out.

    Assumes batch normalisations of which nothing is trained keep their given statistics.
    Assumes running statistics are kept at no cost: they are two numbers a channel.
    """
    operators: list[Operator] = []
    owners: dict[str, str] = {}
    tensors = dict(network.tensors)
    for operator in network.operators:
        pieces = _with_input_part(_pieces(operator, network, needing, parts), operator, network, parts)
        operators.extend(pieces.operators)
        owners.update((piece.name, operator.name) for piece in pieces.operators)
        tensors.update((tensor.name, tensor) for tensor in pieces.tensors)
    used = {name for operator in operators for name in (*operator.inputs, *operator.outputs)}
    kept = {name: tensor for name, tensor in tensors.items() if name in used or tensor.role is TensorRole.INPUT}
    return ForwardPass(network=replace(network, operators=tuple(operators), tensors=kept), owners=owners)


def _pieces(operator: Operator, network: Network, needing: Collection[str], trained: Collection[str]) -> _Pieces:
    if operator.outputs[0] not in needing:
        return _Pieces((operator,))
    match operator.work:
        case Normalisation(function="batch_normalisation", axes=()) if not set(operator.inputs).isdisjoint(trained):
            rank = len(network.tensors[operator.inputs[0]].shape)
            axes = tuple(axis for axis in range(rank) if axis != 1)
            operator = replace(operator, work=replace(operator.work, axes=axes), inputs=operator.inputs[:3])
            return _unfused(operator, network)
        case Pooling(function="max") if len(operator.outputs) == 1:
            return _with_positions(operator, network)
        case _:
            return _unfused(operator, network)


def _with_input_part(
    pieces: _Pieces, operator: Operator, network: Network, parts: Mapping[str, TrainedPart]
) -> _Pieces:
    """The copy of the trained channels in front of the operator: the rest of its input need not be kept."""
    part = parts.get(operator.inputs[1]) if len(operator.inputs) > 1 else None
    if part is None or part.num_channels is None or part.axis is not ChannelAxis.INPUT:
        return pieces
    source = network.tensors[operator.inputs[0]]
    saved = replace(
        source,
        name=input_part_name(operator),
        shape=input_part_shape(operator, network.tensors, part),
        role=TensorRole.ACTIVATION,
        sparsity=None,
    )
    copy = Operator(
        name=saved.name, work=Movement(kind=OperatorKind.SLICE), inputs=(source.name,), outputs=(saved.name,)
    )
    return _Pieces((copy, *pieces.operators), (*pieces.tensors, saved))


def _with_positions(operator: Operator, network: Network) -> _Pieces:
    """Assumes maximum pooling saves where in its window each maximum was, in as few bits as that takes."""
    assert isinstance(operator.work, Pooling)
    unfused = _unfused(operator, network)
    first, *rest = unfused.operators
    num_taps = math.prod(operator.work.window.kernel)
    positions = Tensor(
        name=f"{operator.outputs[0]}.positions",
        shape=network.tensors[operator.outputs[0]].shape,
        format=ElementFormat(NumberKind.INTEGER, max(1, (num_taps - 1).bit_length()), signed=False),
        role=TensorRole.ACTIVATION,
    )
    first = replace(first, outputs=(*first.outputs, positions.name))
    return _Pieces((first, *rest), (*unfused.tensors, positions))


def _unfused(operator: Operator, network: Network) -> _Pieces:
    """Cut the steps fused into ``operator`` after, or in front of, the activations that need it."""
    stages: list[tuple[str, list[Fusion]]] = [("", [])]
    for fusion in operator.fusions:
        works = fusion.num_operations_per_output > 0
        if works and (fusion.function in FROM_INPUT or _has_activation(stages[-1])):
            stages.append((fusion.function, []))
        else:
            stages[-1][1].append(fusion)
    if len(stages) == 1:
        return _Pieces((operator,))
    return _chain(operator, stages, network.tensors[operator.outputs[0]])


def _is_active(fusion: Fusion) -> bool:
    """Whether the step works on each result, and is not merely a record of what was folded or is part of another."""
    return fusion.num_operations_per_output > 0 and fusion.function in FROM_INPUT | FROM_OUTPUT


def _has_activation(stage: tuple[str, list[Fusion]]) -> bool:
    function, fusions = stage
    return bool(function) or any(_is_active(fusion) for fusion in fusions)


def _chain(operator: Operator, stages: list[tuple[str, list[Fusion]]], output: Tensor) -> _Pieces:
    """The operator with its first steps, and one activation for each later stage."""
    made: list[Tensor] = []
    operators: list[Operator] = []
    source = ""
    for number, (function, fusions) in enumerate(stages):
        is_last = number == len(stages) - 1
        result = output.name if is_last else f"{output.name}.before_{stages[number + 1][0]}"
        if not is_last:
            made.append(replace(output, name=result, role=TensorRole.ACTIVATION, sparsity=None))
        outputs = (result, *operator.outputs[1:]) if number == 0 else (result,)
        operators.append(
            replace(operator, outputs=outputs, fusions=tuple(fusions))
            if number == 0
            else Operator(
                name=f"{operator.name}.{function}",
                work=Activation(function=function),
                inputs=(source,),
                outputs=outputs,
                fusions=tuple(fusions),
            )
        )
        source = result
    return _Pieces(tuple(operators), tuple(made))
