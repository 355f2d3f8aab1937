"""Where the time goes: compute and stall cycles of every operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plots.operator_bars import Layer, bar_axes, bars_of, draw_layers
from plots.style import COMPUTE, STALL, add_heading, result_title
from plots.units import CYCLE_UNITS, unit_for
from simulator.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LAYERS = (
    Layer(label="compute (array or vector unit at work)", fill=COMPUTE, quantity=lambda cost: cost.compute_cycles),
    Layer(label="stall (waiting for memory)", fill=STALL, quantity=lambda cost: cost.stall_cycles),
)


def cycles_by_operator(result: Result) -> Figure:
    """Return stacked bars of compute and stall cycles, an operator each, in execution order; views have none."""
    bars = bars_of(result)
    unit = unit_for((bar.total(lambda cost: cost.total_cycles) for bar in bars), CYCLE_UNITS)
    figure, axes = bar_axes(bars, f"time ({unit.symbol})")
    draw_layers(axes, bars, _LAYERS, unit.size)
    add_heading(figure, axes, result_title(result), num_columns=len(_LAYERS))
    return figure
