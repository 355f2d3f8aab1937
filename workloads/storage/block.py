"""Block storage: a bitmap of blocks of filters x channels, and the blocks that are not all zero."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.sparsity import BlockPattern, BoolArray
from workloads.storage.arrangement import Arrangement, ValueArray, arrangement_of, as_arranged, padded
from workloads.storage.codec import Encoded, NumberStream
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat


@dataclass(frozen=True, slots=True)
class Blocks:
    """One bit a block of filters x channels of one kernel position, and every block with a non-zero stored whole.

    Blocks do not cross groups or kernel positions; those at an edge are filled up with zeros, and stored as large as
    the others. Both are in the order (groups, rows of blocks, taps, columns of blocks), a block row by row.

        blocks 2x2    0 0 7 0
                      0 0 0 5     ->     bitmap 0 1, values 7 0 0 5
    """

    pattern: BlockPattern

    format: ClassVar[StorageFormat] = StorageFormat.BLOCK

    def encode(self, values: ValueArray) -> Encoded:
        """Return the bitmap of blocks, and the blocks that are kept."""
        height, width = self.pattern.filters, self.pattern.channels
        whole = padded(padded(as_arranged(values), 1, height), 3, width)
        groups, filters, taps, channels = whole.shape
        split = whole.reshape(groups, filters // height, height, taps, channels // width, width)
        blocks = split.transpose(0, 1, 3, 4, 2, 5).reshape(-1, height * width)
        kept = (blocks != 0).any(axis=1)
        bitmap = NumberStream(name="bitmap", numbers=kept.astype(np.int64), width_bits=1)
        return Encoded(codec=self, shape=values.shape, values=blocks[kept].ravel(), streams=(bitmap,))

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the kept blocks at the ones of the bitmap, without what was filled up."""
        height, width = self.pattern.filters, self.pattern.channels
        groups, filters, taps, channels = arrangement_of(encoded.shape)
        rows, cols = -(-filters // height), -(-channels // width)
        kept = encoded.numbers("bitmap").astype(bool)
        blocks = np.zeros((kept.size, height * width), dtype=encoded.values.dtype)
        blocks[kept] = encoded.values.reshape(-1, height * width)
        split = blocks.reshape(groups, rows, taps, cols, height, width).transpose(0, 1, 4, 2, 3, 5)
        whole = split.reshape(groups, rows * height, taps, cols * width)
        return whole[:, :filters, :, :channels].reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return a bit a block, and the bits of the kept blocks."""
        kept = _any_of_neighbours(
            _any_of_neighbours(as_arranged(mask), 1, self.pattern.filters), 3, self.pattern.channels
        )
        return self._bits(arrangement_of(mask.shape), int(np.count_nonzero(kept)), element_bits)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return a bit a block, and the bits of the blocks that are expected not to be all zero.

        Filters of one band have their zeros in the same places, so that a block is as likely all zero as one row of it
        is, to the power of the bands it touches.
        """
        groups, filters, taps, channels = mask.arrangement
        stretches = mask.zero_stretches()
        starts = np.arange(0, channels, self.pattern.channels)
        widths = np.minimum(self.pattern.channels, channels - starts)
        zero_chance = stretches.chance(starts, widths)
        num_kept = sum(
            count * float((1.0 - zero_chance**num_bands).sum())
            for num_bands, count in _bands_touched(filters, self.pattern.filters, mask.band_filters).items()
        )
        return self._bits(mask.arrangement, groups * taps * num_kept, element_bits)

    def _bits(self, arrangement: Arrangement, num_kept: float, element_bits: int) -> StorageBits:
        groups, filters, taps, channels = arrangement
        num_blocks = groups * taps * -(-filters // self.pattern.filters) * -(-channels // self.pattern.channels)
        block_elements = self.pattern.filters * self.pattern.channels
        return StorageBits(value_bits=num_kept * block_elements * element_bits, metadata_bits=num_blocks)


def _any_of_neighbours(nonzero: BoolArray, axis: int, count: int) -> BoolArray:
    """Whether any of each ``count`` neighbours along ``axis`` is true; the last ones may be fewer."""
    lead = (slice(None),) * axis
    found = nonzero[(*lead, slice(0, None, count))].copy()
    for place in range(1, min(count, nonzero.shape[axis])):
        members = nonzero[(*lead, slice(place, None, count))]
        found[(*lead, slice(0, members.shape[axis]))] |= members
    return found


def _bands_touched(filters: int, height: int, band: int) -> Counter[int]:
    """Number of rows of blocks by how many bands of ``band`` filters they touch."""
    starts = range(0, filters, height)
    return Counter((min(start + height, filters) - 1) // band - start // band + 1 for start in starts)
