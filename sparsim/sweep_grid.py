"""Points of a study that differ in scratchpad capacity and off-chip bandwidth alone, evaluated together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from hw_configs.accelerator import Accelerator, Memory
from mapper.choose_plan import Mapper
from mapper.network_grid import GRID_OBJECTIVES, NetworkGrid, network_grid
from mapper.objective import Objective
from simulator.machine import Machine
from simulator.result import Area
from simulator.supported_formats import with_supported_formats
from sparsim.sweep_metrics import RunTotals
from sweeps.point import Point
from workloads.batching import batch_size
from workloads.network import Network

_LEAST_FILLING = 0.5
"""Of capacities times bandwidths: points that cover less of their grid are evaluated alone."""


@dataclass(frozen=True, slots=True)
class GridKey:
    """What points of one grid have in common."""

    workload: tuple[Hashable, ...]
    accelerator: Accelerator


def grid_key(point: Point) -> GridKey | None:
    """Return what ``point`` shares with the others of its grid; None for a point that is evaluated alone."""
    accelerator = point.accelerator
    if accelerator is None or not isinstance(accelerator.scratchpad, Memory):
        return None
    if point.mapper != Mapper.LAYERS or point.objective not in GRID_OBJECTIVES:
        return None
    workload = (point.network, point.network_digest, point.bindings, point.batch, point.compression, point.objective)
    anonymous = {
        "name": "",
        "description": "",
        "sources": {},
        "scratchpad": accelerator.scratchpad.model_copy(update={"capacity_bytes": 0}),
        "off_chip": accelerator.off_chip.model_copy(update={"bandwidth_bytes_per_second": None}),
    }
    return GridKey(workload, accelerator.model_copy(update=anonymous))


def is_grid(points: Sequence[Point]) -> bool:
    """Return whether points of one key cover enough of their grid to be evaluated together."""
    places = {_place(point.accelerator) for point in points if point.accelerator}
    capacities, bandwidths = {one for one, _ in places}, {one for _, one in places}
    return len(places) > 1 and len(places) >= _LEAST_FILLING * len(capacities) * len(bandwidths)


def _place(accelerator: Accelerator) -> tuple[int, int | None]:
    assert isinstance(accelerator.scratchpad, Memory), "points of a grid have one scratchpad"
    return accelerator.scratchpad.capacity_bytes, accelerator.off_chip.bandwidth_bytes_per_second


def grid_totals(network: Network, accelerators: Sequence[Accelerator], objective: Objective) -> list[RunTotals | None]:
    """Return the totals of the layer-by-layer plans of ``network`` on each of ``accelerators``.

    They are those of ``run_network``, energy to rounding; None where the scratchpad is too small.

    Parameters
    ----------
    network : Network
    accelerators : sequence of Accelerator
        Different in capacity of the one scratchpad and off-chip bandwidth alone.
    objective : Objective
        Latency or traffic.

    Raises
    ------
    SparsimError
        As ``map_network``, but for tiles that do not fit.
    """
    places = [_place(one) for one in accelerators]
    capacities = sorted({capacity for capacity, _ in places})
    bandwidths = list(dict.fromkeys(bandwidth for _, bandwidth in places))
    native = with_supported_formats(network, accelerators[0].array)
    grid = network_grid(native, accelerators[0], capacities, bandwidths, objective)
    batch = batch_size(native)
    areas = {
        capacity: Machine(accelerator=one).costs.area for one, (capacity, _) in zip(accelerators, places, strict=True)
    }
    return [
        _totals(grid, (capacities.index(capacity), bandwidths.index(bandwidth)), batch, areas[capacity])
        for capacity, bandwidth in places
    ]


def _totals(grid: NetworkGrid, at: tuple[int, int], batch: int, area: Area) -> RunTotals | None:
    if not grid.fits[at]:
        return None
    cycles = int(grid.total_cycles[at])
    return RunTotals(
        batch=batch,
        total_cycles=cycles,
        compute_cycles=int(grid.compute_cycles[at]),
        macs=grid.macs,
        utilisation_fraction=float(grid.busy_cycles[at]) / cycles if cycles else 0.0,
        off_chip_read_bytes=int(grid.off_chip_read_bytes[at]),
        off_chip_write_bytes=int(grid.off_chip_write_bytes[at]),
        peak_scratchpad_bytes=int(grid.peak_scratchpad_bytes[at]),
        energy=grid.energy(*at),
        area=area,
    )
