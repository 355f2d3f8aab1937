"""Memory of a training step against what is trained: what is alive at the peak, a bar a scheme, and the budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.style import (
    BLACK,
    COLUMN_INCHES,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_POINTS,
    VERMILLION,
    Fill,
    add_heading,
    new_figure,
    set_labels,
)
from plots.units import BYTE_UNITS, number_text, unit_for
from workloads.errors import ConfigError
from workloads.training import TrainingMemory

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    label: str
    fill: Fill
    bytes_of: Callable[[TrainingMemory], int]


_PARTS = (
    _Part(
        label="trained parameters",
        fill=Fill(SKY_BLUE),
        bytes_of=lambda one: one.parameter_bytes - one.frozen_parameter_bytes,
    ),
    _Part(label="optimiser states", fill=Fill(PURPLE, "xxxx"), bytes_of=lambda one: one.optimiser_bytes),
    _Part(
        label="gradients of parameters", fill=Fill(VERMILLION, "\\\\\\\\"), bytes_of=lambda one: one.peak_gradient_bytes
    ),
    _Part(label="saved activations", fill=Fill(ORANGE, "////"), bytes_of=lambda one: one.peak_saved_bytes),
    _Part(
        label="in work",
        fill=Fill(GREEN, "...."),
        bytes_of=lambda one: one.peak_transient_bytes - one.peak_saved_bytes - one.peak_gradient_bytes,
    ),
    _Part(label="frozen parameters", fill=Fill(GREY), bytes_of=lambda one: one.frozen_parameter_bytes),
)


def training_memory_figure(
    memories: Sequence[tuple[str, TrainingMemory]], *, title: str, budget_bytes: int | None = None
) -> Figure:
    """Return a stacked bar a scheme: what is alive at the peak in the graph's order; a line marks the budget.

    The first figure beside a bar is what the budget is compared with, the second the frozen parameters.

    Parameters
    ----------
    memories : sequence of (str, TrainingMemory)
        Schemes and their memory, the first at the top.
    title : str
    budget_bytes : int or None

    Raises
    ------
    ConfigError
        For no scheme.
    """
    if not memories:
        raise ConfigError("picture of training memory: expected at least one scheme, found none")
    unit = unit_for((memory.peak_bytes for _, memory in memories), BYTE_UNITS)
    figure = new_figure(COLUMN_INCHES, 1.5 + 0.42 * len(memories))
    axes = figure.subplots()
    set_labels(axes, x=f"memory at the peak ({unit.symbol})")
    places = list(range(len(memories)))
    begins = [0.0] * len(memories)
    for part in _PARTS:
        widths = [part.bytes_of(memory) / unit.size for _, memory in memories]
        if any(widths):
            axes.barh(
                places,
                widths,
                left=begins,
                height=0.66,
                color=part.fill.colour,
                hatch=part.fill.hatch,
                edgecolor="white",
                linewidth=0.4,
                label=part.label,
            )
        begins = [begin + width for begin, width in zip(begins, widths, strict=True)]
    for place, end, (_, memory) in zip(places, begins, memories, strict=True):
        text = number_text(memory.writable_peak_bytes / unit.size)
        if memory.frozen_parameter_bytes:
            text += f" + {number_text(memory.frozen_parameter_bytes / unit.size)}"
        axes.annotate(text, (end, place), (3, 0), textcoords="offset points", va="center", fontsize=SMALL_POINTS)
    if budget_bytes is not None:
        axes.axvline(budget_bytes / unit.size, color=BLACK, linestyle="--", linewidth=1.2, label="budget")
    axes.set_yticks(places, [scheme for scheme, _ in memories])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.2 * max(*begins, (budget_bytes or 0) / unit.size))
    add_heading(figure, axes, title, num_columns=3)
    return figure
