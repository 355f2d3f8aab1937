"""What a scratchpad costs, interpolated in a table of CACTI 7 runs."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

from hw_configs.accelerator import Memory
from workloads.errors import ConfigError

_TABLE = Path(__file__).parent / "technologies" / "cacti7_sram.csv"
_CELL = "itrs-lstp"
_REFERENCE_NODE_NM = 45.0
"""The node that has rows of all port widths."""


@dataclass(frozen=True, slots=True)
class SramCost:
    """Energy, leakage, area and access time of an SRAM with one read/write port."""

    read_pj_per_bit: float
    write_pj_per_bit: float
    leakage_mw: float
    area_mm2: float
    access_ns: float


@dataclass(frozen=True, slots=True)
class _Row:
    capacity_bytes: int
    cost: SramCost


@lru_cache(maxsize=4096)
def sram_cost(capacity_bytes: int, node_nm: float, block_bytes: int = 8) -> SramCost:
    """Return the cost of an SRAM of one read/write port.

    Exact on the table's rows; between them interpolated: energies, area and access time on power laws in capacity,
    port width and node, leakage linearly.

    Assumes an SRAM above the largest of the table is made of banks of the largest, of which one works at a time;
    one below the smallest costs what the smallest costs;
    a port below 8 bytes costs a bit what an 8-byte one does, and one above 64 bytes is several of 64 side by side.

    Parameters
    ----------
    capacity_bytes : int
    node_nm : float
        22 to 65.
    block_bytes : int
        Bytes that one access moves.

    Returns
    -------
    SramCost

    Raises
    ------
    ConfigError
        For a node outside the table, or a size below 1.

    Source
    ------
    CACTI 7 (Balasubramonian et al., ACM TACO 14, 2017), itrs-lstp cells; the runs are in cacti7_sram.csv.
    """
    if capacity_bytes < 1 or block_bytes < 1:
        raise ConfigError(f"SRAM: expected at least 1 byte of capacity and port, found {capacity_bytes}, {block_bytes}")
    nodes = sorted({node for node, _ in _table()})
    if not nodes[0] <= node_nm <= nodes[-1]:
        raise ConfigError(f"SRAM node: expected {nodes[0]:g} to {nodes[-1]:g} nm, found {node_nm:g}")
    below, above = _around(nodes, node_nm)
    return _blend(
        _at_node(below, block_bytes, capacity_bytes),
        _at_node(above, block_bytes, capacity_bytes),
        _log_weight(below, above, node_nm),
    )


def memory_cost(memory: Memory, node_nm: float) -> SramCost:
    """Return the cost of a whole scratchpad memory: energies of one access of one bank, leakage and area of all.

    Assumes a bank of several ports is as many copies in leakage and area, at the energy of one a bit.

    Parameters
    ----------
    memory : Memory
    node_nm : float
        22 to 65.
    """
    bank = sram_cost(-(-memory.capacity_bytes // memory.banks), node_nm, memory.port_bytes)
    return _scale(bank, memory.banks * memory.ports_per_bank)


@lru_cache(maxsize=1)
def _table() -> dict[tuple[float, int], tuple[_Row, ...]]:
    """Return the rows by node in nm and port width in bytes, by capacity."""
    table: dict[tuple[float, int], list[_Row]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["cell"] != _CELL:
                continue
            columns = ("read_pJ_per_bit", "write_pJ_per_bit", "leak_mW", "area_mm2", "access_ns")
            cost = SramCost(*(float(row[column]) for column in columns))
            key = (round(float(row["tech_um"]) * 1000, 3), int(row["block_B"]))
            table.setdefault(key, []).append(_Row(int(row["size_B"]), cost))
    return {key: tuple(sorted(rows, key=lambda row: row.capacity_bytes)) for key, rows in table.items()}


def _at_node(node_nm: float, block_bytes: int, capacity_bytes: int) -> SramCost:
    blocks = sorted(block for node, block in _table() if node == _REFERENCE_NODE_NM)
    width = min(max(block_bytes, blocks[0]), blocks[-1])
    below, above = _around(blocks, width)
    return _blend(
        _at_block(node_nm, int(below), capacity_bytes),
        _at_block(node_nm, int(above), capacity_bytes),
        _log_weight(below, above, width),
    )


def _at_block(node_nm: float, block_bytes: int, capacity_bytes: int) -> SramCost:
    """Return the cost at a node and a port width that the table has at least at 45 nm.

    Assumes a wide port scales from 45 nm to another node as 8-byte ones do on average over the capacities.
    """
    rows = _table().get((node_nm, block_bytes))
    if rows is not None:
        return _at_capacity(rows, capacity_bytes)
    at_reference = _at_capacity(_table()[_REFERENCE_NODE_NM, block_bytes], capacity_bytes)
    return SramCost(
        *(value * factor for value, factor in zip(astuple(at_reference), _node_factors(node_nm), strict=True))
    )


@lru_cache(maxsize=16)
def _node_factors(node_nm: float) -> tuple[float, ...]:
    """Return the geometric mean over the capacities of node over 45 nm at 8-byte ports, for each field of SramCost.

    Leakage takes the ratio of the sums: the smallest are rounded to nothing in the table.
    """
    rows, reference = _table()[node_nm, 8], _table()[_REFERENCE_NODE_NM, 8]
    factors: list[float] = []
    for position in range(len(astuple(rows[0].cost))):
        ours = [float(astuple(row.cost)[position]) for row in rows]
        theirs = [float(astuple(row.cost)[position]) for row in reference]
        if min(ours + theirs) > 0:
            logs = [math.log(our / their) for our, their in zip(ours, theirs, strict=True)]
            factors.append(math.exp(sum(logs) / len(logs)))
        else:
            factors.append(sum(ours) / sum(theirs))
    return tuple(factors)


def _at_capacity(rows: Sequence[_Row], capacity_bytes: int) -> SramCost:
    largest = rows[-1]
    if capacity_bytes > largest.capacity_bytes:
        return _scale(largest.cost, capacity_bytes / largest.capacity_bytes)
    capacity = max(capacity_bytes, rows[0].capacity_bytes)
    below = max((row for row in rows if row.capacity_bytes <= capacity), key=lambda row: row.capacity_bytes)
    above = min((row for row in rows if row.capacity_bytes >= capacity), key=lambda row: row.capacity_bytes)
    span = above.capacity_bytes - below.capacity_bytes
    linear = (capacity - below.capacity_bytes) / span if span else 0.0
    blended = _blend(below.cost, above.cost, _log_weight(below.capacity_bytes, above.capacity_bytes, capacity))
    leakage_mw = below.cost.leakage_mw + linear * (above.cost.leakage_mw - below.cost.leakage_mw)
    return SramCost(blended.read_pj_per_bit, blended.write_pj_per_bit, leakage_mw, blended.area_mm2, blended.access_ns)


def _scale(cost: SramCost, factor: float) -> SramCost:
    """Return the cost of ``factor`` banks of which one works at a time."""
    return SramCost(
        cost.read_pj_per_bit, cost.write_pj_per_bit, cost.leakage_mw * factor, cost.area_mm2 * factor, cost.access_ns
    )


def _around(values: Sequence[float], value: float) -> tuple[float, float]:
    """Return the neighbours of ``value`` in an ascending sequence that spans it."""
    return max(known for known in values if known <= value), min(known for known in values if known >= value)


def _log_weight(below: float, above: float, value: float) -> float:
    return math.log(value / below) / math.log(above / below) if above != below else 0.0


def _blend(below: SramCost, above: SramCost, weight: float) -> SramCost:
    """Return the mean weighted towards ``above``: geometric, of leakage arithmetic (it may be 0)."""
    if weight == 0.0:
        return below
    if weight == 1.0:
        return above

    def mean(first: float, second: float) -> float:
        return float(first ** (1 - weight) * second**weight)

    return SramCost(
        mean(below.read_pj_per_bit, above.read_pj_per_bit),
        mean(below.write_pj_per_bit, above.write_pj_per_bit),
        (1 - weight) * below.leakage_mw + weight * above.leakage_mw,
        mean(below.area_mm2, above.area_mm2),
        mean(below.access_ns, above.access_ns),
    )
