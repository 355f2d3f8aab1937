"""docs/planning.md names every key, method, verdict and baseline, and no other key."""

from __future__ import annotations

import re
from pathlib import Path

import sparsim
from mapper.certificate import Verdict
from mapper.plan_tensors import Method

PAGE = (Path(__file__).parents[2] / "docs" / "planning.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]*)\|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_key_and_no_other() -> None:
    figures = sparsim.planning_as_json(sparsim.plan("resnet9", scratchpad="M_R"))

    assert first_cells(section("JSON")) == figures.keys()
    named = set(re.findall(r"`([^`]+)`", section("JSON")))
    assert figures["budgets"].keys() | figures["tensors"][0].keys() <= named
    assert figures["tensors"][0]["episodes"][0].keys() <= named
    assert figures["baselines"].keys() <= set(re.findall(r"`([^`]+)`", section("Baselines")))


def test_methods_and_verdicts() -> None:
    assert first_cells(section("Methods")) == {*Method}
    assert first_cells(section("Verdicts")) == {*Verdict}
