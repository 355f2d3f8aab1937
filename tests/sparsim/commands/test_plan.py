"""``sparsim plan``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapper import plan_tensors as planner
from tests.sparsim.running import Command, Fails

SPLIT = Path(__file__).parents[2] / "data" / "scalesim" / "scale.cfg"


def test_report(command: Command) -> None:
    outcome = command("plan", "densenet121_binary_concat", "--scratchpad", "M_R")

    assert (outcome.code, outcome.err) == (0, "")
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[0] == "densenet121_binary_concat: whole tensors, activations"
    assert "M_R 1,634,560 bytes to run at all, for 'pool1.pad'" in lines
    assert "M_P 2,107,392 bytes to move nothing more than must be" in lines
    assert "bound 2,609,152 bytes at least in any order; gap 0.0%" in lines


def test_json_at_m_p(command: Command) -> None:
    outcome = command("plan", "densenet121_binary_concat", "--scratchpad", "M_P", "--format", "json")
    figures = json.loads(outcome.out)

    assert (figures["verdict"], figures["objective_bytes"], figures["capacity_bytes"]) == ("optimal", 0, 2_107_392)
    assert len(figures["schedule"]) == 309


@pytest.mark.parametrize("method", ["auto", "search", "gaps", "greedy", "ilp"])
def test_methods(command: Command, topology: Path, method: str) -> None:
    outcome = command("plan", topology, "--scratchpad", "M_R", "--method", method, "--weights", "--format", "json")

    assert outcome.code == 0
    figures = json.loads(outcome.out)
    assert (figures["method"], figures["verdict"], figures["with_weights"]) == (method, "optimal", True)


def test_the_accelerators_scratchpad(command: Command) -> None:
    outcome = command("plan", "resnet9", "-a", "edge_npu", "--set", "scratchpad.capacity_bytes=192KiB", "--batch", "1")

    assert outcome.code == 0
    assert "resnet9 on edge_npu: whole tensors, activations" in outcome.out
    assert "196,608  bytes " in outcome.out


def test_too_small_is_2(command: Command) -> None:
    outcome = command("plan", "resnet9", "--scratchpad", "512", "--format", "json")

    assert (outcome.code, outcome.err) == (2, "")
    figures = json.loads(outcome.out)
    assert (figures["verdict"], figures["schedule"]) == ("infeasible", None)
    assert "operator 'layer1' needs 196,608 bytes at once, 196,096 more" in figures["reason"]


def test_undecided_is_5(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> dict[str, None]:
        return {"none": None}

    monkeypatch.setattr(planner, "baseline_plans", nothing)
    monkeypatch.setattr(planner, "plan_automatically", nothing)
    outcome = command("plan", "resnet50", "--scratchpad", "M_R", "--weights")

    assert outcome.code == 5
    assert "no plan was found in the time given, and none was ruled out" in " ".join(outcome.out.split())


def test_an_interrupt_shows_the_best_plan_so_far(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(planner, "plan_automatically", interrupted)
    outcome = command("plan", "resnet50", "--scratchpad", "M_R", "--weights", "--format", "json")

    assert outcome.code == 0
    figures = json.loads(outcome.out)
    assert (figures["verdict"], figures["objective_bytes"]) == ("feasible", 1_003_520)
    assert 0 < figures["gap_fraction"] < 1


def test_hardly_any_time(command: Command) -> None:
    outcome = command("plan", "resnet50", "--scratchpad", "M_R", "--weights", "--time-limit", "1e-6")

    assert outcome.code == 0
    assert "feasible" in outcome.out


def test_out(command: Command, tmp_path: Path) -> None:
    outcome = command("plan", "resnet9", "--scratchpad", "M_H", "--in-place", "--out", tmp_path / "out")

    assert outcome.code == 0
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert outcome.err == f"wrote {len(files)} files to {tmp_path / 'out'}\n"
    assert {"plan.json", "report.txt"} <= set(files)
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["in_place"] is True


def test_mistakes(fails: Fails, tmp_path: Path) -> None:
    size = "scratchpad: expected M_R, M_H, M_P or a size (512KiB): "
    expected = "expected a number with one of B, KB, kB, MB, GB, TB, KiB, MiB, GiB, TiB, found"
    fails(f"{size}{expected} '512K B'", "plan", "resnet9", "--scratchpad", "512K B")
    fails(f"{size}{expected} 'M_X'", "plan", "resnet9", "--scratchpad", "M_X")
    fails(f"{size}expected more than zero, found '0'", "plan", "resnet9", "--scratchpad", "0")
    fails(f"{size}expected more than zero, found '-8'", "plan", "resnet9", "--scratchpad", "-8")
    fails("expected an accelerator or a size of the scratchpad", "plan", "resnet9")
    fails("say which size is meant with --scratchpad", "plan", "resnet9", "-a", SPLIT)
    fails("--set a=1: expected an --accelerator to change", "plan", "resnet9", "--scratchpad", "M_R", "--set", "a=1")
    seconds = "argument --time-limit: expected a number of seconds of more than 0, found"
    for text in ("0", "-1", "soon", "nan", "inf"):
        fails(f"{seconds} {text!r}", "plan", "resnet9", "--scratchpad", "M_R", "--time-limit", text)
    fails("argument --method: invalid choice: 'cosma'", "plan", "resnet9", "--method", "cosma")
    fails("method ilp: the program of 'resnet50'", "plan", "resnet50", "--scratchpad", "M_R", "--method", "ilp")
    fails("unknown network 'resnet5'", "plan", "resnet5", "--scratchpad", "M_R")
    (tmp_path / "file").write_text("")
    fails("expected a folder, found a file", "plan", "resnet9", "--scratchpad", "M_R", "--out", tmp_path / "file")
