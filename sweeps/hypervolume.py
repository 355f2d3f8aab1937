"""How good a set of designs is in one number: the volume that they beat, up to a reference point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sweeps.pareto import pareto_positions
from workloads.errors import ConfigError


def hypervolume(costs: Sequence[Sequence[float]], reference: Sequence[float]) -> float:
    """Return the volume of what is no better than some row of ``costs`` and better than ``reference``, exactly.

    Smaller is better. Rows that are not better than the reference in every figure add nothing.

    Parameters
    ----------
    costs : sequence of sequence of float, shape (num_designs, num_figures)
    reference : sequence of float, shape (num_figures,)

    Returns
    -------
    float
        In the product of the figures' units; 0 for no rows.

    Raises
    ------
    ConfigError
        When a row has another number of figures than the reference.

    Notes
    -----
    Rows cut the space along the last figure into slabs; the base of each is a hypervolume of one figure less.
    Source: Zitzler and Thiele, Multiobjective optimization using evolutionary algorithms, PPSN V, 1998.
    """
    wrong = next((row for row in costs if len(row) != len(reference)), None)
    if wrong is not None:
        raise ConfigError(f"hypervolume: expected {len(reference)} figures a row, found {len(wrong)}")
    limit = np.asarray(reference, dtype=np.float64)
    table = np.asarray(costs, dtype=np.float64).reshape(-1, len(limit))
    inside = table[(table < limit).all(axis=1)]
    return _volume(inside[pareto_positions(inside.tolist())], limit)


def _volume(table: NDArray[np.float64], limit: NDArray[np.float64]) -> float:
    if not len(table):
        return 0.0
    if len(limit) == 1:
        return float(limit[0] - table.min())
    ordered = table[np.argsort(table[:, -1], kind="stable")]
    heights = np.diff(ordered[:, -1], append=limit[-1])
    if len(limit) == 2:
        return float(heights @ (limit[0] - np.minimum.accumulate(ordered[:, 0])))
    bases = (_volume(ordered[: num + 1, :-1], limit[:-1]) if height else 0.0 for num, height in enumerate(heights))
    return float(sum(height * base for height, base in zip(heights.tolist(), bases, strict=True)))
