"""Points of designs made by hand: a row says what differs, all else is the same."""

from __future__ import annotations

from plots.design_points import DesignPoints
from sweeps.outcome import METRIC_TYPES
from sweeps.read_results import Cell
from sweeps.store_schema import LABELS

FIELDS = ("array.cols", "array.rows", "scratchpad.capacity_bytes")
COLUMNS = (
    "study",
    "position",
    "status",
    "reason",
    *LABELS,
    *FIELDS,
    *METRIC_TYPES,
    "violates",
    "seconds",
    "model_version",
    "identity",
)
_SAME: dict[str, Cell] = {
    "study": "tiny",
    "status": "ok",
    "reason": "",
    "network": "resnet9",
    "bindings": "",
    "accelerator": "edge_npu",
    "compression": "dense",
    "objective": "latency",
    "mapper": "layers",
    "time_limit_s": 10.0,
    "array.cols": 8,
    "array.rows": 8,
    "scratchpad.capacity_bytes": 2**16,
    "violates": "",
    "seconds": 0.5,
    "model_version": "0.1.0+0123456789ab",
}


def designs(*rows: dict[str, Cell], num_left_out: int = 0) -> DesignPoints:
    """Return points with these values; a figure that a row does not say is 1."""
    cells = tuple(
        tuple(
            row.get(name, _SAME.get(name, 1 if name in METRIC_TYPES else position if name == "position" else None))
            for name in COLUMNS
        )
        for position, row in enumerate(rows)
    )
    return DesignPoints(
        study="tiny", model_version="0.1.0+0123456789ab", columns=COLUMNS, rows=cells, num_left_out=num_left_out
    )
