"""The structural part of a spec: channels removed, operators split; the layers that come of it keep their recipes."""

from __future__ import annotations

from workloads.compression.channels.prune import prune_channels
from workloads.compression.low_rank.factorise import factorise
from workloads.compression.spec.methods import Recipe
from workloads.compression.spec.selection import MATRIX_WORK, Selection
from workloads.compression.structural import StructuralChange
from workloads.network import Network
from workloads.operators import Operator
from workloads.weight_layout import weight_operands
from workloads.weights import WeightSource


def restructure(
    network: Network, selection: Selection, weights: WeightSource | None
) -> tuple[StructuralChange, Selection]:
    """Return what the structural methods of ``selection`` make of ``network``, and the selection for its layers.

    Channels go first: a rank that is a fraction is one of the pruned matrix.

    Raises
    ------
    NetworkError
        For channel pruning that would empty a layer, or a rank above the matrix's.
    """
    change = StructuralChange(network=network, weights=weights, notes=())
    owners = {operator.name for operator in network.operators if weight_operands(operator, network.tensors)}
    recipes = {name: recipe for name, recipe in selection.by_operator.items() if name in owners}
    removed = {name: one.channel_pruning.removed_fraction for name, one in recipes.items() if one.channel_pruning}
    if removed:
        change = prune_channels(network, removed, weights)
    ranks = {name: one.low_rank.rank for name, one in recipes.items() if one.low_rank}
    if ranks:
        split = factorise(change.network, ranks, change.weights)
        change = StructuralChange(network=split.network, weights=split.weights, notes=(*change.notes, *split.notes))
    return change, (_inherited(change.network, selection) if ranks else selection)


def _inherited(network: Network, selection: Selection) -> Selection:
    """The selection for the changed network: the parts of a split operator take the recipe of the whole."""
    by_operator: dict[str, Recipe] = {}
    by_weight: dict[str, Recipe] = {}
    for operator in network.operators:
        if isinstance(operator.work, MATRIX_WORK):
            by_operator[operator.name] = _recipe(operator, selection)
            for name in weight_operands(operator, network.tensors):
                by_weight.setdefault(name, selection.by_weight.get(name, by_operator[operator.name]))
    return Selection(by_operator=by_operator, by_weight=by_weight)


def _recipe(operator: Operator, selection: Selection) -> Recipe:
    """That of the operator of this name, else of the one with the longest name that this name begins with."""
    origins = [name for name in selection.by_operator if operator.name == name or operator.name.startswith(f"{name}/")]
    return selection.by_operator[max(origins, key=len)]
