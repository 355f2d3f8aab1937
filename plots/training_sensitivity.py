"""How a speed-up moves with each parameter: a tornado, the parameter that moves it most on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.style import (
    BLACK,
    BLUE,
    COLUMN_INCHES,
    ORANGE,
    SMALL_POINTS,
    TEXT_POINTS,
    Fill,
    drawable,
    new_figure,
    set_labels,
)
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LESS, _MORE = Fill(ORANGE, "////"), Fill(BLUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityBar:
    """One parameter: its name and usual value, and the speed-up at each other value, by what that value is."""

    name: str
    usual: str
    ends: tuple[tuple[str, float], ...]

    def swing(self, usual_speedup: float) -> float:
        """Return how far the speed-up moves at most."""
        return max((abs(speedup - usual_speedup) for _, speedup in self.ends), default=0.0)


def training_sensitivity(
    bars: Sequence[SensitivityBar], usual_speedup: float, *, title: str, published_speedup: float | None = None
) -> Figure:
    """Return a bar a parameter from the usual speed-up to that of each of its values.

    Parameters
    ----------
    bars : sequence of SensitivityBar
    usual_speedup : float
        With no parameter moved.
    title : str
    published_speedup : float, optional
        Marked by a dotted line.

    Raises
    ------
    ConfigError
        When there is no bar.
    """
    if not bars:
        raise ConfigError("training_sensitivity: expected parameters, found none")
    ordered = sorted(bars, key=lambda bar: -bar.swing(usual_speedup))
    figure = new_figure(COLUMN_INCHES + 0.6, 1.1 + 0.34 * len(ordered))
    axes = figure.add_subplot()
    set_labels(axes, x="mean speed-up over dense training")
    for row, bar in enumerate(ordered):
        _draw_bar(axes, row, bar, usual_speedup)
    axes.axvline(usual_speedup, color=BLACK, linewidth=1.0, label=f"as assumed, {usual_speedup:.3f}")
    if published_speedup is not None:
        axes.axvline(published_speedup, color=BLACK, linestyle=":", label=f"published, {published_speedup:g}", zorder=0)
    axes.set_ylim(len(ordered) - 0.4, -0.6)
    axes.set_yticks(range(len(ordered)), [drawable(f"{bar.name}, {bar.usual}") for bar in ordered])
    axes.tick_params(axis="y", length=0)
    _make_room(axes, ordered, usual_speedup)
    figure.legend(
        loc="outside upper left",
        ncols=2,
        fontsize=SMALL_POINTS,
        frameon=False,
        title=drawable(title),
        title_fontsize=TEXT_POINTS,
        alignment="left",
    )
    return figure


def _draw_bar(axes: Axes, row: int, bar: SensitivityBar, usual_speedup: float) -> None:
    """Draw the values of ``bar``; those on one side lie over each other, the longest below."""
    left = [end for end in bar.ends if end[1] < usual_speedup]
    right = [end for end in bar.ends if end[1] >= usual_speedup]
    for ends, fill, sign in ((left, _LESS, -1), (right, _MORE, 1)):
        for _, speedup in sorted(ends, key=lambda end: -sign * end[1]):
            axes.barh(
                row,
                speedup - usual_speedup,
                left=usual_speedup,
                height=0.62,
                color=fill.colour,
                hatch=fill.hatch,
                edgecolor="white",
                linewidth=0.8 if len(ends) > 1 else 0,
            )
        if ends:
            ordered = sorted(ends, key=lambda end: sign * end[1])
            axes.annotate(
                drawable(", ".join(text for text, _ in ordered[::sign])),
                (ordered[-1][1], row),
                (3 * sign, 0),
                textcoords="offset points",
                ha="left" if sign > 0 else "right",
                va="center",
                fontsize=SMALL_POINTS - 0.5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )


def _make_room(axes: Axes, bars: Sequence[SensitivityBar], usual_speedup: float) -> None:
    """Widen the limits of ``axes`` (modified in place) for what is written beside the bars."""
    reached = [speedup for bar in bars for _, speedup in bar.ends] + [usual_speedup]
    low, high = min(reached), max(reached)
    room = 0.25 * ((high - low) or 0.1)
    axes.set_xlim(low - room, high + room)
