"""What a planning prints and exports."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

import sparsim
from sparsim.export import json_text
from sparsim.plan_export import planning_as_json
from sparsim.plan_files import write_planning
from sparsim.plan_report import planning_report
from sparsim.plan_text import plain_text


@pytest.fixture(scope="module")
def planning() -> sparsim.NetworkPlanning:
    return sparsim.plan("resnet50", scratchpad="M_R", weights=True)


def lines_of(planning: sparsim.NetworkPlanning) -> list[str]:
    return [" ".join(line.split()) for line in plain_text(planning_report(planning)).splitlines()]


def test_facts_verdict_and_baselines(planning: sparsim.NetworkPlanning) -> None:
    lines = lines_of(planning)

    assert lines[0] == "resnet50: whole tensors, activations and weights"
    assert lines[1:5] == [
        "scratchpad 2,486,784 bytes, M_R",
        "M_R 2,486,784 bytes to run at all, for 'layer4.0.conv2'",
        "M_H 2,536,960 bytes, half-way",
        "M_P 2,587,136 bytes to move nothing more than must be",
    ]
    assert lines[5].startswith("verdict optimal over all orders, in ")
    assert lines[6].startswith("moved 602,112 bytes beyond the compulsory, by ")
    assert lines[7] == "bound 602,112 bytes at least in any order; gap 0.0%"
    assert lines[10] == "baseline moved bytes saved bytes saved"
    assert lines[15] == "greedy_by_size 1,003,520 401,408 40.0%"
    assert lines[16] == "tflite_like no plan"
    assert lines[17] == "sizes: every tensor takes the bits of its elements; none in place"


def test_an_infeasible_answer_says_what_would_help() -> None:
    text = " ".join(lines_of(sparsim.plan("resnet9", scratchpad="64KiB")))

    assert "verdict infeasible over all orders" in text
    assert "scratchpad of 65,536 bytes: operator 'layer1' needs 196,608 bytes at once, 131,072 more (" in text
    assert "a scratchpad of M_R = 196,608 bytes, a smaller batch or resolution" in text
    assert "baseline" not in text


def test_a_gap_is_shown() -> None:
    lines = lines_of(sparsim.plan("resnet50", scratchpad="M_R", weights=True, method="greedy"))

    assert any(line.startswith("verdict feasible over all orders") for line in lines)
    # least peak less capacity: 100,352 bytes, which are written and read again
    assert any(line.endswith("bytes at least in any order; gap 80.0%") for line in lines)
    assert lines[-1] == "note: more time (--time-limit) may find a better plan, or prove this one"


def test_the_networks_order_is_named() -> None:
    lines = lines_of(sparsim.plan("resnet50", scratchpad="M_R", weights=True, method="gaps"))

    assert any(line.startswith("verdict optimal over the network's order") for line in lines)
    assert any("; in the network's order 1,003,520" in line for line in lines)


def test_json(planning: sparsim.NetworkPlanning) -> None:
    figures = json.loads(json_text(planning_as_json(planning)))

    assert (figures["verdict"], figures["verdict_over"], figures["method"]) == ("optimal", "all orders", "auto")
    assert (figures["objective_bytes"], figures["lower_bound_bytes"], figures["gap_fraction"]) == (602_112, 602_112, 0)
    assert figures["budgets"] == {
        "m_r_bytes": 2_486_784,
        "m_r_operator": "layer4.0.conv2",
        "m_h_bytes": 2_536_960,
        "m_p_bytes": 2_587_136,
        "m_p_lower_bound_bytes": 2_587_136,
    }
    assert figures["baselines"]["tflite_like"] is None
    assert figures["total_off_chip_bytes"] == figures["compulsory_bytes"] + 602_112
    assert sorted(figures["schedule"]) == sorted(planning.answer.problem.operators)


def test_json_adds_up(planning: sparsim.NetworkPlanning) -> None:
    """Replayed from the file alone: reads, and writes of what comes back, make the objective; nothing overlaps."""
    figures = planning_as_json(planning)
    made = {t.name for t in planning.answer.problem.tensors if t.producer is not None and not t.is_output}
    moved, episodes = 0, []
    for tensor in figures["tensors"]:
        again = len(tensor["episodes"]) - 1
        moved += sum(one["size_bytes"] for one in tensor["episodes"][1:])
        moved += tensor["episodes"][0]["size_bytes"] if again > 0 and tensor["name"] in made else 0
        episodes += tensor["episodes"]
    assert moved == figures["objective_bytes"]
    for step in range(len(figures["schedule"])):
        here = sorted(
            (one["offset_bytes"], one["offset_bytes"] + one["size_bytes"])
            for one in episodes
            if one["first_step"] <= step <= one["last_step"]
        )
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(here))
        assert here[-1][1] <= figures["capacity_bytes"]


def test_json_without_a_plan() -> None:
    figures = planning_as_json(sparsim.plan("resnet9", scratchpad="64KiB"))

    assert (figures["verdict"], figures["schedule"], figures["tensors"]) == ("infeasible", None, None)
    assert (figures["objective_bytes"], figures["gap_fraction"], figures["total_off_chip_bytes"]) == (None, None, None)
    assert figures["reason"].startswith("scratchpad of 65,536 bytes")


def test_files(planning: sparsim.NetworkPlanning, tmp_path: Path) -> None:
    written = write_planning(planning, tmp_path / "out")

    assert {"plan.json", "report.txt"} <= {path.name for path in written}
    assert sorted(path.name for path in written) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert json.loads((tmp_path / "out" / "plan.json").read_text()) == json.loads(json_text(planning_as_json(planning)))
    assert "verdict" in (tmp_path / "out" / "report.txt").read_text()
    without = write_planning(sparsim.plan("resnet9", scratchpad="64KiB"), tmp_path / "none")
    assert [path.name for path in without] == ["plan.json", "report.txt"]
