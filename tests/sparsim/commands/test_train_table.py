"""``sparsim train-table``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sparsim.running import Command, Fails


def test_table(command: Command) -> None:
    outcome = command("train-table", "resnet9", "--batch", "4")

    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.split() for line in outcome.out.splitlines() if line.strip()]
    assert lines[0] == ["network", "N:M", "ms", "speed-up", "products", "bound", "input"]
    assert [line[:2] for line in lines[2:5]] == [["resnet9", "2:4"], ["resnet9", "2:8"], ["resnet9", "2:16"]]


def test_json(command: Command) -> None:
    words = ("train-table", "resnet9", "--batch", "4", "-a", "sat", "--set", "training.adder_latency_cycles=8")
    figures = json.loads(command(*words, "--format", "json").out)

    assert [row["sparsity"] for row in figures["rows"]] == ["2:4", "2:8", "2:16"]
    assert figures["means"][1]["published_speedup"] is None


def test_mistakes(fails: Fails) -> None:
    fails("train-table has no network 'vgg'", "train-table", "vgg")
    fails("argument --batch: expected a whole number", "train-table", "--batch", "0")
    fails("accelerator 'mcu': training needs a section training", "train-table", "resnet9", "-a", "mcu", "--batch", "1")
    fails("argument --out: expected the name of a folder", "train-table", "--out", "")


def test_ablation_sensitivity_and_files(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    outcome = command(
        "train-table",
        "resnet9",
        "--batch",
        "2",
        "--ablation",
        "--sensitivity",
        "--out",
        str(folder),
        "--format",
        "json",
    )

    assert (outcome.code, outcome.err) == (0, f"wrote 4 files to {folder}\n")
    figures = json.loads(outcome.out)
    assert json.loads((folder / "train_table.json").read_text()) == figures
    assert len(figures["ablation"]["rows"]) == 4
    assert figures["sensitivity"]["speedup_over_dense"] == figures["means"][1]["speedup_over_dense"]


def test_ablation_and_sensitivity_as_text(command: Command) -> None:
    out = command("train-table", "resnet9", "--batch", "1", "--ablation", "--sensitivity").out
    mean, ablation, sensitivity = (out.index(text) for text in ("mean 2:16", "without interleaving", "off-chip band"))
    assert mean < ablation < sensitivity


def test_another_accelerator(command: Command, tmp_path: Path) -> None:
    """A file with an array of another size."""
    file = tmp_path / "mine.yaml"
    shipped = Path(__file__).parents[3] / "hw_configs" / "accelerators" / "sat.yaml"
    text = shipped.read_text(encoding="utf-8").replace("name: sat", "name: mine", 1)
    file.write_text(text.replace("rows: 32", "rows: 16", 1), encoding="utf-8")
    usual, other = (
        json.loads(command("train-table", "resnet9", "--batch", "4", "-a", name, "--format", "json").out)
        for name in ("sat", str(file))
    )
    assert other["rows"][1]["total_cycles"] > usual["rows"][1]["total_cycles"]
