"""Which N:M groups weights keep to: by the pattern that is stated of them, or by their mask."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from workloads.sparsity import Mask, NmPattern

_REMEMBERED_GROUPS = 2**14
"""Pairs of a mask and a group size: more than the largest network of the zoo has, times eight sizes."""


def most_in_group(pattern: NmPattern, m: int, channels: int) -> int:
    """Return the most non-zeros that weights of ``pattern`` may have in an aligned group of ``m`` of ``channels``.

    2:4 has at most 4 in a group of 8 and 2 in a group of 2. Where neither size divides the other, a group may begin and
    end inside groups of the pattern: of 3:4 a group of 6, channels 6 to 11, has at most min(3, 2) + min(3, 4) = 5. Of 3
    channels no group has more than 3.
    """
    period = math.lcm(pattern.m, m)
    most = 0
    for start in range(0, min(period, channels), m):
        stop = min(start + m, channels)
        first, last = start // pattern.m, (stop - 1) // pattern.m
        if first == last:
            count = min(pattern.n, stop - start)
        else:
            head, tail = (first + 1) * pattern.m - start, stop - last * pattern.m
            count = min(pattern.n, head) + (last - first - 1) * pattern.n + min(pattern.n, tail)
        most = max(most, count)
    return most


@lru_cache(maxsize=_REMEMBERED_GROUPS)
def densest_group(mask: Mask, m: int) -> int:
    """Return the most non-zeros in any group of ``m`` channels of ``mask``, the last of which may be shorter.

    A mask is searched once a process for each size: a network's layers are bound again for each design.
    """
    nonzero = mask.array()
    channels = mask.shape[3]
    counts = np.zeros((*mask.shape[:3], -(-channels // m)), dtype=np.uint16 if m > 255 else np.uint8)
    for place in range(min(m, channels)):
        column = nonzero[..., place::m]
        counts[..., : column.shape[3]] += column
    return int(counts.max())
