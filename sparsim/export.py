"""Results as JSON, CSV and Chrome trace."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict, fields

from simulator.result import CycleLosses, Energy, OperatorCompression, OperatorCost, Planning, Result
from sparsim import __version__
from sparsim.compression_totals import CompressionTotals, compression_totals

JsonValue = str | int | float | None | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]

_OPERANDS = ("input", "weight", "output")


def result_as_json(result: Result) -> JsonObject:
    """Return ``result`` under the names that docs/result.md explains, ready for ``json.dumps``."""
    return {
        "network": result.network,
        "accelerator": result.accelerator,
        "technology": result.technology,
        "sparsim_version": __version__,
        "objective": result.objective,
        "compression": result.compression or None,
        "batch": result.batch,
        "clock_hz": result.clock_hz,
        "macs": result.macs,
        "parameters": result.num_parameters,
        "total_cycles": result.total_cycles,
        "latency_ms": result.latency_ms,
        "utilisation_fraction": result.utilisation_fraction,
        "inferences_per_second": result.inferences_per_second,
        "average_power_mw": result.average_power_mw,
        "compute_cycles": result.compute_cycles,
        "stall_cycles": result.stall_cycles,
        "cycle_losses": _losses_as_json(result.losses),
        "dense_total_cycles": result.dense_total_cycles,
        "speedup_over_dense": None if result.dense_total_cycles is None else result.speedup_over_dense,
        "ideal_speedup": _ideal_speedup(result),
        **_totals_as_json(compression_totals(result)),
        "off_chip_read_bytes": result.off_chip_read_bytes,
        "off_chip_write_bytes": result.off_chip_write_bytes,
        "energy_pj": _energy_as_json(result.energy),
        "area_mm2": result.area.total_mm2,
        "area_by_component_mm2": {
            "array": result.area.array_mm2,
            "vector_unit": result.area.vector_unit_mm2,
            "scratchpad": result.area.scratchpad_mm2,
        },
        "peak_scratchpad_bytes": result.peak_scratchpad_bytes,
        "planning": _planning_as_json(result.planning),
        "operators": [_operator_as_json(cost) for cost in result.operators],
        "notes": list(result.notes),
    }


def _ideal_speedup(result: Result) -> float | None:
    """None where there is nothing to compare with, or no product is left."""
    if result.dense_effectual_cycles is None or result.ideal_speedup == math.inf:
        return None
    return result.ideal_speedup


def _planning_as_json(planning: Planning | None) -> JsonObject | None:
    if planning is None:
        return None
    return {
        "mapper": planning.mapper,
        "objective_value": planning.objective_value,
        "layer_by_layer_value": planning.layer_by_layer_value,
        "lower_bound_value": planning.lower_bound_value,
        "is_proven": planning.is_proven,
        "stays": [dict(asdict(stay)) for stay in planning.stays],
        "buffers": [dict(asdict(buffer)) for buffer in planning.buffers],
    }


def _energy_as_json(energy: Energy) -> JsonObject:
    return {
        "mac": energy.mac_pj,
        "register": energy.register_pj,
        "scratchpad": energy.scratchpad_pj,
        "off_chip": energy.off_chip_pj,
        "vector": energy.vector_pj,
        "leakage": energy.leakage_pj,
        "metadata": energy.metadata_pj,
        "total": energy.total_pj,
    }


def _losses_as_json(losses: CycleLosses) -> JsonObject:
    return dict(asdict(losses))


def _totals_as_json(totals: CompressionTotals) -> JsonObject:
    return {
        "effectual_macs": totals.effectual_macs,
        "performed_macs": totals.performed_macs,
        "gated_macs": totals.gated_macs,
        "weight_bits": totals.weight_bits,
        "metadata_bits": totals.metadata_bits,
    }


def _operator_compression_as_json(compression: OperatorCompression | None) -> JsonObject:
    """Return what is known of zeros and storage; null for an operator that multiplies no matrices."""
    if compression is None:
        return dict.fromkeys(field.name for field in fields(OperatorCompression))
    return {**asdict(compression), "weight_origin": compression.weight_origin or None}


def _operator_as_json(cost: OperatorCost) -> JsonObject:
    return {
        "name": cost.name,
        "kind": cost.kind,
        "macs": cost.macs,
        "start_cycle": cost.start_cycle,
        "total_cycles": cost.total_cycles,
        "compute_cycles": cost.compute_cycles,
        "stall_cycles": cost.stall_cycles,
        "cycle_losses": _losses_as_json(cost.losses),
        "dense_cycles": cost.dense_cycles,
        "speedup_over_dense": None if cost.dense_cycles is None else cost.speedup_over_dense,
        **_operator_compression_as_json(cost.compression),
        "off_chip_read_bytes": cost.off_chip_bytes.read,
        "off_chip_write_bytes": cost.off_chip_bytes.output_write,
        "off_chip_by_operand_bytes": {
            "input_read": cost.off_chip_bytes.input_read,
            "weight_read": cost.off_chip_bytes.weight_read,
            "partial_sum_read": cost.off_chip_bytes.output_read,
            "output_write": cost.off_chip_bytes.output_write,
        },
        "compulsory_bytes": cost.compulsory_bytes,
        "scratchpad_bytes": cost.scratchpad_bytes,
        "whole_tensor_bytes": cost.whole_tensor_bytes,
        "scratchpad_read_bytes": cost.scratchpad_accesses.read,
        "scratchpad_write_bytes": cost.scratchpad_accesses.output_write,
        "energy_pj": _energy_as_json(cost.energy),
        "energy_by_operand_pj": dict(zip(_OPERANDS, cost.energy_by_operand_pj, strict=True)),
        "mapping_efficiency_fraction": cost.mapping_efficiency_fraction,
        "limited_by": str(cost.limited_by),
        "tile": cost.tile,
    }


def json_text(figures: JsonObject | list[JsonValue]) -> str:
    """Return ``figures`` as JSON text that any reader takes: ASCII, and no NaN or infinity.

    Raises
    ------
    ValueError
        For a figure that is no finite number; a mistake of ours.
    """
    return json.dumps(figures, indent=1, allow_nan=False)


def result_as_csv(result: Result) -> str:
    """Return one row an operator, nested figures flattened with dots (``energy_pj.mac``); null is an empty cell."""
    rows = [_flatten(_operator_as_json(cost)) for cost in result.operators]
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _flatten(row: JsonObject) -> dict[str, str | int | float]:
    flat: dict[str, str | int | float] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": number for inner, number in _flatten(value).items()})
        elif not isinstance(value, list):
            flat[key] = "" if value is None else value
    return flat


def result_as_trace(result: Result) -> JsonObject:
    """Return the timeline in the Chrome trace event format, which Perfetto and chrome://tracing open; time in us."""
    threads = {name: number for number, name in enumerate(("array", "vector unit", "dma"), start=1)}
    microseconds_per_cycle = 1e6 / result.clock_hz
    title = f"{result.network} on {result.accelerator}"
    events: list[JsonValue] = [{"name": "process_name", "ph": "M", "pid": 1, "tid": 0, "args": {"name": title}}]
    events.extend(
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": number, "args": {"name": name}}
        for name, number in threads.items()
    )
    events.extend(
        {
            "name": event.name,
            "cat": event.operator,
            "ph": "X",
            "pid": 1,
            "tid": threads[event.resource],
            "ts": event.start_cycle * microseconds_per_cycle,
            "dur": event.duration_cycles * microseconds_per_cycle,
            "args": {"start_cycle": event.start_cycle, "duration_cycles": event.duration_cycles},
        }
        for event in result.events
    )
    return {"displayTimeUnit": "ns", "traceEvents": events}
