"""Results in rows and columns: compressions by accelerators, with places for pairs that have no plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.result import Result
from workloads.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGrid:
    """Results by compression and accelerator.

    Parameters
    ----------
    compressions, accelerators : tuple of str
        Rows from top to bottom, columns from left to right, as results spell them; an empty compression is none.
    cells : tuple of tuples of Result or None
        A tuple a row; None for pairs without a plan.
    """

    compressions: tuple[str, ...]
    accelerators: tuple[str, ...]
    cells: tuple[tuple[Result | None, ...], ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """All results, row by row."""
        return tuple(cell for row in self.cells for cell in row if cell is not None)

    def values(self, quantity: Callable[[Result], float]) -> NDArray[np.float64]:
        """Return ``quantity`` of each cell as float64 (rows, columns); not a number where there is no plan."""
        return np.array([[np.nan if cell is None else quantity(cell) for cell in row] for row in self.cells])


def result_grid(
    results: Sequence[Result], *, compressions: Sequence[str] = (), accelerators: Sequence[str] = ()
) -> ResultGrid:
    """Return ``results`` in rows and columns.

    Parameters
    ----------
    results : sequence of Result
        Of one network and batch, at most one a pair.
    compressions, accelerators : sequence of str
        Rows and columns, in order; by default those of ``results`` as they come.

    Raises
    ------
    ConfigError
        When there is no result, they are of several networks or batches, two are of one pair, or one is in none of the
        rows or columns.
    """
    _check_one_network(results)
    rows = tuple(dict.fromkeys(compressions or [result.compression for result in results]))
    columns = tuple(dict.fromkeys(accelerators or [result.accelerator for result in results]))
    by_pair: dict[tuple[str, str], Result] = {}
    for result in results:
        pair = result.compression, result.accelerator
        where = f"{result.accelerator} with {result.compression or 'no compression'}"
        if pair in by_pair:
            raise ConfigError(f"speedup_grid: expected one result of {where}, found two")
        if pair[0] not in rows or pair[1] not in columns:
            raise ConfigError(f"speedup_grid: {where}: expected one of the rows and columns asked for")
        by_pair[pair] = result
    cells = tuple(tuple(by_pair.get((row, column)) for column in columns) for row in rows)
    return ResultGrid(compressions=rows, accelerators=columns, cells=cells)


def _check_one_network(results: Sequence[Result]) -> None:
    if not results:
        raise ConfigError("speedup_grid: expected results, found none")
    networks = {result.network for result in results}
    batches = {str(result.batch) for result in results}
    for what, found in (("network", networks), ("batch size", batches)):
        if len(found) > 1:
            raise ConfigError(f"speedup_grid: expected results of one {what}, found {', '.join(sorted(found))}")
