"""What tells several results apart, and what they share."""

from __future__ import annotations

from collections.abc import Sequence

from plots.style import drawable, result_title
from simulator.result import Result

_DENSE = "dense"
"""A network that was not compressed."""


def result_names(results: Sequence[Result]) -> tuple[str, ...]:
    """Return a row's name for each result: what differs of network, accelerator, technology, batch and compression.

    A single result needs none.
    """
    if len(results) < 2:
        return ("",) * len(results)
    parts = [_parts(result) for result in results]
    differing = [column for column in range(5) if len({row[column] for row in parts}) > 1]
    return tuple(", ".join(row[column] for column in differing or [1]) for row in parts)


def shared_title(results: Sequence[Result]) -> str:
    """Return what all of ``results`` have in common of network, accelerator, technology, batch and compression."""
    if len(results) == 1:
        return result_title(results[0])
    columns = zip(*(_parts(result) for result in results), strict=True)
    return ", ".join(values[0] for values in columns if len(set(values)) == 1 and values[0] != _DENSE)


def _parts(result: Result) -> tuple[str, str, str, str, str]:
    network, accelerator, technology = map(drawable, (result.network, result.accelerator, result.technology))
    return network, accelerator, technology, f"batch {result.batch}", drawable(result.compression) or _DENSE
