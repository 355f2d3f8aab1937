"""How the mean speed-up at 2:8 moves when an assumed parameter does."""

from __future__ import annotations

from dataclasses import dataclass

from sparsim.train_ablation import STUDIED_SPARSITY
from sparsim.train_sensitivity_points import SensitivityPoint, sensitivity_points
from sparsim.train_steps import TrainSteps
from sparsim.train_table import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """The mean speed-up over dense at one point; dense training has the same parameter."""

    point: SensitivityPoint
    speedup_over_dense: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The mean as the accelerator is, and at each point."""

    sparsity: str
    speedup_over_dense: float
    rows: tuple[SensitivityRow, ...]

    def change(self, row: SensitivityRow) -> float:
        """Return how far the mean of ``row`` is from the usual one."""
        return row.speedup_over_dense - self.speedup_over_dense


def train_sensitivity(steps: TrainSteps, *, progress: Progress | None = None) -> Sensitivity:
    """Return the mean over the networks of ``steps`` at every point, one parameter moved at a time.

    Raises
    ------
    SparsimError
        As ``train_cost``; also when a point's accelerator cannot be, or an operator's smallest tile does not fit it.
    """
    usual = steps.mean_speedup(STUDIED_SPARSITY)
    points = sensitivity_points(steps.hardware, steps.batch)
    rows = []
    for done, point in enumerate(points, start=1):
        mean = steps.mean_speedup(STUDIED_SPARSITY, point.variant)
        rows.append(SensitivityRow(point=point, speedup_over_dense=mean))
        if progress:
            progress(done, len(points))
    return Sensitivity(sparsity=STUDIED_SPARSITY, speedup_over_dense=usual, rows=tuple(rows))
