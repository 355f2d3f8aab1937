"""Where the time of training steps goes: stacked parts, a panel a network, dense beside N:M."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PAGE_INCHES,
    SKY_BLUE,
    SMALL_POINTS,
    TEXT_POINTS,
    VERMILLION,
    Fill,
    drawable,
    new_figure,
    set_labels,
)
from plots.units import LATENCY_UNITS, Unit, number_text, unit_for
from simulator.training.step_cost import PartCost, StepPart, TrainingStepCost
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PART_FILLS = {
    StepPart.FORWARD: Fill(SKY_BLUE),
    StepPart.BACKWARD: Fill(BLUE),
    StepPart.WEIGHT_GRADIENT: Fill(ORANGE, "////"),
    StepPart.SORT: Fill(BLACK),
    StepPart.UPDATE: Fill(VERMILLION, "xxxx"),
    StepPart.OTHER: Fill(GREY, "...."),
}
_NAMES = {
    StepPart.FORWARD: "FF",
    StepPart.BACKWARD: "BP",
    StepPart.WEIGHT_GRADIENT: "WU",
    StepPart.SORT: "sorting that shows",
    StepPart.UPDATE: "update",
    StepPart.OTHER: "vector unit and copies",
}


def training_stages(costs: Sequence[TrainingStepCost]) -> Figure:
    """Return a panel a network: the time of its dense step by part, and beside it that of each N:M step.

    Above each N:M step stands its speed-up over dense. Every panel has its own axis of time.

    Parameters
    ----------
    costs : sequence of TrainingStepCost
        Of one accelerator and batch; steps of one network stand together, in order.

    Raises
    ------
    ConfigError
        When there is no step, or they are of several accelerators or batches.
    """
    check_together(costs, "training_stages")
    networks = tuple(dict.fromkeys(cost.network for cost in costs))
    figure = new_figure(PAGE_INCHES, 3.2)
    panels = figure.subplots(1, len(networks), squeeze=False)[0]
    for axes, network in zip(panels, networks, strict=True):
        _draw_network(axes, [cost for cost in costs if cost.network == network])
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=len(PART_FILLS),
        fontsize=SMALL_POINTS,
        frameon=False,
        title=f"time of a training step on {drawable(costs[0].accelerator)}, batch {costs[0].batch}",
        title_fontsize=TEXT_POINTS,
        alignment="left",
        columnspacing=1.2,
        handletextpad=0.5,
    )
    return figure


def check_together(costs: Sequence[TrainingStepCost], figure: str) -> None:
    """Raise ``ConfigError`` unless ``costs`` are of one accelerator and batch, and at least one."""
    if not costs:
        raise ConfigError(f"{figure}: expected training steps, found none")
    for what, found in (
        ("accelerator", {cost.accelerator for cost in costs}),
        ("batch", {str(cost.batch) for cost in costs}),
    ):
        if len(found) > 1:
            raise ConfigError(f"{figure}: expected steps of one {what}, found {', '.join(sorted(found))}")


def _draw_network(axes: Axes, costs: Sequence[TrainingStepCost]) -> None:
    bars = [costs[0].dense_parts, *(cost.parts for cost in costs)]
    clock_hz = costs[0].clock_hz
    heights = [sum(_ms(part, clock_hz) for part in parts) for parts in bars]
    unit = unit_for(heights, LATENCY_UNITS)
    set_labels(axes)
    for column, parts in enumerate(bars):
        _draw_bar(axes, column, parts, unit, clock_hz)
    for column, cost in enumerate(costs, start=1):
        axes.annotate(
            f"{cost.speedup_over_dense:.2f}×",
            (column, heights[column] / unit.size),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL_POINTS - 1,
        )
    axes.set_xticks(range(len(bars)), ["dense", *(cost.sparsity or cost.method for cost in costs)], rotation=90)
    axes.tick_params(axis="x", length=0)
    axes.locator_params(axis="y", nbins=6)
    axes.set_title(f"{drawable(costs[0].network)} ({unit.symbol})", fontsize=SMALL_POINTS + 0.5, loc="left")
    axes.annotate(
        number_text(heights[0] / unit.size),
        (0, heights[0] / unit.size),
        (0, 2),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL_POINTS - 1,
    )


def _draw_bar(axes: Axes, column: int, parts: Sequence[PartCost], unit: Unit, clock_hz: int) -> None:
    bottom = 0.0
    for part in parts:
        fill, height = PART_FILLS[part.part], _ms(part, clock_hz) / unit.size
        axes.bar(
            column,
            height,
            bottom=bottom,
            width=0.76,
            color=fill.colour,
            hatch=fill.hatch,
            edgecolor="white",
            linewidth=0,
            label=_NAMES[part.part] if column == 0 else None,
        )
        bottom += height


def _ms(part: PartCost, clock_hz: int) -> float:
    return 1e3 * part.cycles / clock_hz
