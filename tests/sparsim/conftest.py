"""The command run inside the test's process, and networks small enough to cost in a moment."""

from __future__ import annotations

from pathlib import Path

import pytest

import sparsim
from sparsim.cli import main
from tests.sparsim.running import Command, Fails, Outcome
from tests.sparsim.trained import save_trained

ACCELERATORS = Path(__file__).parents[2] / "hw_configs" / "accelerators"
TOPOLOGY = "Layer,M,N,K,\nfirst,64,64,64,\nsecond,10,20,30,\nthird,100,16,16,\n"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``sparsim`` with these arguments, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def fails(command: Command) -> Fails:
    """Check that a command ends with one message, this exit code, and nothing on standard output."""

    def check(message: str, *arguments: object, code: int = 1, lines: int = 1) -> None:
        outcome = command(*arguments)
        assert message in outcome.err
        assert outcome.code == code
        assert outcome.out == ""
        assert "Traceback" not in outcome.err
        assert [line[:7] for line in outcome.err.splitlines()] == ["error: "] * lines

    return check


@pytest.fixture
def topology(tmp_path: Path) -> Path:
    """Three matrix products as a SCALE-Sim file."""
    path = tmp_path / "net.csv"
    path.write_text(TOPOLOGY)
    return path


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """An ONNX file with real weights."""
    return save_trained(tmp_path / "trained.onnx")


@pytest.fixture
def edge_yaml() -> str:
    """Text of a valid accelerator file."""
    return (ACCELERATORS / "edge_npu.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_result() -> sparsim.Result:
    """ResNet-9 on the edge accelerator: convolutions, a pooling, element-wise work, views, fused steps."""
    return sparsim.run("resnet9", "edge_npu")


@pytest.fixture(scope="session")
def pruned_result(tmp_path_factory: pytest.TempPathFactory) -> sparsim.Result:
    """The small ONNX file at 2:4 on the edge accelerator, with half of its activations zero."""
    path = save_trained(tmp_path_factory.mktemp("trained") / "trained.onnx")
    return sparsim.run(path, "edge_npu", compression="nm:2:4", activation_density=0.5)
