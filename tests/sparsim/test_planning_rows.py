"""The plan's line of the report: what is saved, what is kept, what is proven; by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import sparsim
from simulator.plan import Stay
from simulator.result import Planning, Result
from sparsim.planning_rows import planning_rows

SCALE_SIM = Path(__file__).parents[1] / "data" / "scalesim"
STAY = Stay(tensor="x", first_step=0, last_step=1, offset_bytes=0, size_bytes=64)
JOINT = Planning(
    mapper="joint",
    objective_value=7_500_000.0,
    layer_by_layer_value=10_000_000.0,
    lower_bound_value=7_500_000.0,
    is_proven=True,
    stays=(STAY, STAY),
)


def row(result: Result, planning: Planning) -> tuple[str, str, str]:
    (only,) = planning_rows(replace(result, planning=planning))
    return only


def test_a_plan_by_hand_has_no_row(tiny_result: Result) -> None:
    assert planning_rows(replace(tiny_result, planning=None)) == ()


def test_layer_by_layer(tiny_result: Result) -> None:
    layers = Planning(mapper="layers", objective_value=10.0, layer_by_layer_value=10.0)
    assert row(tiny_result, layers) == (
        "plan",
        "layers",
        "each operator alone; no tensor stays between them",
    )


def test_what_is_saved(tiny_result: Result) -> None:
    """7.5 instead of 10 million."""
    assert row(tiny_result, JOINT) == ("plan", "joint", "25.0% below layer by layer; 2 whole tensors; proven")


@pytest.mark.parametrize(
    ("bound", "certainty"),
    [
        (7_500_000.0, "0.00% above the bound"),
        (7_499_999.0, "0.01% above the bound"),
        (6_000_000.0, "25.00% above the bound"),  # 7.5 / 6 = 1.25
        (7_300_000.0, "2.74% above the bound"),  # 2.7397 %, rounded up
        (0.0, "no bound"),
        (None, "no bound"),
    ],
)
def test_what_is_not_proven(tiny_result: Result, bound: float | None, certainty: str) -> None:
    planning = replace(JOINT, is_proven=False, lower_bound_value=bound)
    assert row(tiny_result, planning)[2].rpartition("; ")[2] == certainty


def test_nothing_to_save(tiny_result: Result) -> None:
    """A network of views moves nothing and takes no time."""
    planning = replace(JOINT, objective_value=0.0, layer_by_layer_value=0.0, lower_bound_value=0.0, stays=())
    assert row(tiny_result, planning)[2] == "0.0% below layer by layer; 0 whole tensors; proven"


def test_one_line_of_a_screen(tiny_result: Result) -> None:
    """80 columns less names, totals and their margins: 54 are left."""
    most = replace(JOINT, objective_value=0.0, stays=(STAY,) * 999)
    layers = Planning(mapper="layers", objective_value=10.0, layer_by_layer_value=10.0)
    assert all(len(row(tiny_result, planning)[2]) <= 54 for planning in (JOINT, most, layers))


def test_a_real_run(tiny_result: Result) -> None:
    planning = tiny_result.planning
    assert planning is not None
    ((name, mapper, text),) = planning_rows(tiny_result)
    saved = 1 - tiny_result.total_cycles / planning.layer_by_layer_value
    assert (name, mapper) == ("plan", "joint")
    assert text.startswith(f"{saved:.1%} below layer by layer; {len(planning.stays)} whole tensors; ")


def test_an_accelerator_with_a_split_scratchpad_is_planned_layer_by_layer(topology: Path) -> None:
    assert planning_rows(sparsim.run(topology, SCALE_SIM / "scale.cfg"))[0][1] == "layers"


def test_what_does_not_fit_layer_by_layer(tiny_result: Result) -> None:
    planning = replace(JOINT, layer_by_layer_value=None)
    assert row(tiny_result, planning)[2] == "does not fit layer by layer; 2 whole tensors; proven"
