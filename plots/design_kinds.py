"""Figures of designs by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plots.design_choice import DesignChoice
from plots.design_heatmap import design_heatmap
from plots.design_parallel import design_parallel
from plots.design_pareto import design_pareto
from plots.design_points import DesignPoints
from plots.design_roofline import design_roofline
from plots.design_speedup import design_speedup
from plots.design_stacks import design_stacks
from plots.design_traffic import design_traffic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DESIGN_FIGURES: dict[str, Callable[[DesignPoints, DesignChoice], Figure]] = {
    "pareto": design_pareto,
    "parallel": design_parallel,
    "heatmap": design_heatmap,
    "traffic": design_traffic,
    "stacks": design_stacks,
    "roofline": design_roofline,
    "speedup": design_speedup,
}
