"""Designs that no other beats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pareto_positions(figures: Sequence[Sequence[float]]) -> list[int]:
    """Return the positions of rows that no other row beats: none is at most as large in all figures and smaller in one.

    Of rows that are equal in all figures the first counts. Smaller is better.

    Parameters
    ----------
    figures : sequence of sequence of float
        A row a design, with equally many figures each.

    Returns
    -------
    list of int
        By the first figure.
    """
    if not figures:
        return []
    table = np.asarray(figures, dtype=np.float64)
    order = np.lexsort(table.T[::-1])
    front: list[int] = []
    for position in order.tolist():  # nothing later in this order beats something earlier
        beaten = bool(front) and bool((table[front] <= table[position]).all(axis=1).any())
        if not beaten:
            front.append(position)
    return front
