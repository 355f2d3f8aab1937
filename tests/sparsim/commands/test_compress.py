"""``sparsim compress``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sparsim.running import Command
from workloads.load import load_network


def test_table(command: Command, trained: Path) -> None:
    target = trained.with_name("out.onnx")
    outcome = command("compress", trained, "nm:2:4+int8", "-o", target)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("weight  method")
    assert f"wrote {target}" in outcome.out
    assert load_network(target).operators


def test_json(command: Command, trained: Path) -> None:
    outcome = command("compress", trained, "conv1=ternary", "-o", trained.with_name("out.onnx"), "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    (layer,) = json.loads(outcome.out)["layers"]
    assert (layer["tensor"], layer["method"], layer["in_file_as"]) == ("w1", "ternary", "int8")


def test_a_spec_in_a_file(command: Command, trained: Path) -> None:
    spec = trained.with_name("spec.yaml")
    spec.write_text("default: int8\n")
    outcome = command("compress", trained, spec, "-o", trained.with_name("out.onnx"))
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("int8") >= 3


def test_the_written_file_costs_what_the_compressed_network_does(command: Command, trained: Path) -> None:
    target = trained.with_name("out.onnx")
    assert command("compress", trained, "nm:2:4", "-o", target).code == 0
    results = [
        json.loads(command("run", *words, "-a", "edge_npu", "--format", "json").out)
        for words in ((target,), (trained, "--compress", "nm:2:4"))
    ]
    assert results[0]["total_cycles"] == results[1]["total_cycles"]
    assert results[0]["weight_bits"] == results[1]["weight_bits"]
    assert [operator["weight_origin"] for operator in results[0]["operators"] if operator["macs"]] == ["file"] * 3
