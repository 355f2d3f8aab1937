"""Speed-up of N:M training over dense against M, a panel a network, beside what it could be at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plots.style import (
    BLUE,
    GREY,
    PAGE_INCHES,
    SMALL_POINTS,
    TEXT_POINTS,
    VERMILLION,
    drawable,
    new_figure,
    set_labels,
)
from plots.training_stages import check_together
from simulator.training.step_cost import TrainingStepCost

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def training_speedup(costs: Sequence[TrainingStepCost]) -> Figure:
    """Return a panel a network: speed-up of the step and of its matrix products against the pattern, with two bounds.

    The bounds are what multiply-accumulates allow with the layers that stay dense, and 3 / (2r + 1) of three equal
    stages, two of them pruned to r = N / M.

    Parameters
    ----------
    costs : sequence of TrainingStepCost
        Of one accelerator and batch; steps of one network stand together, in order.

    Raises
    ------
    ConfigError
        When there is no step, or they are of several accelerators or batches.
    """
    check_together(costs, "training_speedup")
    networks = tuple(dict.fromkeys(cost.network for cost in costs))
    figure = new_figure(PAGE_INCHES, 2.7)
    panels = figure.subplots(1, len(networks), squeeze=False, sharey=True)[0]
    for axes, network in zip(panels, networks, strict=True):
        _draw_network(axes, [cost for cost in costs if cost.network == network])
        axes.set_title(drawable(network), fontsize=SMALL_POINTS + 0.5, loc="left")
    panels[0].set_ylabel("speed-up over dense training", fontsize=TEXT_POINTS)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=4,
        fontsize=SMALL_POINTS,
        frameon=False,
        title=f"N:M training on {drawable(costs[0].accelerator)}, batch {costs[0].batch}",
        title_fontsize=TEXT_POINTS,
        alignment="left",
        columnspacing=1.2,
        handletextpad=0.5,
    )
    return figure


def _draw_network(axes: Axes, costs: Sequence[TrainingStepCost]) -> None:
    places = range(len(costs))
    set_labels(axes)
    axes.plot(places, [cost.equal_stages_bound for cost in costs], color=GREY, linestyle=":", label="3 / (2r + 1)")
    axes.plot(
        places,
        [cost.mac_bound for cost in costs],
        color=GREY,
        linestyle="--",
        marker="_",
        label="multiply-accumulates allow",
    )
    axes.plot(
        places,
        [cost.array_speedup_over_dense for cost in costs],
        color=VERMILLION,
        marker="s",
        markersize=4,
        markerfacecolor="white",
        label="matrix products",
    )
    axes.plot(places, [cost.speedup_over_dense for cost in costs], color=BLUE, marker="o", markersize=4.5, label="step")
    axes.set_xticks(places, [cost.sparsity or cost.method for cost in costs])
    axes.set_xlim(-0.4, len(costs) - 0.6)
    axes.grid(axis="y", linewidth=0.4, color="0.9")
