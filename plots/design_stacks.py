"""Energy and area of the best designs, stacked by component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, panels
from plots.design_columns import axis_label, quantity
from plots.design_dots import design_names
from plots.design_frame import finish, panel_axes
from plots.design_points import DesignPoints
from plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_POINTS,
    VERMILLION,
    YELLOW,
    Fill,
    drawable,
    set_labels,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_X, _Y = "area_mm2", "latency_ms"
_MOST_DESIGNS = 14
_STACKS: dict[str, dict[str, Fill]] = {
    "energy_mj": {
        "mac_energy_mj": Fill(BLUE),
        "register_energy_mj": Fill(SKY_BLUE),
        "scratchpad_energy_mj": Fill(GREEN, "...."),
        "off_chip_energy_mj": Fill(VERMILLION, "xxxx"),
        "vector_energy_mj": Fill(PURPLE),
        "leakage_energy_mj": Fill(GREY),
        "metadata_energy_mj": Fill(ORANGE, "////"),
    },
    "area_mm2": {
        "array_area_mm2": Fill(YELLOW),
        "vector_unit_area_mm2": Fill(PURPLE),
        "scratchpad_area_mm2": Fill(GREEN, "...."),
        "rest": Fill(BLACK),
    },
}
_SAME_FRACTION = 1e-6


def design_stacks(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return energy and area by component of the points on the Pareto front of ``choice.x`` and ``choice.y``.

    By default of area and latency. Of a long front some are drawn, evenly along it.

    Raises
    ------
    ConfigError
        For columns that are not there or hold no numbers, and --colour and --facet.
    """
    choice.refuse("stacks", "colour", "facet")
    panels(points, choice)
    x, y = choice.x or _X, choice.y or _Y
    front = points.pareto(x, y)
    shown = [front[index] for index in np.unique(np.linspace(0, len(front) - 1, _MOST_DESIGNS).round().astype(int))]
    figure, axes = panel_axes(choice, ["", ""], 1.7 + 0.2 * len(shown), share=False)
    names = design_names(points, shown) if len(shown) > 1 else [""]
    for one, (total, parts) in zip(axes, _STACKS.items(), strict=True):
        _draw_stack(one, points.part(shown), total, parts)
        one.set_yticks(range(len(shown)), [drawable(name) for name in names] if one is axes[0] else [])
        set_labels(one, x=axis_label(total))
        one.invert_yaxis()
        one.tick_params(axis="y", length=0)
    note = f"{len(shown)} of {len(front)} on the Pareto front of {quantity(x)} and {quantity(y)}, by the first"
    axes[0].tick_params(axis="y", labelsize=SMALL_POINTS - (1.5 if choice.is_narrow else 0))
    finish(figure, points, choice, "Energy and area", note)
    return figure


def _draw_stack(axes: Axes, shown: DesignPoints, total: str, parts: dict[str, Fill]) -> None:
    """Draw a bar a design; what the components leave of the total is the last part, where there is anything."""
    rows, totals = range(len(shown.rows)), shown.numbers(total, "--y")
    left = np.zeros(len(shown.rows))
    for column, fill in parts.items():
        values = totals - left if column == "rest" else shown.numbers(column, "--y")
        if (np.abs(values) <= _SAME_FRACTION * totals).all():
            continue
        axes.barh(
            rows,
            values,
            left=left,
            color=fill.colour,
            hatch=fill.hatch,
            edgecolor="white",
            linewidth=0.3,
            label=_component(column),
        )
        left = left + values


def _component(column: str) -> str:
    words: Sequence[str] = column.removesuffix("_mj").removesuffix("_mm2").split("_")
    plain = [word for word in words if word not in ("energy", "area")]
    if plain == ["vector"]:
        return "vector unit"
    return (
        " ".join(plain)
        .replace("mac", "MACs")
        .replace("register", "registers")
        .replace("off chip", "off-chip")
        .replace("rest", "all else")
    )
