"""Book-keeping of which channels go together, which must stay, and which come in groups of equal size.

An *atom* is one index of one tensor axis when it is first made. Each axis of each tensor holds one atom an index, so
that to remove an atom removes that index wherever the atom occurs. Example: a convolution with 3 filters makes atoms
1 2 3; a concatenation with another of 2 filters has the axis 1 2 3 4 5; adding a third one's 6 7 8 9 10 to that ties
1 to 6, 2 to 7 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Axis = Ids | None
"""The atom of every index; None where every index stays (batch, positions, network inputs)."""
Axes = tuple[Axis, ...]

STAYS = 0
"""Stands for an index that stays, in an axis where others have atoms (a concatenation with a network input)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Atoms that must stay, and why (a clause that follows "as")."""

    atoms: Ids
    reason: str


@dataclass(frozen=True, slots=True)
class Balance:
    """An axis of ``num_groups`` equal parts, of which each must lose as much as the others (grouped convolution)."""

    atoms: Ids
    num_groups: int
    operator: str


@dataclass(slots=True)
class Ledger:
    """What has been found so far; modified in place.

    ``parts`` are axes that hold some of the channels of another (a split), and must not be left empty either.
    ``producers`` and ``followers`` give the output channels of operators with weights: those that choose theirs, and
    those whose channels are those of their input (depthwise convolution). ``weight_groups`` holds the groups of
    grouped convolutions by weight: axis 1 of such a weight is listed for all groups one after the other.
    """

    num_atoms: int = 1
    axes: dict[str, Axes] = field(default_factory=dict)
    ties: list[tuple[Ids, Ids]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    parts: list[Ids] = field(default_factory=list)
    producers: dict[str, Ids] = field(default_factory=dict)
    followers: dict[str, Ids] = field(default_factory=dict)
    weight_groups: dict[str, int] = field(default_factory=dict)

    def new_atoms(self, count: int) -> Ids:
        """Return ``count`` atoms that are tied to nothing yet."""
        atoms = np.arange(self.num_atoms, self.num_atoms + count, dtype=np.int64)
        self.num_atoms += count
        return atoms

    def refuse(self, axes: Iterable[Axis], reason: str) -> None:
        """Note that every index of ``axes`` stays."""
        for atoms in axes:
            if atoms is not None and atoms.any():
                self.refusals.append(Refusal(atoms[atoms != STAYS], reason))

    def tie(self, first: Axis, second: Axis, reason: str) -> Axis:
        """Note that index i of both axes goes or stays together, and return the axis that both are.

        ``reason`` is given where one of them stays.
        """
        if first is None or second is None or len(first) != len(second):
            self.refuse((first, second), reason)
            return second if first is None else first
        if first is not second:
            both = (first != STAYS) & (second != STAYS)
            self.ties.append((first[both], second[both]))
            self.refuse((first[~both], second[~both]), reason)
        return first

    def join(self, name: str, axes: Axes, reason: str) -> None:
        """Note that tensor ``name`` has ``axes``, besides those that it is known to have."""
        known = self.axes.get(name)
        if known is None:
            self.axes[name] = axes
            return
        self.axes[name] = tuple(self.tie(old, new, reason) for old, new in zip(known, axes, strict=True))


def components(count: int, ties: list[tuple[Ids, Ids]]) -> Ids:
    """Return for each of ``count`` atoms the least one that it is tied to, directly or through others."""
    label = np.arange(count, dtype=np.int64)
    if not ties:
        return label
    first, second = (np.concatenate(side) for side in zip(*ties, strict=True))
    while True:
        apart = label[first] != label[second]
        first, second = first[apart], second[apart]
        if not len(first):
            return label
        roots = label[first], label[second]
        np.minimum.at(label, np.maximum(*roots), np.minimum(*roots))
        while not np.array_equal(label, further := label[label]):
            label = further
