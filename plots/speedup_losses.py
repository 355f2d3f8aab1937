"""Where the ideal speed-up went: from the cycles before compression to the ideal, and up again loss by loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from plots.compressed_title import add_title, check_comparable
from plots.loss_operators import EqualOperators, costliest_operators
from plots.loss_parts import PARTS
from plots.loss_waterfall import WaterfallStep, waterfall_steps
from plots.style import BLACK, COLUMN_INCHES, SMALL_POINTS, Fill, new_figure, renderer_of, set_labels
from plots.units import CYCLE_UNITS, Unit, number_text, unit_for
from simulator.result import Result
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW_INCHES = 0.21
_MARGIN_PIXELS = 14.0


def speedup_losses(result: Result, num_operators: int = 6) -> Figure:
    """Return a waterfall from the cycles before compression to the ideal, and by each loss up to the cycles taken.

    The ideal is products without a zero operand on all PEs at full rate. Losses of 0 are left out, and those below half
    a percent share a bar. Below it are the operators that take most cycles, equal ones together, in the same colours;
    a line marks their cycles before compression. A result that is not compressed begins with its ideal.

    Parameters
    ----------
    result : Result
    num_operators : int
        Bars of operators at most; 0 for the waterfall alone.

    Raises
    ------
    ConfigError
        When nothing takes cycles, the losses do not add up to them, or those before compression are not known.
    """
    check_comparable(result, "speedup_losses")
    _check_sum(result)
    steps, bars = waterfall_steps(result), costliest_operators(result, num_operators)
    rows = [len(steps), len(bars)] if bars else [len(steps)]
    figure = new_figure(COLUMN_INCHES, 0.45 + 0.5 * len(rows) + _ROW_INCHES * sum(rows))
    panels = figure.subplots(len(rows), 1, squeeze=False, height_ratios=rows)[:, 0]
    _draw_waterfall(panels[0], steps)
    if bars:
        _draw_operators(panels[1], bars)
    add_title(figure, [result])
    figure.draw_without_rendering()  # room for text needs the final width of the axes
    for axes in panels:
        _make_room(figure, axes)
    return figure


def _check_sum(result: Result) -> None:
    where = f"speedup_losses: {result.network} on {result.accelerator}"
    if result.total_cycles == 0:
        raise ConfigError(f"{where}: expected operators that take cycles, found none")
    if not math.isclose(result.losses.total_cycles, result.total_cycles, rel_tol=1e-6):
        raise ConfigError(
            f"{where}: expected losses that add up to its {result.total_cycles:,} cycles, found "
            f"{result.losses.total_cycles:,.0f}"
        )


def _draw_waterfall(axes: Axes, steps: Sequence[WaterfallStep]) -> None:
    unit = _prepare(axes, [step.name for step in steps], [step.end_cycles for step in steps])
    greatest = max(step.end_cycles for step in steps) / unit.size
    for row, step in enumerate(steps):
        start, end = step.start_cycles / unit.size, step.end_cycles / unit.size
        _bar(axes, row, (start, end - start), step.fill)
        number = _number(end - start, greatest)
        sign = "+" if step.is_loss and number[0].isdigit() else ""
        _write(axes, row, max(start, end), f"{sign}{number}   {step.remark}".rstrip())
    for row, (above, below) in enumerate(pairwise(steps)):
        if below.is_loss:
            axes.plot([above.end_cycles / unit.size] * 2, [row, row + 1], zorder=0, color="0.5", linewidth=0.6)


def _draw_operators(axes: Axes, bars: Sequence[EqualOperators]) -> None:
    reaches = [max(bar.total_cycles, bar.dense_cycles or 0) for bar in bars]
    unit = _prepare(axes, [bar.name for bar in bars], reaches)
    for row, (bar, reach) in enumerate(zip(bars, reaches, strict=True)):
        left = 0.0
        for part in PARTS:
            length = part.cycles(bar.losses) / unit.size
            _bar(axes, row, (left, length), part.fill)
            left += length
        text = _number(bar.total_cycles / unit.size, max(reaches) / unit.size)
        if bar.dense_cycles is not None:
            before = bar.dense_cycles / unit.size
            axes.plot([before] * 2, [row - 0.42, row + 0.42], color=BLACK, linewidth=1.4)
            text = f"{_number(before, max(reaches) / unit.size)} → {text}   {bar.speedup_over_dense:.2f}×"
        _write(axes, row, reach / unit.size, text)
    lines = " (line: before compression)" if axes.lines else ""
    axes.set_title(f"costliest operators{lines}", fontsize=SMALL_POINTS, loc="left")


def _number(value: float, greatest: float) -> str:
    """Return ``value`` to as many decimals as ``greatest`` has, so that the numbers of a panel can be added up."""
    decimals = len(number_text(greatest).partition(".")[2])
    text = f"{value:,.{decimals}f}"
    return f"<{10**-decimals:.{decimals}f}" if value > 0 and float(text.replace(",", "")) == 0 else text


def _prepare(axes: Axes, names: Sequence[str], cycles: Sequence[float]) -> Unit:
    """Set up ``axes`` (modified in place) for a bar a name, from top to bottom; return the unit of the lengths."""
    unit = unit_for(cycles, CYCLE_UNITS)
    set_labels(axes, x=f"time ({unit.symbol})")
    axes.set_xlim(0, max(cycles) / unit.size)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= max(cycles) / unit.size])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    return unit


def _bar(axes: Axes, row: int, left_and_length: tuple[float, float], fill: Fill) -> None:
    left, length = left_and_length
    axes.barh(row, length, left=left, height=0.76, color=fill.colour, hatch=fill.hatch, edgecolor="white", linewidth=0)


def _write(axes: Axes, row: int, end: float, text: str) -> None:
    written = axes.annotate(text, (end, row), (4, 0), textcoords="offset points", va="center", fontsize=SMALL_POINTS)
    written.set_in_layout(False)  # _make_room sees to it that it stays inside


def _make_room(figure: Figure, axes: Axes) -> None:
    """Widen the limits of ``axes`` (modified in place) until what is written behind the bars fits."""
    from matplotlib.text import Annotation

    renderer, width = renderer_of(figure), axes.bbox.width
    written = [text for text in axes.texts if isinstance(text, Annotation)]
    rooms = [width - text.get_window_extent(renderer).width - _MARGIN_PIXELS for text in written]
    axes.set_xlim(0, max(text.xy[0] * width / room for text, room in zip(written, rooms, strict=True)))
