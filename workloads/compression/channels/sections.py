"""Sections: classes of channels that the same operators make, in the same numbers, and that therefore cost the same.

An operator's output channels are whole sections, so that to take a fraction of every section takes that fraction of
every operator. Example: two convolutions of 64 filters are concatenated and added to a third of 128. One section is
the first's channels with the third's 0 to 63, the other the second's with the third's 64 to 127.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workloads.compression.dependencies.find import Dependencies
from workloads.compression.dependencies.ledger import Ids, components

NO_SECTION = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The sections of a network's removable classes.

    Parameters
    ----------
    of_class : int array, one entry an atom
        By class its section; ``NO_SECTION`` for one that must stay, and for atoms that are no class.
    sizes : int array, one entry a section
        Number of classes.
    clusters : int array, one entry a section
        The least section of those that meet in one grouped convolution, whose groups must stay equal.
    """

    of_class: Ids
    sizes: Ids
    clusters: Ids

    def among(self, dependencies: Dependencies, atoms: Ids) -> Ids:
        """Return the sections that ``atoms`` are in, each once."""
        found: Ids = np.unique(self.of_class[dependencies.classes[atoms]])
        return np.asarray(found[found != NO_SECTION])


def find_sections(dependencies: Dependencies) -> Sections:
    """Return the sections: the coarsest parts that no operator and no group of one counts differently."""
    section = np.where(dependencies.may_go, 0, NO_SECTION)
    num_sections = 1
    for atoms in _counted(dependencies):
        classes, counts = np.unique(dependencies.classes[atoms], return_counts=True)
        may_go = section[classes] != NO_SECTION
        classes, counts = classes[may_go], counts[may_go]
        if not len(classes):
            continue
        pairs = section[classes] * (counts.max() + 1) + counts
        found, numbers = np.unique(pairs, return_inverse=True)
        section[classes] = num_sections + numbers
        num_sections += len(found)
    used, renumbered = np.unique(section, return_inverse=True)
    if len(used) and used[0] == NO_SECTION:
        renumbered = renumbered - 1
    section = renumbered.astype(np.int64)
    sizes = np.bincount(section[section != NO_SECTION])
    return Sections(of_class=section, sizes=sizes, clusters=_clusters(dependencies, section, len(sizes)))


def _counted(dependencies: Dependencies) -> Iterator[Ids]:
    """Yield every set of atoms of which it matters how many go: an operator's channels, a part or one group of them."""
    yield from dependencies.producers.values()
    yield from dependencies.parts
    for balance in dependencies.balances:
        yield from np.split(balance.atoms, balance.num_groups)


def _clusters(dependencies: Dependencies, section: Ids, num_sections: int) -> Ids:
    ties: list[tuple[Ids, Ids]] = []
    for balance in dependencies.balances:
        met = np.unique(section[dependencies.classes[balance.atoms]])
        met = met[met != NO_SECTION]
        ties.append((met[:-1], met[1:]))
    return components(num_sections, ties)
