"""How much logic energy and area shrink from one process node to another."""

from __future__ import annotations

import math
from collections.abc import Callable

from workloads.errors import ConfigError

# Stillmaker and Baas, Integration 58 (2017), table 5: energy factor = a V^2 + b V + c, high-performance devices.
_ENERGY_COEFFICIENTS = {
    45: (1.018, -0.3107, 0.1539),
    32: (0.8367, -0.4341, 0.1701),
    20: (0.373, -0.1582, 0.04104),
    16: (0.2958, -0.1241, 0.03024),
    14: (0.2363, -0.09675, 0.02239),
    10: (0.2068, -0.09311, 0.02375),
    7: (0.1776, -0.09097, 0.02447),
}

# The same paper's table of areas, relative to 45 nm.
_AREA_FROM_45NM = {45: 1.0, 32: 0.46, 20: 0.21, 16: 0.19, 14: 0.17, 10: 0.1, 7: 0.059}


def energy_factor(node_nm: float, supply_v: float) -> float:
    """Return the energy of a fixed circuit at a node and supply voltage, in the source's arbitrary unit.

    Only ratios of two factors mean anything: 32 nm at 0.9 V is 0.4571, 45 nm at 0.9 V is 0.6989.

    Assumes a node between two of the table's lies on a power law between them.

    Parameters
    ----------
    node_nm : float
        7 to 45.
    supply_v : float
        0.5 to 1.2.

    Source
    ------
    Stillmaker and Baas, Scaling equations for the accurate prediction of CMOS device performance from 180 nm to
    7 nm, Integration 58 (2017) 74-81, with the corrigendum's worked example.
    """
    if not 0.5 <= supply_v <= 1.2:
        raise ConfigError(f"supply voltage: expected 0.5 to 1.2 V, found {supply_v}")

    def at(node: int) -> float:
        square, linear, constant = _ENERGY_COEFFICIENTS[node]
        return square * supply_v**2 + linear * supply_v + constant

    return _between_nodes(node_nm, at)


def area_factor(node_nm: float) -> float:
    """Return the area of a fixed circuit at a node of 7 to 45 nm over its area at 45 nm; source as above."""
    return _between_nodes(node_nm, _AREA_FROM_45NM.__getitem__)


def _between_nodes(node_nm: float, at: Callable[[int], float]) -> float:
    nodes = sorted(_AREA_FROM_45NM)
    if not nodes[0] <= node_nm <= nodes[-1]:
        raise ConfigError(f"process node: expected {nodes[0]} to {nodes[-1]} nm, found {node_nm}")
    above = min(node for node in nodes if node >= node_nm)
    below = max(node for node in nodes if node <= node_nm)
    if above == below:
        return at(above)
    weight = math.log(node_nm / below) / math.log(above / below)
    return float(at(below) ** (1 - weight) * at(above) ** weight)
