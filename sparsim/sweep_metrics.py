"""The figures of a run that a table of results has."""

from __future__ import annotations

from dataclasses import dataclass

from hw_configs.accelerator import Accelerator, Memory
from simulator.result import Area, Energy, Result
from sweeps.outcome import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """Totals of one run of a network, of the whole batch.

    Parameters
    ----------
    batch, total_cycles, compute_cycles, macs : int
    off_chip_read_bytes, off_chip_write_bytes, peak_scratchpad_bytes : int
    utilisation_fraction : float
    energy : Energy
    area : Area
    """

    batch: int
    total_cycles: int
    compute_cycles: int
    macs: int
    utilisation_fraction: float
    off_chip_read_bytes: int
    off_chip_write_bytes: int
    peak_scratchpad_bytes: int
    energy: Energy
    area: Area


def totals_of(result: Result) -> RunTotals:
    """Return the totals of ``result``."""
    return RunTotals(
        batch=result.batch,
        total_cycles=result.total_cycles,
        compute_cycles=result.compute_cycles,
        macs=result.macs,
        utilisation_fraction=result.utilisation_fraction,
        off_chip_read_bytes=result.off_chip_read_bytes,
        off_chip_write_bytes=result.off_chip_write_bytes,
        peak_scratchpad_bytes=result.peak_scratchpad_bytes,
        energy=result.energy,
        area=result.area,
    )


def metrics_of(totals: RunTotals, accelerator: Accelerator) -> Metrics:
    """Return the figures of a run on ``accelerator`` in the units of a table of results."""
    energy, area, cycles = totals.energy, totals.area, totals.total_cycles
    energy_mj = energy.total_pj / 1e9
    seconds = cycles / accelerator.array.clock_hz
    return Metrics(
        total_cycles=cycles,
        stall_cycles=cycles - totals.compute_cycles,
        latency_ms=1e3 * seconds,
        inferences_per_second=totals.batch / seconds if cycles else 0.0,
        macs=totals.macs,
        utilisation_fraction=totals.utilisation_fraction,
        off_chip_bytes=totals.off_chip_read_bytes + totals.off_chip_write_bytes,
        off_chip_read_bytes=totals.off_chip_read_bytes,
        off_chip_write_bytes=totals.off_chip_write_bytes,
        scratchpad_bytes=_capacity_bytes(accelerator),
        peak_scratchpad_bytes=totals.peak_scratchpad_bytes,
        energy_mj=energy_mj,
        mac_energy_mj=energy.mac_pj / 1e9,
        register_energy_mj=energy.register_pj / 1e9,
        scratchpad_energy_mj=energy.scratchpad_pj / 1e9,
        off_chip_energy_mj=energy.off_chip_pj / 1e9,
        vector_energy_mj=energy.vector_pj / 1e9,
        leakage_energy_mj=energy.leakage_pj / 1e9,
        metadata_energy_mj=energy.metadata_pj / 1e9,
        power_w=energy_mj * 1e-3 / seconds if cycles else 0.0,
        edp_mj_ms=energy_mj * 1e3 * seconds,
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
