"""N:M storage: N slots in every group of M channels, each with the place that its element has in the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.sparsity import BoolArray, NmPattern, Pattern, group_counts
from workloads.storage.arrangement import Arrangement, ValueArray, arrangement_of, as_arranged, padded
from workloads.storage.codec import Encoded, NumberStream, index_width_bits
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat, StorageMisfit


@dataclass(frozen=True, slots=True)
class NmSlots:
    """Exactly N slots a group of M channels, each an element and its index in the group of ceil(log2(M)) bits.

    Indices of a group rise. A group with fewer non-zeros fills its slots with zeros, and the last group of a kernel
    position takes N slots even where fewer than M channels are left.

        2:4    0 7 0 5 | 0 0 9 0     ->     values 7 5 0 9, indices 1 3 0 2 (2 bits each)
    """

    pattern: NmPattern

    format: ClassVar[StorageFormat] = StorageFormat.NM

    def encode(self, values: ValueArray) -> Encoded:
        """Return the slots of all groups, and the index of each.

        Raises
        ------
        StorageMisfit
            When a group has more than N non-zeros; names the first.
        """
        arranged = as_arranged(values)
        self._check(arranged != 0)
        groups = padded(arranged, 3, self.pattern.m).reshape(-1, self.pattern.m)
        nonzeros_first = np.argsort(groups == 0, axis=1, kind="stable")
        indices = np.sort(nonzeros_first[:, : self.pattern.n], axis=1)
        slots = np.take_along_axis(groups, indices, axis=1)
        stream = NumberStream(name="indices", numbers=indices.ravel(), width_bits=index_width_bits(self.pattern.m))
        return Encoded(codec=self, shape=values.shape, values=slots.ravel(), streams=(stream,))

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the slots at their places; those past the last channel hold zeros only."""
        num_groups, filters, taps, channels = arrangement_of(encoded.shape)
        n, m = self.pattern.n, self.pattern.m
        groups = np.zeros((encoded.values.size // n, m), dtype=encoded.values.dtype)
        np.put_along_axis(groups, encoded.numbers("indices").reshape(-1, n), encoded.values.reshape(-1, n), axis=1)
        return groups.reshape(num_groups, filters, taps, -1)[..., :channels].reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return the bits of all slots; raises as ``encode`` does."""
        self._check(as_arranged(mask))
        return self._bits(arrangement_of(mask.shape), element_bits)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return the bits of all slots.

        Raises
        ------
        StorageMisfit
            When the masks need not keep to N:M.
        """
        if not (mask.density_fraction == 0 or self._holds(mask.pattern)):
            kind = "no pattern" if mask.pattern is None else f"pattern {mask.pattern}"
            raise StorageMisfit(f"format nm {self.pattern}: expected zeros that keep to {self.pattern}, found {kind}")
        return self._bits(mask.arrangement, element_bits)

    def _holds(self, pattern: Pattern | None) -> bool:
        """Whether all masks of ``pattern`` keep to N:M too: 1:4 does to 2:4 and to 2:8, 2:8 does to 2:4."""
        n, m = self.pattern.n, self.pattern.m
        if n == m:
            return True
        if not isinstance(pattern, NmPattern):
            return False
        return (m % pattern.m == 0 and m // pattern.m * pattern.n <= n) or (pattern.m % m == 0 and pattern.n <= n)

    def _bits(self, arrangement: Arrangement, element_bits: int) -> StorageBits:
        num_groups, filters, taps, channels = arrangement
        num_slots = num_groups * filters * taps * -(-channels // self.pattern.m) * self.pattern.n
        return StorageBits(
            value_bits=num_slots * element_bits,
            metadata_bits=num_slots * index_width_bits(self.pattern.m),
        )

    def _check(self, nonzero: BoolArray) -> None:
        counts = group_counts(nonzero, self.pattern.m)
        if counts.max() <= self.pattern.n:
            return
        place = np.unravel_index(int(np.argmax(counts > self.pattern.n)), counts.shape)
        _, filters, _, channels = nonzero.shape
        row = int(place[0]) * filters + int(place[1])
        first = int(place[3]) * self.pattern.m
        raise StorageMisfit(
            f"format nm {self.pattern}: row {row}, group {int(place[3])} of kernel position {int(place[2])} (channels "
            f"{first} to {min(first + self.pattern.m, channels) - 1}) has {int(counts[place])} non-zeros, expected at "
            f"most {self.pattern.n}"
        )
