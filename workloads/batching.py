"""The same network for another number of inferences a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workloads.batch_axes import BatchAxis, BatchFlow, output_axes
from workloads.errors import NetworkError
from workloads.network import Network
from workloads.operators import Operator, Recurrent
from workloads.tensor import Tensor, TensorRole


def batch_size(network: Network) -> int:
    """Return the inferences that one run makes: the size of axis 0 of the first input that has axes, else 1."""
    return next((tensor.shape[0] for tensor in network.with_role(TensorRole.INPUT) if tensor.shape), 1)


def with_batch(network: Network, batch: int) -> Network:
    """Return ``network`` with ``batch`` in place of the batch that it has (``batch_size``).

    Weights keep their shape. Each input whose axis 0 has the size of the batch carries it there, and every tensor
    made of it carries it where the operators take it.

    Assumes an input whose axis 0 has another size than the first input's is the same for the whole batch.

    Raises
    ------
    NetworkError
        For a batch below 1, or when the batch cannot be followed through an operator (named).
    """
    if batch < 1:
        raise NetworkError(f"batch is {batch}, expected at least 1")
    current = batch_size(network)
    if batch == current:
        return network
    axes = _follow(network, current)
    tensors = {
        name: _resized(tensor, axes[name], current, batch) if name in axes else tensor
        for name, tensor in network.tensors.items()
    }
    operators = tuple(_with_batch_of_work(operator, axes, current, batch) for operator in network.operators)
    return replace(network, operators=operators, tensors=tensors)


def _follow(network: Network, batch: int) -> dict[str, BatchAxis]:
    """Return where the batch is in every tensor that carries it."""
    axes = {
        tensor.name: BatchAxis(axis=0)
        for tensor in network.with_role(TensorRole.INPUT)
        if tensor.shape and tensor.shape[0] == batch
    }
    shapes = {name: tensor.shape for name, tensor in network.tensors.items()}
    for operator in network.operators:
        found = output_axes(operator, BatchFlow(batch=batch, shapes=shapes, axes=axes))
        axes.update((name, axis) for name, axis in zip(operator.outputs, found, strict=True) if axis is not None)
    return axes


def _resized(tensor: Tensor, carried: BatchAxis, current: int, batch: int) -> Tensor:
    axis = carried.axis
    size = tensor.shape[axis] // current * batch
    return replace(tensor, shape=(*tensor.shape[:axis], size, *tensor.shape[axis + 1 :]))


def _with_batch_of_work(operator: Operator, axes: Mapping[str, BatchAxis], current: int, batch: int) -> Operator:
    """Return ``operator`` with the new batch where its work states one."""
    if not isinstance(operator.work, Recurrent) or operator.inputs[0] not in axes:
        return operator
    return replace(operator, work=replace(operator.work, batch=operator.work.batch // current * batch))
