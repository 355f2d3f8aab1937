"""The network that is left once channels are gone: every tensor and operator cut to fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workloads.compression.channels.weights import WeightCut, cut_sparsity
from workloads.compression.dependencies.find import Dependencies
from workloads.compression.dependencies.ledger import Axis, Ids
from workloads.network import Network
from workloads.operators import Convolution, Fusion, Gemm, MatMul, Operator
from workloads.tensor import Tensor, TensorRole
from workloads.weight_layout import compressible_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What goes: ``goes`` says it by class (see ``Dependencies``)."""

    dependencies: Dependencies
    goes: NDArray[np.bool_]

    def kept(self, atoms: Axis) -> Ids | None:
        """Return the indices of an axis that stay, or None when all do."""
        if atoms is None:
            return None
        gone = self.goes[self.dependencies.classes[atoms]]
        return np.flatnonzero(~gone) if gone.any() else None

    def cut(self, name: str) -> WeightCut:
        """Return what is kept of a tensor."""
        kept = tuple(map(self.kept, self.dependencies.axes[name]))
        return WeightCut(kept=kept, groups=self.dependencies.weight_groups.get(name, 1))


def cut_network(network: Network, removal: Removal) -> tuple[Network, Mapping[str, WeightCut]]:
    """Return ``network`` without what goes, and the cut of every weight that changes, by name."""
    cuts = {name: removal.cut(name) for name in network.tensors if name in removal.dependencies.axes}
    cuts = {name: cut for name, cut in cuts.items() if any(kept is not None for kept in cut.kept)}
    operators = {operator.name: _cut_operator(operator, network, cuts) for operator in network.operators}
    readers = {name: (reader, operators[reader.name]) for name, reader in compressible_weights(network).items()}
    tensors = {
        name: _cut_tensor(tensor, cuts[name], readers.get(name)) if name in cuts else tensor
        for name, tensor in network.tensors.items()
    }
    changed = replace(network, operators=tuple(operators.values()), tensors=tensors)
    return changed, {name: cut for name, cut in cuts.items() if network.tensors[name].role is TensorRole.WEIGHT}


def _cut_tensor(tensor: Tensor, cut: WeightCut, readers: tuple[Operator, Operator] | None) -> Tensor:
    """Assumes parameters that a file states for a constant go in proportion to its elements."""
    shape = cut.shape(tensor.shape)
    stated = tensor.num_file_parameters
    return replace(
        tensor,
        shape=shape,
        num_file_parameters=None if stated is None else stated * math.prod(shape) // tensor.num_elements,
        sparsity=cut_sparsity(tensor, cut, readers),
    )


def _cut_operator(operator: Operator, network: Network, cuts: Mapping[str, WeightCut]) -> Operator:
    fusions = _cut_fusions(operator, network, cuts)
    work = operator.work
    if isinstance(work, Convolution) and work.groups == network.tensors[operator.inputs[0]].shape[1] > 1:
        left = cuts.get(operator.inputs[0])
        if left is not None and left.kept[1] is not None:
            work = replace(work, groups=len(left.kept[1]))
    return replace(operator, work=work, fusions=fusions)


def _cut_fusions(operator: Operator, network: Network, cuts: Mapping[str, WeightCut]) -> tuple[Fusion, ...]:
    """Return the fused steps with the parameters of the channels that are left (tables of one value stay whole)."""
    result = operator.outputs[0]
    shape = network.tensors[result].shape
    axis = len(shape) - 1 if isinstance(operator.work, Gemm | MatMul) else 1
    kept = cuts[result].kept[axis] if result in cuts else None
    if kept is None:
        return operator.fusions
    return tuple(
        replace(fusion, num_folded_parameters=fusion.num_folded_parameters // shape[axis] * len(kept))
        if fusion.num_folded_parameters % shape[axis] == 0
        else fusion
        for fusion in operator.fusions
    )
