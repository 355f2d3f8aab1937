"""What a plan of whole tensors looks like: its map of the scratchpad, and the bytes alive at each step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapper.plan_tensors import TensorPlanning


def draw_planning(planning: TensorPlanning, folder: Path) -> tuple[Path, ...]:
    """Write memory_map.png and live_bytes.png into ``folder``, which is there, and return their paths.

    Nothing is written for an answer without a plan.

    Raises
    ------
    ConfigError
        When the folder cannot be written.
    """
    from plots.memory_map import memory_map
    from plots.occupancy import occupancy
    from plots.save import missing_glyphs_as_boxes, save_figure

    plan = planning.certificate.plan
    if plan is None:
        return ()
    with missing_glyphs_as_boxes():
        figures = {
            "memory_map.png": memory_map(planning.problem, plan, planning.capacity_bytes),
            "live_bytes.png": occupancy(planning.problem, plan, planning.capacity_bytes, planning.budgets),
        }
    return tuple(save_figure(figure, folder / name) for name, figure in figures.items())
