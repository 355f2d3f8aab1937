"""Figures as files: whole or not at all."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hw_configs.accelerator import Accelerator, Memory
from plots.cycles_by_operator import cycles_by_operator
from plots.energy_by_component import energy_by_component
from plots.off_chip_by_operand import off_chip_by_operand
from plots.roofline import roofline
from plots.scratchpad_map import scratchpad_map
from plots.speedup_losses import speedup_losses
from plots.style import SCREEN_DPI
from simulator.result import Result
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SUFFIXES = (".png", ".pdf", ".svg")
_UNDATED = {".png": {}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
"""Metadata that would make two files of the same figure differ."""


@contextmanager
def missing_glyphs_as_boxes() -> Iterator[None]:
    """A name in letters that the font lacks is no reason to warn the user, who sees the boxes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield


def save_figure(figure: Figure, path: Path | str) -> Path:
    """Write ``figure`` as the kind of file that ``path`` ends in (.png, .pdf, .svg), and return ``path``.

    The file appears whole or not at all; one that was there is replaced.

    Raises
    ------
    ConfigError
        For another suffix, or a folder that is not there or cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ConfigError(
            f"figure {str(path)!r}: expected a name that ends in {', '.join(_SUFFIXES)}, found {suffix!r}"
        )
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
    try:
        with missing_glyphs_as_boxes():
            figure.savefig(partial, format=suffix[1:], dpi=SCREEN_DPI, metadata=_UNDATED[suffix])
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigError(f"figure {str(path)!r}: cannot be written: {error.strerror}") from None
    return path


def save_all(result: Result, accelerator: Accelerator, folder: Path) -> tuple[Path, ...]:
    """Write the figures of ``result`` on ``accelerator`` into ``folder`` (made if it is not there) as PNG.

    There are four; for a compressed network whose operators take cycles also where the speed-up went, and for a
    plan with whole tensors what the scratchpad holds.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written, or a compressed result has nothing to compare with.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"figure folder {str(folder)!r}: cannot be made: {error.strerror}") from None
    with missing_glyphs_as_boxes():
        figures = {
            "roofline.png": roofline(result, accelerator),
            "cycles_by_operator.png": cycles_by_operator(result),
            "energy_by_component.png": energy_by_component(result),
            "off_chip_by_operand.png": off_chip_by_operand(result),
        }
        if result.compression and result.total_cycles:
            figures["speedup_losses.png"] = speedup_losses(result)
        if result.planning is not None and result.planning.stays and isinstance(accelerator.scratchpad, Memory):
            figures["memory_map.png"] = scratchpad_map(result, accelerator.scratchpad.capacity_bytes)
    return tuple(save_figure(figure, folder / name) for name, figure in figures.items())
