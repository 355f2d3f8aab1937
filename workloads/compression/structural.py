"""What a structural method makes of a network: other shapes, and other weights to go with them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workloads.errors import NetworkError
from workloads.nearest_names import did_you_mean
from workloads.network import Network
from workloads.operators import Operator
from workloads.weight_layout import weight_operands
from workloads.weights import WeightSource


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuralChange:
    """A network after channels were removed or operators split.

    Parameters
    ----------
    network : Network
    weights : WeightSource or None
        The values of the weights of ``network``, changed ones among them, made when they are asked for; None where
        the network had no values before either.
    notes : tuple of str
        What was not done as asked, and which operator is in the way.
    """

    network: Network
    weights: WeightSource | None
    notes: tuple[str, ...]


def part_of(count: int, fraction: float) -> int:
    """Return ``fraction`` of ``count``, rounded down; 0.29 of 100 is 29, though the product is a little less."""
    return math.floor(count * fraction + 1e-9)


def weighted_operators(network: Network, names: Iterable[str], method: str) -> Mapping[str, Operator]:
    """Return the operators called ``names``, each of which multiplies by a weight.

    Raises
    ------
    NetworkError
        For a name that is no operator (gives the nearest), or an operator without a weight to compress.
    """
    operators = {operator.name: operator for operator in network.operators}
    found: dict[str, Operator] = {}
    for name in names:
        if name not in operators:
            raise NetworkError(
                f"{method}: network {network.name!r} has no operator {name!r}{did_you_mean(name, operators)}"
            )
        operator = operators[name]
        if not weight_operands(operator, network.tensors):
            raise NetworkError(f"{method}: operator {name!r} ({operator.kind}) multiplies by no weight")
        found[name] = operator
    return found
