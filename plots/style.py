"""One style for all figures: colours that the colour-blind tell apart, hatches and markers that survive grey print.

Colours: Okabe and Ito, Color Universal Design, 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.result import Result
from workloads.operators import OperatorKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure

BLACK, GREY = "#000000", "#8C8C8C"
ORANGE, SKY_BLUE, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"

COLUMN_INCHES = 4.8
"""Width of figures that still read when scaled to a paper's column of 3.5 inches."""
PAGE_INCHES = 7.16
"""Width of figures that span both columns."""
TEXT_POINTS, SMALL_POINTS = 9.0, 7.5
SCREEN_DPI = 160


@dataclass(frozen=True, slots=True)
class Fill:
    """How a bar is filled."""

    colour: str
    hatch: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """How a point is drawn."""

    colour: str
    marker: str


SERIES_DOTS = (
    Dot(BLUE, "o"),
    Dot(VERMILLION, "s"),
    Dot(GREEN, "D"),
    Dot(PURPLE, "^"),
    Dot(ORANGE, "v"),
    Dot(SKY_BLUE, "P"),
    Dot(GREY, "X"),
    Dot(BLACK, "*"),
)
"""By series, told apart by colour and by shape."""


COMPUTE, STALL = Fill(BLUE), Fill(ORANGE, "////")
INPUT, WEIGHT, PARTIAL_SUMS, OUTPUT = Fill(SKY_BLUE), Fill(BLUE, "...."), Fill(VERMILLION, "xxxx"), Fill(ORANGE, "////")
DOTS: dict[str, Dot] = {
    OperatorKind.CONV: Dot(BLUE, "o"),
    OperatorKind.CONV_TRANSPOSE: Dot(SKY_BLUE, "v"),
    OperatorKind.GEMM: Dot(VERMILLION, "s"),
    OperatorKind.MATMUL: Dot(GREEN, "D"),
    OperatorKind.RECURRENT: Dot(PURPLE, "^"),
    OperatorKind.CONV_WEIGHT_GRADIENT: Dot(ORANGE, "P"),
}
OTHER_DOT = Dot(GREY, "X")


def new_figure(width_inches: float, height_inches: float) -> Figure:
    """Return an empty figure that lays itself out, without touching matplotlib's global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_inches, height_inches), dpi=SCREEN_DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def renderer_of(figure: Figure) -> RendererAgg:
    """Return what measures text on ``figure``, one of ``new_figure``'s."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(figure).get_renderer()


def set_labels(axes: Axes, *, x: str = "", y: str = "") -> None:
    """Set axis labels, and the sizes of all text on ``axes`` (modified in place)."""
    axes.set_xlabel(x, fontsize=TEXT_POINTS)
    axes.set_ylabel(y, fontsize=TEXT_POINTS)
    axes.tick_params(labelsize=SMALL_POINTS)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)


def add_heading(figure: Figure, axes: Axes, title: str, *, num_columns: int) -> None:
    """Put ``title`` and the legend of ``axes`` above the axes, where they hide nothing (both modified in place)."""
    from matplotlib.collections import PathCollection

    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        axes.set_title(title, fontsize=TEXT_POINTS, loc="left")
        return
    legend = figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=num_columns,
        fontsize=SMALL_POINTS,
        frameon=False,
        title=title,
        title_fontsize=TEXT_POINTS,
        alignment="left",
        columnspacing=1.2,
        handletextpad=0.5,
    )
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):  # dots of all sizes get one
            handle.set_sizes([28])


def result_title(result: Result) -> str:
    """Return what a figure of ``result`` is about: network, accelerator, technology and batch."""
    names = (drawable(name) for name in (result.network, result.accelerator, result.technology))
    return "{} on {}, {}, batch {}".format(*names, result.batch)


def short_name(name: str, max_characters: int) -> str:
    """Return ``name`` as a figure may draw it, its middle left out when it is longer than ``max_characters``."""
    if len(name) > max_characters:
        head = (max_characters - 1) // 2
        name = f"{name[:head]}…{name[len(name) - (max_characters - 1 - head) :]}"
    return drawable(name)


def drawable(name: str) -> str:
    """Return ``name`` so that matplotlib draws it as it is: dollars start no formula, no character steers or fails."""
    plain = (char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)
    return "".join(plain).replace("$", r"\$")
