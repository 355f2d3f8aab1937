"""Channel pruning: whole output channels removed, with all that depends on them, so that the network stays valid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from workloads.compression.channels.choice import asked_of_sections, choose_classes, count_removed
from workloads.compression.channels.notes import pruning_notes
from workloads.compression.channels.rewrite import Removal, cut_network
from workloads.compression.channels.sections import Sections, find_sections
from workloads.compression.channels.weights import PrunedWeights, output_norms
from workloads.compression.dependencies.find import Dependencies, find_dependencies
from workloads.compression.dependencies.ledger import Ids
from workloads.compression.structural import StructuralChange, weighted_operators
from workloads.errors import NetworkError
from workloads.network import Network
from workloads.operators import Operator
from workloads.weight_layout import weight_operands
from workloads.weights import WeightSource


def prune_channels(
    network: Network, removed_fraction: Mapping[str, float], weights: WeightSource | None
) -> StructuralChange:
    """Return ``network`` without a fraction of the output channels of some operators.

    Channels that go together (a residual addition joins them, a depthwise convolution repeats them) go in all
    operators that have them, by the least fraction that any of these is asked for: 0 for one that makes channels of
    its own and is not named. The smallest go, by the L1 norm of their weights summed over these operators; without
    values the last ones. Never more than asked: counts are rounded down, and one channel is always left.

    Where an operator needs channels as they are (network outputs, attention, recurrent layers, reshapes that mix
    them) they stay, and a note names it. A product of two activations keeps the channels of both.

    Parameters
    ----------
    network : Network
    removed_fraction : mapping of str to float
        By operator name, in [0, 1).
    weights : WeightSource or None
        Of ``network``; None where there are no values.

    Raises
    ------
    NetworkError
        For a fraction outside [0, 1], 1 (it would empty the layer, which is named), or an operator without weights.
    """
    operators = weighted_operators(network, removed_fraction, "channel pruning")
    _check_fractions(removed_fraction)
    dependencies = find_dependencies(network)
    sections = find_sections(dependencies)
    ask = asked_of_sections(dependencies, sections, removed_fraction)
    removed = count_removed(dependencies, sections, ask)
    scores = _scores(network, dependencies, _changed(network, dependencies, sections, removed), weights)
    removal = Removal(dependencies=dependencies, goes=choose_classes(sections, removed, scores))
    changed, cuts = cut_network(network, removal)
    return StructuralChange(
        network=changed,
        weights=None if weights is None else PrunedWeights(source=weights, cuts=cuts),
        notes=pruning_notes(removed_fraction, operators, removal, sections, ask),
    )


def _check_fractions(removed_fraction: Mapping[str, float]) -> None:
    for name, fraction in removed_fraction.items():
        if not 0 <= fraction <= 1:
            raise NetworkError(
                f"channel pruning: fraction of operator {name!r} is {fraction}, expected a number in [0, 1)"
            )
        if fraction == 1:
            raise NetworkError(
                f"channel pruning: a fraction of 1 would empty operator {name!r}; expected a number in [0, 1)"
            )


def _changed(network: Network, dependencies: Dependencies, sections: Sections, removed: Ids) -> tuple[Operator, ...]:
    """Return the operators that lose output channels."""
    outputs = dependencies.outputs
    return tuple(
        operator
        for operator in network.operators
        if operator.name in outputs and removed[sections.among(dependencies, outputs[operator.name])].any()
    )


def _scores(
    network: Network, dependencies: Dependencies, changed: tuple[Operator, ...], weights: WeightSource | None
) -> NDArray[np.float64]:
    """Return by class the L1 norm of its channels' weights, as far as there are values; else 0."""
    scores = np.zeros(len(dependencies.classes))
    if weights is None:
        return scores
    outputs = dependencies.outputs
    for operator in changed:
        classes = dependencies.classes[outputs[operator.name]]
        for name in weight_operands(operator, network.tensors):
            values = weights.load(name)
            if values is not None:
                scores += np.bincount(classes, weights=output_norms(operator, name, values), minlength=len(scores))
    return scores
