"""Built-in networks: multiply-accumulates and parameters as their authors or torchvision publish them."""

from __future__ import annotations

from validation.check import Check, Comparison
from validation.table import TableRow
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.zoo import build, zoo_names


def num_macs(network: Network) -> int:
    """Return the multiply-accumulates of all convolutions and matrix products of ``network``."""
    nests = (lower(operator, network.tensors) for operator in network.operators)
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


def _compare(row: TableRow) -> Comparison | None:
    """Return multiply-accumulates, where published, and parameters."""
    network = build(row.choice("network", zoo_names()))
    expected, ours = (row.number("parameters"),), (network.num_parameters,)
    if row.is_empty("macs"):
        return Comparison(expected=expected, ours=ours)
    return Comparison(expected=(row.number("macs"), *expected), ours=(num_macs(network), *ours))


CHECKS = (
    Check(
        name="zoo",
        file_name="zoo.csv",
        columns=("network", "macs", "parameters"),
        source="torchvision's model metadata and the papers that each row names",
        tolerance_fraction=0.01,
        compare=_compare,
    ),
)
"""One per cent is what rounding leaves of 6.7 B and 22 M."""
