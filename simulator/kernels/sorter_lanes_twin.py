"""Functional twin of the sorter: lanes that each take a weight a cycle and keep the N largest of a group of M.

A lane has N registers, the largest magnitude first. A weight that enters is compared with all of them at once and put
before the first that is smaller; those from there on move down by one, and the last falls out. Equal magnitudes stay
in front of later ones, so ties go to the weight that came first. 2:4 with the magnitudes 3, 5, 5, 1:

    cycle          0      1      2      3
    enters         3      5      5      1
    register 0     3      5      5      5
    register 1            3      5      5

After M cycles all lanes hand their registers over and take the next groups, lanes without one idle. A group shorter
than M ends in bubbles, which no register takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SorterResult:
    """What the lanes kept, and when they were done.

    Parameters
    ----------
    kept : ndarray of bool
        Of the weights' shape.
    cycles : int
        From the first weight that enters to the last comparison.
    """

    kept: Bits
    cycles: int


def sort_on_lanes(weights: NDArray[np.floating], *, pattern: tuple[int, int], lanes: int) -> SorterResult:
    """Return which of ``weights`` the lanes keep, in groups along the last axis that begin anew in each row.

    Parameters
    ----------
    weights : ndarray of real numbers
        Magnitudes are compared.
    pattern : tuple of (int, int)
        N and M.
    lanes : int
        Groups that are sorted at once.

    Raises
    ------
    ValueError
        When there is no weight or no lane, or N is not in 1..M.
    """
    n, m = pattern
    if weights.size == 0 or lanes < 1:
        raise ValueError(f"cannot sort weights of shape {weights.shape} on {lanes} lanes")
    if not 1 <= n <= m:
        raise ValueError(f"pattern is {n}:{m}, expected N from 1 to M")
    rows = np.ascontiguousarray(np.abs(weights.reshape(-1, weights.shape[-1])), dtype=np.float64)
    kept, cycles = run_sorter_lanes(rows, n, m, lanes)
    return SorterResult(kept=kept.reshape(weights.shape), cycles=int(cycles))


@njit(cache=True)
def run_sorter_lanes(magnitudes: Reals, n: int, m: int, lanes: int) -> tuple[Bits, int]:
    """Return what is kept of ``magnitudes`` (rows, channels) and the cycles."""
    groups_per_row = -(-magnitudes.shape[1] // m)
    num_groups = magnitudes.shape[0] * groups_per_row
    kept = np.zeros(magnitudes.shape, dtype=np.bool_)
    largest, places = np.zeros((lanes, n)), np.full((lanes, n), -1, dtype=np.int64)
    first_group = cycle = 0
    while first_group < num_groups:
        places[:, :] = -1
        for member in range(m):
            for lane in range(min(lanes, num_groups - first_group)):
                row, group = divmod(first_group + lane, groups_per_row)
                if group * m + member < magnitudes.shape[1]:
                    _enter(largest[lane], places[lane], magnitudes[row, group * m + member], group * m + member)
            cycle += 1
        for lane in range(min(lanes, num_groups - first_group)):
            row = (first_group + lane) // groups_per_row
            for place in places[lane]:
                if place >= 0:
                    kept[row, place] = True
        first_group += lanes
    return kept, cycle


@njit(cache=True)
def _enter(largest: Reals, places: Integers, magnitude: float, place: int) -> None:
    """Put a weight before the first register that is empty or smaller; the registers are modified in place."""
    for i in range(len(places)):
        if places[i] < 0 or largest[i] < magnitude:
            for below in range(len(places) - 1, i, -1):
                largest[below], places[below] = largest[below - 1], places[below - 1]
            largest[i], places[i] = magnitude, place
            return
