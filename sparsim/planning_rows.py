"""How the plan was found: a line of the report."""

from __future__ import annotations

from simulator.result import Planning, Result
from sparsim.wording import format_number

_UNITS = {"traffic": ("MB", 1e6), "latency": ("cycles", 1.0), "energy": ("mJ", 1e9), "edp": ("mJ Mcycles", 1e15)}
"""By objective: unit, and what one is of the result's."""


def planning_rows(result: Result) -> tuple[tuple[str, str, str], ...]:
    """Return the plan's row: what it saves against planning layer by layer, and what is proven of it."""
    planning = result.planning
    if planning is None:
        return ()
    if planning.mapper == "layers":
        return (("plan", "layers", "each operator alone; nothing stays in the scratchpad between them"),)
    unit, size = _UNITS[result.objective]
    before = format_number(planning.layer_by_layer_value / size)
    saved = 1 - planning.objective_value / planning.layer_by_layer_value if planning.layer_by_layer_value else 0.0
    return (
        (
            "plan",
            "joint",
            f"{saved:.1%} less than layer by layer ({before} {unit}); kept whole: {len(planning.stays):,}; "
            f"{_certainty(planning)}",
        ),
    )


def _certainty(planning: Planning) -> str:
    if planning.is_proven:
        return "least for this operator order"
    if planning.lower_bound_value is None or not planning.objective_value:
        return "no bound is known"
    gap = 1 - planning.lower_bound_value / planning.objective_value
    return f"at most {max(gap, 0):.2%} above the least for this operator order"
