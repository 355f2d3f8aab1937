"""JSON, CSV and trace of a result: keys, sums, units, and text that any reader takes."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from simulator.result import Result
from sparsim.export import json_text, result_as_csv, result_as_json, result_as_trace

TOTALS = (
    *("network", "accelerator", "technology", "macs", "total_cycles", "latency_ms", "inferences_per_second"),
    *("average_power_mw", "compute_cycles", "stall_cycles", "off_chip_read_bytes", "off_chip_write_bytes"),
    *("energy_pj", "area_mm2", "peak_scratchpad_bytes", "operators"),
)
OF_AN_OPERATOR = (
    *("name", "kind", "macs", "total_cycles", "compute_cycles", "stall_cycles", "off_chip_read_bytes"),
    *("off_chip_write_bytes", "energy_pj", "mapping_efficiency_fraction", "limited_by", "tile"),
)


@pytest.fixture(scope="module")
def figures(tiny_result: Result) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(json_text(result_as_json(tiny_result)))
    return figures


def test_keys(figures: dict[str, Any]) -> None:
    assert set(TOTALS) <= figures.keys()
    for operator in figures["operators"]:
        assert set(OF_AN_OPERATOR) <= operator.keys()


@pytest.mark.parametrize(
    "key", ["macs", "total_cycles", "compute_cycles", "stall_cycles", "off_chip_read_bytes", "off_chip_write_bytes"]
)
def test_totals_are_sums(figures: dict[str, Any], key: str) -> None:
    assert figures[key] == sum(operator[key] for operator in figures["operators"])


def test_energy_is_a_sum_of_components_and_of_operators(figures: dict[str, Any]) -> None:
    for component, total in figures["energy_pj"].items():
        assert total == pytest.approx(sum(operator["energy_pj"][component] for operator in figures["operators"]))
    for one in (figures, *figures["operators"]):
        parts = [value for component, value in one["energy_pj"].items() if component != "total"]
        assert one["energy_pj"]["total"] == pytest.approx(sum(parts))


@pytest.fixture(scope="module")
def pruned_figures(pruned_result: Result) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(json_text(result_as_json(pruned_result)))
    return figures


def test_without_compression_nothing_is_compared(figures: dict[str, Any]) -> None:
    for key in ("compression", "dense_total_cycles", "speedup_over_dense"):
        assert figures[key] is None
    for operator in figures["operators"]:
        assert (operator["dense_cycles"], operator["speedup_over_dense"]) == (None, None)


def test_compression_figures(pruned_figures: dict[str, Any], pruned_result: Result) -> None:
    assert pruned_figures["compression"] == "nm:2:4"
    assert pruned_figures["speedup_over_dense"] == pytest.approx(
        pruned_figures["dense_total_cycles"] / pruned_figures["total_cycles"]
    )
    first, *_ = pruned_figures["operators"]
    assert (first["weight_density_fraction"], first["activation_density_fraction"]) == (0.5, 1.0)
    assert first["weight_origin"] == "pruned"
    assert first["effectual_macs"] <= first["performed_macs"] <= first["macs"]
    assert first["speedup_over_dense"] == first["dense_cycles"] / first["total_cycles"]


@pytest.mark.parametrize(
    "key", ["effectual_macs", "performed_macs", "gated_macs", "weight_bits", "metadata_bits", "dense_cycles"]
)
def test_compression_totals_are_sums(pruned_figures: dict[str, Any], key: str) -> None:
    total = pruned_figures["dense_total_cycles" if key == "dense_cycles" else key]
    assert total == pytest.approx(sum(operator[key] or 0 for operator in pruned_figures["operators"]))


def test_losses_add_up_to_the_cycles(pruned_figures: dict[str, Any]) -> None:
    for one in (pruned_figures, *pruned_figures["operators"]):
        assert sum(one["cycle_losses"].values()) == pytest.approx(one["total_cycles"])
    for part, cycles in pruned_figures["cycle_losses"].items():
        assert cycles == pytest.approx(sum(one["cycle_losses"][part] for one in pruned_figures["operators"]))


def test_operators_without_products_have_no_density(pruned_figures: dict[str, Any]) -> None:
    others = [operator for operator in pruned_figures["operators"] if not operator["macs"]]
    keys = ("weight_density_fraction", "activation_density_fraction", "weight_origin", "weight_format", "weight_bits")
    assert others
    assert all(operator[key] is None for operator in others for key in keys)


def test_null_is_an_empty_cell(pruned_result: Result, pruned_figures: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(result_as_csv(pruned_result))))
    for row, operator in zip(rows, pruned_figures["operators"], strict=True):
        density = operator["weight_density_fraction"]
        assert row["weight_density_fraction"] == ("" if density is None else str(density))
        assert float(row["cycle_losses.effectual_cycles"]) == operator["cycle_losses"]["effectual_cycles"]


def test_derived_figures(figures: dict[str, Any]) -> None:
    assert figures["latency_ms"] == pytest.approx(1e3 * figures["total_cycles"] / figures["clock_hz"])
    assert figures["inferences_per_second"] == pytest.approx(1e3 * figures["batch"] / figures["latency_ms"])
    assert figures["average_power_mw"] == pytest.approx(
        figures["energy_pj"]["total"] * 1e-9 / figures["latency_ms"] * 1e3
    )
    assert figures["area_mm2"] == pytest.approx(sum(figures["area_by_component_mm2"].values()))
    assert figures["peak_scratchpad_bytes"] == max(operator["scratchpad_bytes"] for operator in figures["operators"])


def test_operators_follow_each_other(figures: dict[str, Any]) -> None:
    for one, following in pairwise(figures["operators"]):
        assert following["start_cycle"] == one["start_cycle"] + one["total_cycles"]
    for operator in figures["operators"]:
        assert operator["total_cycles"] == operator["compute_cycles"] + operator["stall_cycles"]
        assert operator["off_chip_read_bytes"] + operator["off_chip_write_bytes"] == sum(
            operator["off_chip_by_operand_bytes"].values()
        )
        if not operator["whole_tensor_bytes"]:
            assert sum(operator["off_chip_by_operand_bytes"].values()) >= operator["compulsory_bytes"]
        assert 0 <= operator["mapping_efficiency_fraction"] <= 1


def test_whole_tensors_lie_where_the_plan_says(figures: dict[str, Any], tiny_result: Result) -> None:
    """At each step: what stays take, places shared in place counted once, is the operator's whole_tensor_bytes."""
    planning, operators = figures["planning"], figures["operators"]
    assert planning["mapper"] == "joint"
    assert planning["stays"]
    assert planning["stays"][0].keys() == {
        *("tensor", "first_step", "last_step", "offset_bytes", "size_bytes", "is_loaded", "is_stored")
    }
    for step, operator in enumerate(operators):
        if operator["kind"] == "view":
            continue
        there = [stay for stay in planning["stays"] if stay["first_step"] <= step <= stay["last_step"]]
        assert (
            sum(size for _, size in {(stay["offset_bytes"], stay["size_bytes"]) for stay in there})
            == (operator["whole_tensor_bytes"])
        )
        buffers = sum(buffer["size_bytes"] for buffer in planning["buffers"] if buffer["step"] == step)
        assert operator["scratchpad_bytes"] == buffers + operator["whole_tensor_bytes"]


def test_figures_of_the_plan(figures: dict[str, Any]) -> None:
    planning = figures["planning"]
    assert planning["objective_value"] == figures["total_cycles"] <= planning["layer_by_layer_value"]
    assert planning["is_proven"]
    assert planning["lower_bound_value"] == pytest.approx(planning["objective_value"])


def test_files_do_not_depend_on_the_time_taken(figures: dict[str, Any]) -> None:
    assert "seconds" not in figures["planning"]


def test_a_plan_made_by_hand_has_no_planning(tiny_result: Result) -> None:
    assert result_as_json(replace(tiny_result, planning=None))["planning"] is None


def test_a_figure_that_is_no_number_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        json_text({"energy_pj": float("nan")})


def test_csv_has_the_figures_of_the_json(tiny_result: Result, figures: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(result_as_csv(tiny_result))))
    assert [row["name"] for row in rows] == [operator["name"] for operator in figures["operators"]]
    for row, operator in zip(rows, figures["operators"], strict=True):
        assert int(row["total_cycles"]) == operator["total_cycles"]
        assert float(row["energy_pj.off_chip"]) == operator["energy_pj"]["off_chip"]
        assert int(row["off_chip_by_operand_bytes.weight_read"]) == operator["off_chip_by_operand_bytes"]["weight_read"]
        assert row["tile"] == operator["tile"]
        assert None not in row.values()


def test_csv_quotes_names(tiny_result: Result) -> None:
    name = 'a, "b"\nc'
    text = result_as_csv(replace(tiny_result, operators=(replace(tiny_result.operators[0], name=name),)))
    assert next(csv.DictReader(io.StringIO(text)))["name"] == name


def test_csv_of_nothing_is_empty(tiny_result: Result) -> None:
    assert result_as_csv(replace(tiny_result, operators=())) == ""


def test_trace_is_of_the_chrome_format(tiny_result: Result) -> None:
    """Source of the format: Trace Event Format, Google, "Complete Events" and "Metadata Events"."""
    trace = json.loads(json_text(result_as_trace(tiny_result)))
    assert trace["displayTimeUnit"] in ("ms", "ns")
    assert {event["ph"] for event in trace["traceEvents"]} == {"M", "X"}
    for event in trace["traceEvents"]:
        assert {"name", "ph", "pid", "tid"} <= event.keys()
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name")
            assert event["args"]["name"]
        else:
            assert event["ts"] >= 0
            assert event["dur"] > 0


def test_trace_is_in_microseconds_and_ends_with_the_run(tiny_result: Result) -> None:
    """At 1 GHz a microsecond is 1,000 cycles."""
    events = [
        event for event in json.loads(json_text(result_as_trace(tiny_result)))["traceEvents"] if event["ph"] == "X"
    ]
    for event in events:
        assert event["ts"] == pytest.approx(event["args"]["start_cycle"] / 1e3)
        assert event["dur"] == pytest.approx(event["args"]["duration_cycles"] / 1e3)
    assert max(event["ts"] + event["dur"] for event in events) == pytest.approx(1e3 * tiny_result.latency_ms)


def test_events_of_a_resource_do_not_overlap_and_stay_in_their_operator(tiny_result: Result) -> None:
    events = [
        event for event in json.loads(json_text(result_as_trace(tiny_result)))["traceEvents"] if event["ph"] == "X"
    ]
    costs = {cost.name: cost for cost in tiny_result.operators}
    by_thread = defaultdict(list)
    for event in events:
        start, duration = event["args"]["start_cycle"], event["args"]["duration_cycles"]
        by_thread[event["tid"]].append((start, start + duration))
        cost = costs[event["cat"]]
        assert cost.start_cycle <= start
        assert start + duration <= cost.start_cycle + cost.total_cycles
    for spans in by_thread.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end <= start
