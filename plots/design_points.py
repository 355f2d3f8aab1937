"""Points of one study that a figure draws: those with figures that meet the study's constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plots.design_columns import Floats, as_cost, check_column
from sweeps.pareto import pareto_positions
from sweeps.read_results import Cell, Table, list_studies, query_results
from sweeps.results_error import ResultsError
from sweeps.search_record import is_search_name
from workloads.errors import ConfigError

WORK = ("network", "bindings", "batch")
"""Designs are compared where these are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignPoints:
    """Rows of the view ``results``, by column.

    Parameters
    ----------
    study, model_version : str
    columns : tuple of str
    rows : tuple of tuple of Cell
        At least one, in the study's order.
    num_left_out : int
        Rows of the selection without figures, or that do not meet the study's constraints.
    """

    study: str
    model_version: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    num_left_out: int = 0

    def cells(self, column: str, option: str = "column") -> tuple[Cell, ...]:
        """Return the values of ``column``, which ``option`` asks for.

        Raises
        ------
        ConfigError
            When there is no such column.
        """
        check_column(option, column, self.columns)
        place = self.columns.index(column)
        return tuple(row[place] for row in self.rows)

    def numbers(self, column: str, option: str) -> Floats:
        """Return the values of ``column`` as float64 (points,).

        Raises
        ------
        ConfigError
            When there is no such column, or one of its values is text or missing.
        """
        cells = self.cells(column, option)
        wrong = next((cell for cell in cells if not isinstance(cell, int | float)), 0)
        if isinstance(wrong, str):
            raise ConfigError(f"{option} {column}: expected numbers along an axis, found text such as {wrong!r}")
        if wrong is None:
            raise ConfigError(f"{option} {column}: expected numbers along an axis, found points without one")
        return np.array(cells, dtype=np.float64)

    def varying_numbers(self, column: str, option: str) -> Floats:
        """Return ``numbers``.

        Raises
        ------
        ConfigError
            As ``numbers``, and when all points have the same value.
        """
        values = self.numbers(column, option)
        if values.min() == values.max():
            raise ConfigError(
                f"{option} {column}: expected at least two values, found {values[0]:g} alone in {len(values)} points"
            )
        return values

    def part(self, positions: Sequence[int]) -> DesignPoints:
        """Return the points at ``positions``."""
        return DesignPoints(
            study=self.study,
            model_version=self.model_version,
            columns=self.columns,
            rows=tuple(self.rows[position] for position in positions),
            num_left_out=self.num_left_out,
        )

    def groups(self, column: str, option: str) -> dict[Cell, DesignPoints]:
        """Return the points by their value of ``column``: numbers ascending, text in the study's order."""
        positions: dict[Cell, list[int]] = {}
        for position, cell in enumerate(self.cells(column, option)):
            positions.setdefault(cell, []).append(position)
        keys = list(positions)
        if all(isinstance(key, int | float) for key in keys):
            keys.sort(key=lambda key: float(str(key)))
        return {key: self.part(positions[key]) for key in keys}

    def pareto(self, x: str, y: str) -> list[int]:
        """Return the positions of points that no other beats in both columns, by the first."""
        costs = [as_cost(x, self.numbers(x, "--x")), as_cost(y, self.numbers(y, "--y"))]
        return pareto_positions(np.stack(costs, axis=1).tolist())

    def differing(self, columns: Sequence[str]) -> list[str]:
        """Return those of ``columns`` in which the points differ."""
        return [name for name in columns if len(set(self.cells(name))) > 1]


def read_design_points(path: Path, study: str | None = None, where: str | None = None) -> DesignPoints:
    """Return what a figure of a results file draws.

    Parameters
    ----------
    path : Path
    study : str, optional
        Needed where the file has several, one sweep beside searches aside: that is taken.
    where : str, optional
        SQL condition on the columns of the view ``results``.

    Raises
    ------
    ResultsError
        When the file cannot be read, or has no such study, several or none.
    ConfigError
        When no point is left, or the condition is wrong.
    """
    name = _only_study(path, study)
    table = _select(path, name, where)
    place = {column: index for index, column in enumerate(table.columns)}
    rows = tuple(row for row in table.rows if row[place["status"]] == "ok" and not row[place["violates"]])
    if not rows:
        condition = "" if where is None else f" where {where}"
        raise ConfigError(
            f"study {name!r}: expected points to draw{condition}, found {len(table.rows)}, none of which has figures "
            "and meets the constraints"
            if table.rows
            else f"study {name!r}: expected points to draw{condition}, found none"
        )
    return DesignPoints(
        study=name,
        model_version=str(rows[0][place["model_version"]]),
        columns=table.columns,
        rows=rows,
        num_left_out=len(table.rows) - len(rows),
    )


def _only_study(path: Path, study: str | None) -> str:
    """Return ``study``, or the only one; of several the only one that is a sweep and no search."""
    names = list(dict.fromkeys(row.name for row in list_studies(path)))
    if study is not None and study in names:
        return study
    sweeps = [name for name in names if not is_search_name(name)] if len(names) > 1 else names
    if study is None and len(sweeps) == 1:
        return sweeps[0]
    known = ", ".join(map(repr, names)) or "none"
    if study is None and names:
        raise ResultsError(f"results file {str(path)!r}: expected --study with one of {known}")
    wanted = "study" if study is None else f"study {study!r}"
    raise ResultsError(f"results file {str(path)!r}: no {wanted}, found {known}")


def _select(path: Path, study: str, where: str | None) -> Table:
    sql = "SELECT * FROM results WHERE study = ?"
    if where is None:
        return query_results(path, f"{sql} ORDER BY position", (study,))
    try:
        sql = f"{sql} AND ({where}\n) ORDER BY position"
        return query_results(path, sql, (study,))
    except ResultsError as error:
        reason = str(error).removeprefix(f"query {sql!r}: ")
        raise ConfigError(f"--where {where}: {reason}") from None
