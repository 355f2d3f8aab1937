"""The report of a training step, as table and as JSON."""

from __future__ import annotations

import json

from rich.console import Console

from sparsim.export import json_text
from sparsim.train_cost_api import train_cost
from sparsim.train_cost_report import train_cost_as_json, train_cost_lines, train_cost_table
from tests.simulator.training.small_step import small_network


def test_table_and_json_say_the_same() -> None:
    cost = train_cost(small_network())
    console = Console(width=100)
    with console.capture() as capture:
        console.print(train_cost_table(cost))
    lines = capture.get().splitlines()
    assert lines[0].strip() == "small, batch 4, on sat: bdwp 2:8, sgd"
    shown = {line.split()[0]: line.split()[1] for line in lines[4:] if line.strip()}
    figures = json.loads(json_text(train_cost_as_json(cost)))
    assert {part["part"]: f"{part['cycles']:,}" for part in figures["parts"]}.items() <= shown.items()
    assert shown["step"] == f"{figures['total_cycles']:,}"


def test_json_adds_up() -> None:
    cost = train_cost(small_network())
    figures = train_cost_as_json(cost)
    parts, operators = figures["parts"], figures["operators"]
    assert isinstance(parts, list)
    assert isinstance(operators, list)
    for key, total in (("cycles", "total_cycles"), ("off_chip_bytes", "off_chip_bytes"), ("macs", "macs")):
        assert sum(part[key] for part in parts) == figures[total]  # type: ignore[index,call-overload,misc]
    assert sum(one["total_cycles"] for one in operators) == cost.total_cycles  # type: ignore[index,call-overload,misc]
    assert figures["speedup_over_dense"] == cost.speedup_over_dense


def test_lines() -> None:
    lines = train_cost_lines(train_cost(small_network(filters=4)))
    assert lines[2].startswith("products    8: ")
    assert lines[-1] == "note: 1 product stays dense, its reduction is shorter than 8 channels: second (FF 4)"
