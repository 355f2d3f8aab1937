"""Which channels of a network can only be removed together, and which not at all.

Channels are followed from the operators that make them (``dependency_groups_products``) through every other one
(``..._rows``, ``..._movements``, ``..._views``), while a ledger keeps what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.compression.dependencies.ledger import Axes, Balance, Ids, Ledger, components
from workloads.compression.dependencies.movements import through_movement
from workloads.compression.dependencies.products import through_convolution, through_gemm, through_matmul
from workloads.compression.dependencies.rows import (
    through_broadcast,
    through_normalisation,
    through_pooling,
    through_reduction,
    through_softmax,
)
from workloads.compression.dependencies.step import Step
from workloads.compression.dependencies.views import axes_of_view
from workloads.network import Network
from workloads.operators import (
    Activation,
    Convolution,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Pooling,
    Recurrent,
    Reduction,
    Softmax,
    View,
)
from workloads.tensor import TensorRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What goes together in a network. A *class* is a set of channels that are removed together or not at all.

    Parameters
    ----------
    classes : int array, one entry an atom
        The class of every atom (see ``dependency_groups_ledger``), which is the least of its atoms.
    refusal : int array, one entry a class
        By class: an index into ``reasons`` where it must stay, else -1. Entries of atoms that are no class: -1.
    reasons : tuple of str
        Clauses that follow "as".
    axes : mapping of str to axes
        Of every tensor that an operator reads or writes, by name.
    producers, followers : mapping of str to int array
        The atoms of an operator's output channels: chosen there, or those of its input (depthwise convolution).
    balances : tuple of Balance
    parts : tuple of int array
        The atoms of what splits make of an axis.
    weight_groups : mapping of str to int
        Groups of the weights of grouped convolutions; axis 1 of such a weight has the atoms of all groups in a row.
    """

    classes: Ids
    refusal: Ids
    reasons: tuple[str, ...]
    axes: Mapping[str, Axes]
    producers: Mapping[str, Ids]
    followers: Mapping[str, Ids]
    balances: tuple[Balance, ...]
    parts: tuple[Ids, ...]
    weight_groups: Mapping[str, int]

    @property
    def outputs(self) -> Mapping[str, Ids]:
        """The atoms of the output channels of every operator with weights, by name."""
        return {**self.producers, **self.followers}

    @property
    def may_go(self) -> NDArray[np.bool_]:
        """By atom: whether it is the least of a class that may be removed."""
        may_go: NDArray[np.bool_] = (self.classes == np.arange(len(self.classes))) & (self.refusal < 0)
        may_go[0] = False
        return may_go


def find_dependencies(network: Network) -> Dependencies:
    """Return which channels of ``network`` go together: residual additions, concatenations, heads and all."""
    ledger = Ledger()
    for tensor in network.with_role(TensorRole.INPUT):
        ledger.axes[tensor.name] = (None,) * len(tensor.shape)
    for operator in network.operators:
        step = Step(operator, network, ledger)
        for name, axes in zip(operator.outputs, _output_axes(step), strict=True):
            ledger.axes[name] = axes
    for tensor in network.with_role(TensorRole.OUTPUT):
        ledger.refuse(ledger.axes[tensor.name], f"tensor {tensor.name!r} is an output of the network")
    return _closed(ledger)


def _output_axes(step: Step) -> tuple[Axes, ...]:
    match step.operator.work:
        case Convolution() as work:
            axes = through_convolution(step, work)
        case Gemm() as work:
            axes = through_gemm(step, work)
        case MatMul() as work:
            axes = through_matmul(step, work)
        case Recurrent():
            return step.refuse_all("has states of a fixed size")
        case Elementwise() | Activation() as work:
            axes = through_broadcast(step, work.function)
        case Pooling():
            axes = through_pooling(step)
        case Normalisation() as work:
            axes = through_normalisation(step, work)
        case Softmax() as work:
            axes = through_softmax(step, work)
        case Reduction() as work:
            return through_reduction(step, work)
        case View():
            axes = axes_of_view(step.ledger, step.axes(0), (step.shapes[0], step.output_shapes[0]), str(step))
        case Movement() as work:
            return through_movement(step, work)
    return (axes,) * len(step.output_shapes)


def _closed(ledger: Ledger) -> Dependencies:
    """Return what the ledger says once every tie is followed to its end; of several refusals the first is told."""
    classes = components(ledger.num_atoms, ledger.ties)
    refusal = np.full(ledger.num_atoms, -1, dtype=np.int64)
    for index in reversed(range(len(ledger.refusals))):
        refusal[classes[ledger.refusals[index].atoms]] = index
    return Dependencies(
        classes=classes,
        refusal=refusal,
        reasons=tuple(refused.reason for refused in ledger.refusals),
        axes=ledger.axes,
        producers=ledger.producers,
        followers=ledger.followers,
        balances=tuple(ledger.balances),
        parts=tuple(ledger.parts),
        weight_groups=ledger.weight_groups,
    )
