"""The operators of a network that cost something, equal ones once."""

from __future__ import annotations

from collections.abc import Hashable

from simulator.machine import Machine
from workloads.network import Network
from workloads.operators import Operator


def distinct_operators(network: Network, machine: Machine) -> list[tuple[Operator, int]]:
    """Return operators of equal cost once, with how many there are; views left out."""
    found: dict[tuple[Hashable, ...], list[Operator]] = {}
    for operator in network.operators:
        nests = machine.storage.nests_of(operator, network.tensors)
        if nests:
            formats = tuple(network.tensors[name].format for name in operator.inputs[:2])
            found.setdefault((nests, formats, operator.kind), []).append(operator)
    return [(same[0], len(same)) for same in found.values()]
