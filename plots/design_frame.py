"""What all figures of designs have around their axes: panels, title, legend and footer."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from plots.design_choice import DesignChoice
from plots.design_columns import Floats, axis_label, spans_decades
from plots.design_points import WORK, DesignPoints
from plots.style import SMALL_POINTS, TEXT_POINTS, drawable, new_figure, set_labels, short_name

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FOOTER_POINTS = 6.0
_TITLE_CHARACTERS = {True: 44, False: 64}
_MOST_PANELS_A_ROW = {True: 2, False: 3}
_NOTE_CHARACTERS = {True: 70, False: 100}
_FEW_DECADES = 2.0
_CAPACITIES = ("scratchpad_bytes", "scratchpad.capacity_bytes")


def panel_axes(
    choice: DesignChoice, titles: Sequence[str], height_inches: float, share: bool = True
) -> tuple[Figure, list[Axes]]:
    """Return a figure with one panel a title, in rows."""
    num = len(titles)
    per_row = min(num, _MOST_PANELS_A_ROW[choice.is_narrow])
    num_rows = math.ceil(num / per_row)
    shrink = 1.0 if num == 1 else 0.75
    figure = new_figure(choice.width_inches(num), height_inches * (1 + (num_rows - 1) * shrink))
    grid = figure.subplots(num_rows, per_row, squeeze=False, sharex=share, sharey=share)
    axes = [one for row in grid for one in row]
    for one in axes[num:]:
        one.remove()
    for one, title in zip(axes, titles, strict=False):
        if title:
            one.set_title(short_name(title, 40), fontsize=SMALL_POINTS)
    return figure, axes[:num]


def label_panels(axes: Sequence[Axes], x: str, y: str) -> None:
    """Label the outer axes (modified in place) of shared panels; ``x`` and ``y`` are labels."""
    num_columns = len({round(one.get_position().x0, 3) for one in axes})
    for index, one in enumerate(axes):
        is_left, is_low = index % num_columns == 0, index + num_columns >= len(axes)
        set_labels(one, x=x if is_low else "", y=y if is_left else "")
        one.tick_params(labelbottom=is_low, labelleft=is_left)
        one.grid(linewidth=0.4, color="0.9")


def scale_axis(axes: Axes, which: Literal["x", "y"], column: str, values: Floats) -> None:
    """Make an axis of ``axes`` (modified in place) logarithmic where ``values`` span decades, with plain ticks.

    Parameters
    ----------
    axes : Axes
    which : "x" or "y"
    column : str
        What the axis shows; capacities are in powers of two.
    values : ndarray of float64
    """
    from matplotlib.ticker import NullLocator

    axis, set_scale = (axes.xaxis, axes.set_xscale) if which == "x" else (axes.yaxis, axes.set_yscale)
    if column in _CAPACITIES and values.min() > 0:
        set_scale("log", base=2)
    elif spans_decades(values):
        set_scale("log")
    plain_ticks(axes, which, column, values)
    if column in _CAPACITIES:
        axis.set_minor_locator(NullLocator())


def plain_ticks(axes: Axes, which: Literal["x", "y"], column: str, values: Floats) -> None:
    """Give an axis of ``axes`` (modified in place), whose scale is set, ticks in plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    if axis.get_scale() == "log" and column not in _CAPACITIES:
        has_few = math.log10(values.max() / values.min()) < _FEW_DECADES
        axis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0) if has_few else (1.0,)))
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(column, value)))


def tick_text(column: str, value: float) -> str:
    """Return a tick: bytes in powers of two where they are whole ones, else a short number (1.5M, 20k)."""
    if column.endswith("_bytes"):
        for size, unit in ((2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki")):
            if value >= size and value % size == 0:
                return f"{value / size:g}{unit}"
    for least, scale, unit in ((1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(value) >= least:
            return f"{value / scale:g}{unit}"
    return f"{value:g}"


def finish(figure: Figure, points: DesignPoints, choice: DesignChoice, what: str, note: str = "") -> None:
    """Add title, legend of all axes above, and below the footer: study, version of the model and number of points.

    Parameters
    ----------
    figure : Figure
        Modified in place.
    points : DesignPoints
    choice : DesignChoice
    what : str
        The title where the user gives none.
    note : str
        What must be said beside.
    """
    title = short_name(choice.title or f"{what}: {_work_text(points, choice)}", _TITLE_CHARACTERS[choice.is_narrow])
    handles: dict[str, Artist] = {}
    for one in figure.axes:
        for handle, label in zip(*one.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        legend = figure.legend(
            handles.values(),
            handles.keys(),
            loc="outside upper left",
            ncols=2 if choice.is_narrow else 3 if figure.get_figwidth() < 6 else 5,
            fontsize=SMALL_POINTS,
            frameon=False,
            title=title,
            title_fontsize=TEXT_POINTS,
            alignment="left",
            columnspacing=1.2,
            handletextpad=0.5,
        )
        legend.set_in_layout(True)
    else:
        figure.suptitle(title, fontsize=TEXT_POINTS, x=0.02, ha="left")
    figure.supxlabel(
        footer_text(points, note, is_narrow=choice.is_narrow), fontsize=_FOOTER_POINTS, color="0.35", x=0.01, ha="left"
    )


def footer_text(points: DesignPoints, note: str, *, is_narrow: bool = False) -> str:
    """Return what a figure is of."""
    num = len(points.rows)
    left_out = f", {points.num_left_out:,} without figures or against constraints left out"
    parts = [
        f"study {short_name(points.study, 30)}",
        f"model {drawable(short_version(points.model_version))}",
        f"{num:,} point{'s' if num > 1 else ''}{left_out if points.num_left_out else ''}",
    ]
    separator = "\n" if is_narrow and points.num_left_out else " · "
    first = f"{parts[0]} · {parts[1]}{separator}{parts[2]}"
    width = _NOTE_CHARACTERS[is_narrow]
    return "\n".join([first, *textwrap.wrap(note, width)])


def short_version(model_version: str) -> str:
    """Return the version of Sparsim and the first digits of the model's digest."""
    number, plus, digest = model_version.partition("+")
    return f"{number}{plus}{digest[:7]}"


def _work_text(points: DesignPoints, choice: DesignChoice) -> str:
    shown = [str(cells.pop()) for name in WORK if len(cells := set(points.cells(name))) == 1 and cells not in _EMPTY]
    return ", ".join(shown) if shown else f"by {axis_label(choice.facet or 'network')}"


_EMPTY = ({None}, {""})
