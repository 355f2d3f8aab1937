"""Multiply-accumulates of a network."""

from __future__ import annotations

from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network


def num_macs(network: Network) -> int:
    """Return the multiply-accumulates of all convolutions and matrix products."""
    nests = (lower(operator, network.tensors) for operator in network.operators)
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))
