"""What became of one point: its figures, or why it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweeps.point import Point


class Status(StrEnum):
    """How the evaluation of a point ended."""

    OK = "ok"
    INFEASIBLE = "infeasible"
    """No such accelerator can be built, or no plan fits it: an answer, not a failure."""
    FAILED = "failed"
    """There is no answer: a mistake in the input, time or memory ran out, or the process died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Figures of one run of a network (of the whole batch) on one accelerator; columns of a table of results.

    ``scratchpad_bytes`` is the capacity, ``peak_scratchpad_bytes`` what the plan uses of it; ``edp_mj_ms`` is energy
    times latency.
    """

    total_cycles: int
    stall_cycles: int
    latency_ms: float
    inferences_per_second: float
    macs: int
    utilisation_fraction: float
    off_chip_bytes: int
    off_chip_read_bytes: int
    off_chip_write_bytes: int
    scratchpad_bytes: int
    peak_scratchpad_bytes: int
    energy_mj: float
    mac_energy_mj: float
    register_energy_mj: float
    scratchpad_energy_mj: float
    off_chip_energy_mj: float
    vector_energy_mj: float
    leakage_energy_mj: float
    metadata_energy_mj: float
    power_w: float
    edp_mj_ms: float
    area_mm2: float
    array_area_mm2: float
    vector_unit_area_mm2: float
    scratchpad_area_mm2: float


METRIC_TYPES = {one.name: "INTEGER" if one.type == "int" else "REAL" for one in fields(Metrics)}
"""SQLite type of each figure, in the order of ``Metrics``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the point ``identity``.

    Parameters
    ----------
    identity : str
    status : Status
    reason : str
        Why there are no figures; empty where there are.
    metrics : Metrics or None
    layers : bytes
        Operators of the plan with their figures, as compressed JSON; empty where there are none.
    seconds : float
        Time that the evaluation took.
    """

    identity: str
    status: Status
    reason: str = ""
    metrics: Metrics | None = None
    layers: bytes = b""
    seconds: float = 0.0


Evaluate = Callable[[Sequence["Point"]], Iterable[Outcome]]
"""Yields the outcomes of points, in their order, each as soon as it is known. Importable by its name."""
