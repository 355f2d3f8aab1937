"""Points of a study evaluated as ``sparsim.run`` would, with networks loaded and compressed once a process."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from hw_configs.accelerator import Accelerator
from mapper.objective import Objective
from simulator.result import OperatorCost, Result
from sparsim.api import plan_options
from sparsim.run_network import run_network
from sparsim.sweep_grid import grid_key, grid_totals, is_grid
from sparsim.sweep_metrics import metrics_of, totals_of
from sparsim.workload import Workload, make_workload, uses_zeros, with_known_zeros
from sweeps.outcome import Metrics, Outcome, Status
from sweeps.point import Point
from workloads.errors import InfeasiblePlan, SparsimError
from workloads.load import load_network
from workloads.network import Network

ANSWERING_MODULES = (
    "sparsim.api",
    "sparsim.run_network",
    "sparsim.workload",
    "sparsim.sweep_point",
    "sparsim.sweep_grid",
    "sparsim.sweep_metrics",
)
"""Modules outside the model's packages that take part in an answer."""


def evaluate_points(points: Sequence[Point]) -> Iterator[Outcome]:
    """Yield the outcome of each of ``points``, in their order.

    Points of one network, compression and batch that follow each other share the compressed network; layer-by-layer
    plans that differ in scratchpad capacity and off-chip bandwidth alone are found together, without their layers.
    """
    for key, same in groupby(points, key=grid_key):
        group = list(same)
        if key is None or not is_grid(group):
            yield from map(_evaluate_alone, group)
            continue
        begin = time.perf_counter()
        found = _grid_metrics(group)
        seconds = (time.perf_counter() - begin) / len(group)
        for point, metrics in zip(group, found, strict=True):
            if metrics is None:  # alone it says why
                yield _evaluate_alone(point)
            else:
                yield Outcome(identity=point.identity, status=Status.OK, metrics=metrics, seconds=seconds)


def _evaluate_alone(point: Point) -> Outcome:
    begin = time.perf_counter()
    status, reason, result = _cost(point)
    return Outcome(
        identity=point.identity,
        status=status,
        reason=reason,
        metrics=None if result is None else metrics_of(totals_of(result), _accelerator(point)),
        layers=b"" if result is None else layers_of(result),
        seconds=time.perf_counter() - begin,
    )


def _accelerator(point: Point) -> Accelerator:
    assert point.accelerator is not None, "a point without an accelerator is not evaluated"
    return point.accelerator


def _grid_metrics(points: Sequence[Point]) -> list[Metrics | None]:
    """Figures of points of one grid; None for those that have no plan, and for all when the network has no costs."""
    accelerator = _accelerator(points[0])
    try:
        network = _workload(points[0], uses_zeros(accelerator)).network
        found = grid_totals(network, [_accelerator(point) for point in points], Objective(points[0].objective))
    except SparsimError:
        return [None] * len(points)
    return [
        None if totals is None else metrics_of(totals, _accelerator(point))
        for totals, point in zip(found, points, strict=True)
    ]


def _cost(point: Point) -> tuple[Status, str, Result | None]:
    accelerator = _accelerator(point)
    try:
        options = plan_options(point.objective, point.mapper, point.time_limit_s)
        workload = _workload(point, uses_zeros(accelerator))
        return Status.OK, "", run_network(workload.network, accelerator, options)
    except InfeasiblePlan as error:
        return Status.INFEASIBLE, str(error), None
    except SparsimError as error:
        return Status.FAILED, str(error), None


def _workload(point: Point, with_zeros: bool) -> Workload:
    key = (point.network, point.network_digest, point.bindings, point.batch)
    compression = None if point.compression == "dense" else point.compression
    return _compressed(key, compression, with_zeros)


_NetworkKey = tuple[str, str, tuple[tuple[str, int], ...], int | None]


@lru_cache(maxsize=4)
def _loaded(key: _NetworkKey) -> Network:
    network, _, bindings, batch = key
    return load_network(network, batch=batch, bindings=dict(bindings))


@lru_cache(maxsize=8)
def _compressed(key: _NetworkKey, compression: str | None, with_zeros: bool) -> Workload:
    workload = make_workload(_loaded(key), source=key[0], compression=compression)
    return with_known_zeros(workload) if with_zeros else workload


def layers_of(result: Result) -> bytes:
    """Return the operators of ``result`` with their figures as JSON, compressed with zlib."""
    text = json.dumps([_layer(cost) for cost in result.operators if cost.total_cycles], separators=(",", ":"))
    return zlib.compress(text.encode(), level=6)


def _layer(cost: OperatorCost) -> dict[str, str | int | float]:
    return {
        "name": cost.name,
        "kind": cost.kind,
        "macs": cost.macs,
        "total_cycles": cost.total_cycles,
        "stall_cycles": cost.stall_cycles,
        "off_chip_bytes": cost.off_chip_bytes.total,
        "scratchpad_bytes": cost.scratchpad_bytes,
        "energy_mj": round(cost.energy.total_pj / 1e9, 9),
        "limited_by": str(cost.limited_by),
        "tile": cost.tile,
    }
