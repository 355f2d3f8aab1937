"""Points of a study evaluated as ``sparsim.run`` would, with networks loaded and compressed once a process."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from hw_configs.accelerator import Accelerator, Memory
from simulator.result import OperatorCost, Result
from sparsim.api import plan_options
from sparsim.run_network import run_network
from sparsim.workload import Workload, make_workload, uses_zeros, with_known_zeros
from sweeps.outcome import Metrics, Outcome, Status
from sweeps.point import Point
from workloads.errors import InfeasiblePlan, SparsimError
from workloads.load import load_network
from workloads.network import Network

ANSWERING_MODULES = ("sparsim.api", "sparsim.run_network", "sparsim.workload", "sparsim.sweep_point")
"""Modules outside the model's packages that take part in an answer."""


def evaluate_points(points: Sequence[Point]) -> Iterator[Outcome]:
    """Yield the outcome of each of ``points``, in their order.

    Points of one network, compression and batch that follow each other share the compressed network.
    """
    for point in points:
        begin = time.perf_counter()
        status, reason, result = _cost(point)
        yield Outcome(
            identity=point.identity,
            status=status,
            reason=reason,
            metrics=None if result is None else metrics_of(result, point),
            layers=b"" if result is None else layers_of(result),
            seconds=time.perf_counter() - begin,
        )


def _cost(point: Point) -> tuple[Status, str, Result | None]:
    assert point.accelerator is not None, "a point without an accelerator is not evaluated"
    try:
        options = plan_options(point.objective, point.mapper, point.time_limit_s)
        workload = _workload(point, uses_zeros(point.accelerator))
        return Status.OK, "", run_network(workload.network, point.accelerator, options)
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


def metrics_of(result: Result, point: Point) -> Metrics:
    """Return the figures of ``result`` that a table of results has."""
    assert point.accelerator is not None, "a result has an accelerator"
    energy, area = result.energy, result.area
    energy_mj = energy.total_pj / 1e9
    return Metrics(
        total_cycles=result.total_cycles,
        stall_cycles=result.stall_cycles,
        latency_ms=result.latency_ms,
        inferences_per_second=result.inferences_per_second,
        macs=result.macs,
        utilisation_fraction=result.utilisation_fraction,
        off_chip_bytes=result.off_chip_read_bytes + result.off_chip_write_bytes,
        off_chip_read_bytes=result.off_chip_read_bytes,
        off_chip_write_bytes=result.off_chip_write_bytes,
        scratchpad_bytes=_capacity_bytes(point.accelerator),
        peak_scratchpad_bytes=result.peak_scratchpad_bytes,
        energy_mj=energy_mj,
        mac_energy_mj=energy.mac_pj / 1e9,
        register_energy_mj=energy.register_pj / 1e9,
        scratchpad_energy_mj=energy.scratchpad_pj / 1e9,
        off_chip_energy_mj=energy.off_chip_pj / 1e9,
        vector_energy_mj=energy.vector_pj / 1e9,
        leakage_energy_mj=energy.leakage_pj / 1e9,
        metadata_energy_mj=energy.metadata_pj / 1e9,
        power_w=result.average_power_mw / 1e3,
        edp_mj_ms=energy_mj * result.latency_ms,
        area_mm2=area.total_mm2,
        array_area_mm2=area.array_mm2,
        vector_unit_area_mm2=area.vector_unit_mm2,
        scratchpad_area_mm2=area.scratchpad_mm2,
    )


def _capacity_bytes(accelerator: Accelerator) -> int:
    pad = accelerator.scratchpad
    return sum(
        one.capacity_bytes for one in ((pad,) if isinstance(pad, Memory) else (pad.input, pad.weight, pad.output))
    )


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
