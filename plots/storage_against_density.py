"""What a stored element takes against density, format by format, and which format takes least where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.cheapest_storage import LEAST_DENSITY, RESNET_3X3, CheapestRange, StoredElements
from plots.style import (
    BLACK,
    BLUE,
    COLUMN_INCHES,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_POINTS,
    TEXT_POINTS,
    VERMILLION,
    new_figure,
    renderer_of,
    set_labels,
)
from workloads.sparsity import Pattern
from workloads.storage import StorageFormat
from workloads.storage.arrangement import Arrangement

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation


_TICKS = tuple(factor * 10.0**power for power in range(-4, 4) for factor in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class _Line:
    colour: str
    style: str | tuple[float, tuple[float, ...]]
    marker: str


_LINES = {
    StorageFormat.DENSE: _Line(BLACK, "-", ""),
    StorageFormat.BITMAP: _Line(BLUE, "-", "o"),
    StorageFormat.NM: _Line(VERMILLION, "-", "^"),
    StorageFormat.BLOCK: _Line(PURPLE, "-", "s"),
    StorageFormat.RUN_LENGTH: _Line(GREEN, "--", "D"),
    StorageFormat.COO: _Line(GREY, ":", "X"),
    StorageFormat.CSR: _Line(ORANGE, "-.", "v"),
    StorageFormat.CSC: _Line(SKY_BLUE, (0, (4, 1, 1, 1, 1, 1)), "P"),
}


def storage_against_density(
    element_bits: int = 8, pattern: Pattern | None = None, arrangement: Arrangement = RESNET_3X3
) -> Figure:
    """Return the expected bits of a stored element, metadata included, against density: a line a storage format.

    Formats that cannot hold the pattern are left out. A strip below names the cheapest format; dotted lines mark the
    densities at which it changes.

    Parameters
    ----------
    element_bits : int
    pattern : Pattern or None
        What the zeros keep to; None for unstructured ones. The axis ends at the largest density that it has.
    arrangement : (groups, filters, taps, channels)

    Raises
    ------
    ConfigError
        For elements of no bits, or a pattern whose densities lie below the axis.
    """
    elements = StoredElements(element_bits=element_bits, arrangement=arrangement, pattern=pattern)
    figure = new_figure(COLUMN_INCHES, 3.9)
    axes, strip = figure.subplots(2, 1, sharex=True, height_ratios=[16, 1], gridspec_kw={"hspace": 0.09})
    set_labels(axes, y="bits an element, metadata included")
    set_labels(strip, x="density (non-zero fraction)")
    _draw_lines(axes, elements)
    _set_limits(axes, elements)
    ranges = elements.cheapest_ranges()
    figure.legend(loc="outside lower left", ncols=4, fontsize=SMALL_POINTS, frameon=False, borderpad=0)
    figure.suptitle(_title(elements), fontsize=TEXT_POINTS, x=0.01, ha="left")
    _draw_strip(strip, ranges)
    _mark_crossings(axes, strip, ranges)
    figure.draw_without_rendering()  # which names fit depends on the final width
    _drop_wide_names(figure, strip, ranges)
    _part_crossings(figure, strip.texts[-(len(ranges) - 1) :] if len(ranges) > 1 else [])
    return figure


def _title(elements: StoredElements) -> str:
    groups, filters, taps, channels = elements.arrangement
    grouped = f"{groups} groups × " if groups > 1 else ""
    zeros = f"pattern {elements.pattern}" if elements.pattern else "unstructured zeros"
    return (
        f"storage of {elements.element_bits}-bit elements, {zeros}\n"
        f"weights of {grouped}{filters} filters × {taps} taps × {channels} channels"
    )


def _draw_lines(axes: Axes, elements: StoredElements) -> None:
    densities = elements.densities()
    for index, format in enumerate(elements.formats):
        line = _LINES[format]
        axes.plot(
            densities,
            [elements.bits_an_element(format, density) for density in densities],
            color=line.colour,
            linestyle=line.style,
            marker=line.marker,
            markevery=(3 * index, 28),
            markersize=4,
            linewidth=1.3,
            label=format.replace("_", " "),
        )


def _set_limits(axes: Axes, elements: StoredElements) -> None:
    """Scale ``axes`` (modified in place): what costs far more than dense storage does not need to be seen."""
    axes.set(xscale="log", yscale="log")
    most = elements.most_density_fraction
    axes.set_xlim(LEAST_DENSITY, most)
    least = min(elements.bits_an_element(format, LEAST_DENSITY) for format in elements.formats)
    axes.set_ylim(least / 1.3, elements.element_bits * 2.5)
    low, high = axes.get_ylim()
    bits = [tick for tick in _TICKS if low <= tick <= high]
    axes.set_yticks(bits, [f"{tick:g}" for tick in bits])
    axes.set_yticks([], minor=True)
    densities = [tick for tick in _TICKS if LEAST_DENSITY <= tick <= most]
    axes.set_xticks(densities, [f"{tick:g}" for tick in densities])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", length=0)
    axes.grid(linewidth=0.4, color="0.9")


def _draw_strip(strip: Axes, ranges: Sequence[CheapestRange]) -> None:
    strip.set_ylim(0, 1)
    strip.set_yticks([0.5], ["cheapest"])
    strip.tick_params(axis="y", length=0)
    strip.spines[["left"]].set_visible(False)
    for stretch in ranges:
        colour = _LINES[stretch.format].colour
        strip.axvspan(stretch.low_fraction, stretch.high_fraction, color=colour, alpha=0.3, linewidth=0)
        middle = (stretch.low_fraction * stretch.high_fraction) ** 0.5
        name = stretch.format.replace("_", " ")
        strip.text(middle, 0.45, name, ha="center", va="center", fontsize=SMALL_POINTS).set_in_layout(False)


def _mark_crossings(axes: Axes, strip: Axes, ranges: Sequence[CheapestRange]) -> None:
    """Mark where the cheapest format changes, and write at which density between the two panels."""
    for stretch in ranges[1:]:
        for panel in (axes, strip):
            panel.axvline(stretch.low_fraction, color="0.3", linestyle=":", linewidth=0.9)
        strip.annotate(
            f"{stretch.low_fraction:.3g}",
            (stretch.low_fraction, 1.0),
            (0, 1.5),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL_POINTS - 1,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        ).set_in_layout(False)


def _drop_wide_names(figure: Figure, strip: Axes, ranges: Sequence[CheapestRange]) -> None:
    """Take the names that are wider than their stretch off ``strip`` (modified in place)."""
    renderer = renderer_of(figure)
    for text, stretch in zip(strip.texts[: len(ranges)], ranges, strict=True):
        left, right = (strip.transData.transform((end, 0))[0] for end in (stretch.low_fraction, stretch.high_fraction))
        if text.get_window_extent(renderer).width > right - left - 2:
            text.remove()


def _part_crossings(figure: Figure, texts: Sequence[Annotation]) -> None:
    """Move ``texts`` (modified in place) left, as far as the figure's edge or the neighbour of each demands."""
    renderer = renderer_of(figure)
    rightmost = figure.bbox.x1 - 2
    for text in reversed(texts):
        box = text.get_window_extent(renderer)
        excess = max(0.0, box.x1 - rightmost)
        text.set_position((-excess * 72 / figure.dpi, text.get_position()[1]))
        rightmost = box.x0 - excess - 4
