"""Networks whose weights have the N:M sparsity that their file only states."""

from __future__ import annotations

from dataclasses import replace

from workloads.network import Network
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin
from workloads.tensor import Tensor
from workloads.weight_layout import weight_operands

_DENSE_NOTE = "costs here are dense"


def with_declared_sparsity(network: Network) -> Network:
    """Return ``network`` with the weights of each operator in ``declared_sparsity`` pruned to its N:M.

    A SCALE-Sim topology states N:M by layer, and no values: density is N over M, and which weights are kept is not
    known. Layers of N:M with N equal to M stay as they are. The importer's note that costs are dense goes.
    """
    tensors: dict[str, Tensor] = {}
    for operator in network.operators:
        n, m = network.declared_sparsity.get(operator.name, (1, 1))
        if n < m:
            sparsity = Sparsity(density_fraction=n / m, origin=SparsityOrigin.FILE, pattern=NmPattern(n=n, m=m))
            for name in weight_operands(operator, network.tensors):
                tensors[name] = replace(network.tensors[name], sparsity=sparsity)
    if not tensors:
        return network
    notes = tuple(note for note in network.notes if not note.endswith(_DENSE_NOTE))
    return replace(network, tensors={**network.tensors, **tensors}, notes=notes)
