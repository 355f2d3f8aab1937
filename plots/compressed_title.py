"""How figures of compressed networks name what was done to a network, and what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plots.style import TEXT_POINTS, short_name
from simulator.result import Result
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNCOMPRESSED = "dense"
"""What a row or point is called that nothing was done to, as ``sparsim compare`` calls it."""
_NAME_CHARACTERS = 30
_SPEC_CHARACTERS = 26


def compression_name(spec: str) -> str:
    """Return a compression spec as a figure may draw it, its middle left out when it is long."""
    return short_name(spec, _SPEC_CHARACTERS) if spec else UNCOMPRESSED


def add_title(figure: Figure, results: Sequence[Result]) -> None:
    """Write above ``figure`` (modified in place) what ``results`` share: network, accelerator, technology, and so on.

    Two lines, so that they fit a column: network and accelerator; technology, batch, compression and objective.
    """
    network, accelerator, technology, objective, batch, spec = (
        _shared(values) for values in zip(*(_about(result) for result in results), strict=True)
    )
    first = " on ".join(short_name(name, _NAME_CHARACTERS) for name in (network, accelerator) if name)
    second = [short_name(technology, _NAME_CHARACTERS), batch, spec, objective]
    lines = [first, ", ".join(part for part in second if part)]
    text = ("\n" if accelerator else ", ").join(line for line in lines if line)
    figure.suptitle(text, fontsize=TEXT_POINTS, x=0.01, ha="left")


def _about(result: Result) -> tuple[str, str, str, str, str, str]:
    objective = f"least {result.objective}" if result.objective else ""
    batch, spec = f"batch {result.batch}", compression_name(result.compression)
    return result.network, result.accelerator, result.technology, objective, batch, spec


def _shared(values: Sequence[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""


def check_comparable(result: Result, figure: str) -> None:
    """Check that ``result`` knows what its network took before compression, if there was any.

    Raises
    ------
    ConfigError
        When it does not: its speed-up would be drawn as 1.
    """
    if result.compression and result.dense_total_cycles is None:
        raise ConfigError(
            f"{figure}: {result.network} on {result.accelerator} with {result.compression}: expected its cycles before "
            "compression (dense_total_cycles), found none"
        )
