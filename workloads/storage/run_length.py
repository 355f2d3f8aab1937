"""Run-length storage: before each stored value, how many zeros precede it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.errors import ConfigError
from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray, as_matrix
from workloads.storage.codec import Encoded, NumberStream
from workloads.storage.random_mask import RandomMask, ZeroStretches
from workloads.storage.storage_format import StorageBits, StorageFormat

DEFAULT_RUN_BITS = 5
"""Eyeriss: runs of up to 31 zeros. Source: Chen et al., Eyeriss, IEEE JSSC 52(1), 2017, run-length compression."""


@dataclass(frozen=True, slots=True)
class RunLength:
    """Pairs of a run of zeros and the value after it, through all rows in one stream.

    A run that the run bits cannot count is cut: the longest run, then a zero stored as a value, and so on. Zeros after
    the last non-zero are not stored: the reader knows how many elements there are.

        2 run bits, runs of up to 3:   0 7 0 0 0 0 0 5 0     ->     (1, 7) (3, 0) (1, 5)

    Parameters
    ----------
    run_bits : int
        Bits of one run, 1 to 32.

    Raises
    ------
    ConfigError
        For another number of run bits.
    """

    run_bits: int = DEFAULT_RUN_BITS

    format: ClassVar[StorageFormat] = StorageFormat.RUN_LENGTH

    def __post_init__(self) -> None:
        if not 1 <= self.run_bits <= 32:
            raise ConfigError(f"format run_length: {self.run_bits} run bits, expected 1 to 32")

    def encode(self, values: ValueArray) -> Encoded:
        """Return runs, and the values that end them."""
        flat = as_matrix(values).ravel()
        positions = np.flatnonzero(flat)
        gaps = np.diff(positions, prepend=-1) - 1
        ends = np.cumsum((gaps >> self.run_bits) + 1) - 1
        num_pairs = int(ends[-1]) + 1 if ends.size else 0
        longest = (1 << self.run_bits) - 1
        runs = np.full(num_pairs, longest, dtype=np.int64)
        stored = np.zeros(num_pairs, dtype=flat.dtype)
        runs[ends] = gaps & longest
        stored[ends] = flat[positions]
        stream = NumberStream(name="runs", numbers=runs, width_bits=self.run_bits)
        return Encoded(codec=self, shape=values.shape, values=stored, streams=(stream,))

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return each value after its run of zeros, and zeros to the end."""
        flat = np.zeros(math.prod(encoded.shape), dtype=encoded.values.dtype)
        flat[np.cumsum(encoded.numbers("runs") + 1) - 1] = encoded.values
        return flat.reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return the bits of all pairs, those of zeros stored as values included."""
        positions = np.flatnonzero(mask)
        gaps = np.diff(positions, prepend=-1) - 1
        return self._bits(positions.size + int((gaps >> self.run_bits).sum()), element_bits)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return the bits of the expected pairs: non-zeros, and zeros stored as values."""
        return self._bits(mask.num_nonzeros + expected_stored_zeros(mask, 1 << self.run_bits), element_bits)

    def _bits(self, num_pairs: float, element_bits: int) -> StorageBits:
        return StorageBits(value_bits=num_pairs * element_bits, metadata_bits=num_pairs * self.run_bits)


def expected_stored_zeros(mask: RandomMask, stride: int) -> float:
    """Return the expected number of zeros stored as values, one for each ``stride`` zeros in a row before a non-zero.

    A non-zero at position i adds one for each j with j * stride zeros right before it. For independent elements of
    density p, L in all, that sums to

        sum over j >= 1 of (L - j * stride) * p * (1 - p)^(j * stride)

    and within a pattern the chance p * (1 - p)^(...) is the mean over the places of a group. It repeats with j, smaller
    by a constant factor, once the stretch is longer than a group, which makes the rest of the sum a closed one.

    Assumes rows and kernel positions follow each other like the groups of one row, and short groups like full ones.
    """
    stretches = mask.zero_stretches()
    length, group = mask.num_elements, stretches.group
    period = group // math.gcd(group, stride)
    factor = float(stretches.parts[group]) ** (period * stride // group)
    last = (length - 1) // stride
    first_repeating = -(-group // stride) + 1
    total = 0.0
    for j in range(1, min(last, first_repeating + period - 1) + 1):
        num_terms = (last - j) // period + 1 if j >= first_repeating else 1
        chances, weights = _geometric_sums(factor, num_terms)
        total += _chance(stretches, j * stride) * ((length - j * stride) * chances - period * stride * weights)
    return total


def _chance(stretches: ZeroStretches, num_zeros: int) -> float:
    """Chance that an element is not zero and ``num_zeros`` right before it are, mean over the places of a group."""
    starts = (np.arange(stretches.group) - num_zeros) % stretches.group
    lengths = np.full(stretches.group, num_zeros)
    return float((stretches.chance(starts, lengths) - stretches.chance(starts, lengths + 1)).mean())


def _geometric_sums(factor: float, num_terms: int) -> tuple[float, float]:
    """Sums of factor^i and of i * factor^i for i below ``num_terms``.

    By doubling, since the closed forms lose all digits where ``factor`` is close to 1.
    """
    sum_powers, sum_weighted, count = 0.0, 0.0, 0
    for digit in bin(num_terms)[2:]:
        power = factor**count
        sum_weighted += power * (sum_weighted + count * sum_powers)
        sum_powers += power * sum_powers
        count *= 2
        if digit == "1":
            power = factor**count
            sum_weighted += count * power
            sum_powers += power
            count += 1
    return sum_powers, sum_weighted
