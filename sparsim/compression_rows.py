"""The totals that a report adds for a compressed network: what compression brought, and what it costs."""

from __future__ import annotations

import math

from simulator.result import Result
from sparsim.compression_totals import CompressionTotals, compression_totals
from sparsim.wording import format_count, format_number
from workloads.sparsity import SparsityOrigin

_BITS_PER_MEGABYTE = 8e6


def compression_rows(result: Result) -> tuple[tuple[str, str, str], ...]:
    """Return name, figure with unit and explanation of each line; none where there is no dense run to compare with."""
    if result.dense_total_cycles is None:
        return ()
    totals = compression_totals(result)
    effectual, performed = (count / max(totals.macs, 1) for count in (totals.effectual_macs, totals.performed_macs))
    return (
        ("speed-up", f"{result.speedup_over_dense:.2f}x", _ideal(result.dense_total_cycles, result)),
        ("effectual", f"{effectual:.1%}", f"of the MACs have no zero operand; {performed:.1%} are done"),
        (
            "non-zero",
            f"{totals.weight_density_fraction:.1%}",
            f"of the weights; of the activations {totals.activation_density_fraction:.1%}",
        ),
        ("weights", *_weights(totals)),
        *_metadata(result, totals),
        *_gated(totals),
    )


def _ideal(dense_cycles: int, result: Result) -> str:
    """Return what there was before, and the speed-up if effectual products alone took time, before and now."""
    ideal = f"products alone {result.ideal_speedup:.2f}x" if result.ideal_speedup < math.inf else "no product is left"
    return f"over dense ({dense_cycles:,} cycles); {ideal}"


def _weights(totals: CompressionTotals) -> tuple[str, str]:
    stored = totals.weight_bits + totals.metadata_bits
    origins = ", ".join(_ORIGINS[SparsityOrigin(name)] for name in totals.origins) or "no zeros"
    return f"{format_number(stored / _BITS_PER_MEGABYTE)} MB", f"stored as {', '.join(totals.formats)}; {origins}"


_ORIGINS = {
    SparsityOrigin.FILE: "zeros of the file",
    SparsityOrigin.PRUNED: "pruned by magnitude",
    SparsityOrigin.SYNTHETIC: "SYNTHETIC zeros",
    SparsityOrigin.GIVEN: "zeros as given",
    SparsityOrigin.MEASURED: "zeros as measured",
}


def _metadata(result: Result, totals: CompressionTotals) -> tuple[tuple[str, str, str], ...]:
    energy = result.energy
    if not totals.metadata_bits and not energy.metadata_pj:
        return ()
    stored = totals.weight_bits + totals.metadata_bits
    share = totals.metadata_bits / stored if stored else 0.0
    moving = f"{format_number(energy.metadata_pj / 1e9)} mJ, {_share(energy.metadata_pj, result)}"
    return (
        (
            "metadata",
            f"{format_number(totals.metadata_bits / _BITS_PER_MEGABYTE)} MB",
            f"{share:.1%} of the weights; {moving} of energy",
        ),
    )


def _share(part_pj: float, result: Result) -> str:
    return f"{part_pj / result.energy.total_pj:.1%}" if part_pj else "0%"


def _gated(totals: CompressionTotals) -> tuple[tuple[str, str, str], ...]:
    if not totals.gated_macs:
        return ()
    return (("gated", format_count(totals.gated_macs, "MACs"), "take their cycle, but no arithmetic energy"),)
