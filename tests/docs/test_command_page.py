"""Every command on docs/command.md runs, and the table that it shows looks like the one that is printed."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

import sparsim
from sparsim.cli import build_parser, main
from tests.sparsim.trained import save_trained

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (sparsim .*)$", PAGE, re.MULTILINE)
QUICK = {"resnet50": "resnet9", "llama_7b_decode": "resnet9", "context=4096": "resolution=64"}
"""Stand-ins for what takes long; every option stays as it is."""

STUDY = "{name: small, networks: [resnet9], accelerators: [edge_npu], mapper: layers, overrides: {array.rows: [8, 16]}}"


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results file of the study."""
    folder = tmp_path_factory.mktemp("designs")
    (folder / "study.yaml").write_text(STUDY)
    with sparsim.sweep(folder / "study.yaml", folder / "designs.sqlite", sparsim.SweepOptions(serial=True)) as sweep:
        sweep.run()
    return folder / "designs.sqlite"


@pytest.fixture
def files(tmp_path: Path, designs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the page names, in the current folder."""
    monkeypatch.chdir(tmp_path)
    scalesim = ROOT / "tests" / "data" / "scalesim"
    (tmp_path / "topology.csv").write_text((scalesim / "gemm.csv").read_text())
    (tmp_path / "buffers.csv").write_text((ROOT / "tests" / "data" / "buffers.csv").read_text())
    (tmp_path / "scale.cfg").write_text((scalesim / "scale.cfg").read_text())
    (tmp_path / "my_npu.yaml").write_text((ROOT / "hw_configs" / "accelerators" / "edge_npu.yaml").read_text())
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "zoo.csv").write_text((ROOT / "validation" / "data" / "zoo.csv").read_text())
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "seq", 8]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "graph", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    save_trained(tmp_path / "trained.onnx")
    np.savez(tmp_path / "images.npz", x=np.ones((1, 8, 6, 6), np.float32))
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "designs.sqlite").write_bytes(designs.read_bytes())
    (tmp_path / "densities.json").write_text('{"hidden": 0.25}')


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [QUICK.get(word, word) for word in shlex.split(line)[1:]]
    if words == ["validate"]:
        words = ["validate", "light_models"]  # the rest has tests of its own
    assert main(words) == 0
    assert capsys.readouterr().out


def test_the_table_looks_as_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures move with the model; headings, units and order do not."""
    shown = PAGE.partition("--accelerator edge_npu\n")[2].partition("\nlayer4")[0]
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["run", "resnet50", "--accelerator", "edge_npu"]) == 0
    printed = capsys.readouterr().out.partition("\nlayer4")[0]
    assert _without_figures(printed) == _without_figures(shown)


@pytest.mark.usefixtures("files")
def test_the_buffers_lie_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    shown = PAGE.partition("buffers.csv --capacity 1MiB\n")[2].partition("$ ")[0]
    assert main(["allocate", "buffers.csv", "--capacity", "1MiB"]) == 0
    assert capsys.readouterr().out == shown


def _without_figures(text: str) -> list[str]:
    """Return the words of each line, figures and what stands in order of size left out."""
    lines = [re.sub(r"[0-9.,]+%?", "#", line).split() for line in text.splitlines()]
    return [
        " ".join(line[:3] if line[:1] in (["energy"], ["area"]) else line) for line in lines if line != ["leakage", "#"]
    ]


def test_every_option_is_shown() -> None:
    for command in (
        "run",
        "inspect",
        "compress",
        "compare",
        "plan",
        "plan-table",
        "sweep",
        "search",
        "plot",
        "report",
        "results",
        "train-cost",
        "train-table",
        "train-memory",
        "allocate",
        "validate",
    ):
        for option in _options(command):
            assert option in PAGE, option


def _options(command: str) -> set[str]:
    commands = next(
        action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)
    ).choices[command]
    return {action.option_strings[-1] for action in commands._actions if action.option_strings} - {"--help"}
