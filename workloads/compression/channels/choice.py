"""How many channels of every section go, and which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.compression.channels.sections import Sections
from workloads.compression.dependencies.find import Dependencies
from workloads.compression.dependencies.ledger import Ids
from workloads.compression.structural import part_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionAsk:
    """What is asked of every section.

    Parameters
    ----------
    fraction : float array, one entry a section
        The least that any of its operators is asked for.
    asked_by : tuple of str, one entry a section
        The operator that is asked for it.
    """

    fraction: NDArray[np.float64]
    asked_by: tuple[str, ...]


def num_to_remove(size: int, fraction: float) -> int:
    """Return how many of ``size`` channels go: never more than ``fraction`` of them, and never all."""
    return min(size - 1, part_of(size, fraction))


def asked_of_sections(
    dependencies: Dependencies, sections: Sections, removed_fraction: Mapping[str, float]
) -> SectionAsk:
    """Return the least fraction that the operators of a section are asked for.

    One that makes its own channels and is not named is asked for 0; a depthwise convolution follows unless named.
    """
    fraction = np.full(len(sections.sizes), np.inf)
    asked_by = [""] * len(sections.sizes)
    asked = {name: removed_fraction.get(name, 0.0) for name in dependencies.producers}
    asked |= {name: removed_fraction[name] for name in dependencies.followers if name in removed_fraction}
    outputs = dependencies.outputs
    for name, value in asked.items():
        for section in sections.among(dependencies, outputs[name]):
            if value < fraction[section]:
                fraction[section], asked_by[section] = value, name
    return SectionAsk(fraction=fraction, asked_by=tuple(asked_by))


def count_removed(dependencies: Dependencies, sections: Sections, ask: SectionAsk) -> Ids:
    """Return how many classes of every section go; groups of a grouped convolution lose as much as each other."""
    removed = np.zeros(len(sections.sizes), dtype=np.int64)
    for cluster in np.unique(sections.clusters):
        members = np.flatnonzero(sections.clusters == cluster)
        if len(members) == 1:
            removed[members] = num_to_remove(int(sections.sizes[members[0]]), float(ask.fraction[members[0]]))
    return _with_balanced(dependencies, sections, ask, removed)


def _with_balanced(dependencies: Dependencies, sections: Sections, ask: SectionAsk, removed: Ids) -> Ids:
    """Return ``removed`` with the counts of sections that meet in a grouped convolution."""
    blocks = [_blocks(dependencies, sections, index) for index in range(len(dependencies.balances))]
    for cluster in np.unique(sections.clusters[[s for block in blocks for s in np.flatnonzero(block.any(axis=0))]]):
        members = np.flatnonzero(sections.clusters == cluster)
        relevant = [block for block in blocks if block[:, members].any()]
        removed[members] = _balanced(sections.sizes, members, float(ask.fraction[members].min()), relevant)
    return removed


def _blocks(dependencies: Dependencies, sections: Sections, index: int) -> Ids:
    """Return how many channels of each group (row) are in each section (column)."""
    balance = dependencies.balances[index]
    section = sections.of_class[dependencies.classes[balance.atoms]].reshape(balance.num_groups, -1)
    return np.stack([np.bincount(row[row >= 0], minlength=len(sections.sizes)) for row in section])


def _balanced(sizes: Ids, members: Ids, fraction: float, blocks: list[Ids]) -> Ids:
    """Return the counts that leave the groups equal, of the first of these choices that does; else none at all.

    All sections lose the same part; or those do that lie in one group or evenly in all, and the others stay whole.
    """
    uneven = np.zeros(len(sizes), dtype=bool)
    for block in blocks:
        uneven |= ((block > 0).sum(axis=0) > 1) & (block.min(axis=0) != block.max(axis=0))
    for chosen in (members, members[~uneven[members]]):
        if not len(chosen):
            continue
        unit = int(np.gcd.reduce(sizes[chosen]))
        count = np.zeros(len(sizes), dtype=np.int64)
        count[chosen] = sizes[chosen] // unit * num_to_remove(unit, fraction)
        lost = [block @ (count / np.maximum(sizes, 1)) for block in blocks]
        if count.any() and all(np.allclose(row, row[0]) for row in lost):
            return count[members]
    return np.zeros(len(members), dtype=np.int64)


def choose_classes(sections: Sections, removed: Ids, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return by class whether it goes: the smallest scores of every section, among equals the last ones."""
    classes = np.flatnonzero(sections.of_class >= 0)
    section = sections.of_class[classes]
    order = np.lexsort((-classes, scores[classes], section))
    starts = np.concatenate(([0], np.cumsum(np.bincount(section, minlength=len(removed)))))[:-1]
    place = np.arange(len(classes)) - starts[section[order]]
    goes = np.zeros(len(sections.of_class), dtype=bool)
    goes[classes[order[place < removed[section[order]]]]] = True
    return goes
