"""How the plan was found: a line of the report."""

from __future__ import annotations

import math

from simulator.result import Planning, Result


def planning_rows(result: Result) -> tuple[tuple[str, str, str], ...]:
    """Return the plan's row: what it saves against planning layer by layer, and what is proven of it.

    It has one line of 80 columns, but for plans whose distance from the bound is long to tell.
    """
    planning = result.planning
    if planning is None:
        return ()
    if planning.mapper == "layers":
        return (("plan", "layers", "each operator alone; no tensor stays between them"),)
    kept = f"{len(planning.stays):,} whole tensors"
    return (("plan", "joint", f"{_saving(planning)}; {kept}; {_certainty(planning)}"),)


def _saving(planning: Planning) -> str:
    if planning.layer_by_layer_value is None:
        return "does not fit layer by layer"
    saved = 1 - planning.objective_value / planning.layer_by_layer_value if planning.layer_by_layer_value else 0.0
    return f"{saved:.1%} below layer by layer"


def _certainty(planning: Planning) -> str:
    if planning.is_proven:
        return "proven"
    if not planning.lower_bound_value:
        return "no bound"
    gap = planning.objective_value / planning.lower_bound_value - 1
    rounded_up = math.ceil(1e4 * gap) / 1e4
    return f"{rounded_up:.2%} above the bound"
