"""Exit codes, and what the process does at its edges: pipes, full disks, interrupts, bugs."""

from __future__ import annotations

import argparse
import errno
import subprocess
import sys
from pathlib import Path

import pytest

import sparsim
from sparsim.commands import networks
from tests.sparsim.running import Command, Fails, process


def test_done_is_0_and_prints_on_standard_output_alone(topology: Path) -> None:
    done = process("run", str(topology), "--accelerator", "edge_npu")
    assert done.returncode == 0
    assert done.stdout.startswith("net on edge_npu (22nm, 1000 MHz)\n")
    assert done.stderr == ""


def test_a_user_error_is_1_and_one_line(tmp_path: Path) -> None:
    done = process("run", str(tmp_path / "none.onnx"), "--accelerator", "edge_npu")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {tmp_path / 'none.onnx'}: no such file\n"


def test_no_plan_is_2(topology: Path) -> None:
    small = ("scratchpad.capacity_bytes=8", "scratchpad.banks=1", "scratchpad.port_bytes=1")
    settings = [text for setting in small for text in ("--set", setting)]
    done = process("run", str(topology), "--accelerator", "edge_npu", *settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: operator 'first' (matmul) does not fit")


def test_a_bug_is_3_and_shows_where(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(options: argparse.Namespace) -> int:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(networks, "execute", broken)
    outcome = command("networks")
    assert outcome.code == 3
    assert "ZeroDivisionError: a bug" in outcome.err
    assert outcome.err.endswith("internal error: this is a bug in sparsim, please report it with the lines above\n")


def test_interrupted_is_130(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(options: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(networks, "execute", interrupted)
    outcome = command("networks")
    assert (outcome.code, outcome.err) == (130, "interrupted\n")


def test_another_failing_write_is_no_full_disk(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(options: argparse.Namespace) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(networks, "execute", broken)
    assert command("networks").code == 3


@pytest.mark.parametrize("format", ["table", "json"])
def test_a_reader_that_leaves_early_is_no_error(format: str) -> None:
    command = f'"{sys.executable}" -m sparsim.cli run resnet9 -a edge_npu --format {format}'
    script = f'{command} | head -n 1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0"
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", [("networks",), ("run", "resnet9", "-a", "edge_npu", "--format", "json")])
def test_a_full_disk_is_a_user_error(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = process(*arguments, stdout=full.fileno())
    assert (done.returncode, done.stderr) == (1, "error: cannot write: No space left on device\n")


def test_an_encoding_that_lacks_a_letter_gets_an_escape(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text("Layer,M,N,K\n\u5c42,3,4,5\n", encoding="utf-8")
    done = process("run", str(path), "-a", "edge_npu", environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert r"\u5c42" in done.stdout


def test_no_colour_in_a_pipe_nor_with_no_color(topology: Path) -> None:
    for environment in ({}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}):
        done = process("run", str(topology), "-a", "edge_npu", environment=environment)
        assert "\x1b[3" not in done.stdout  # no colour; bold and dim may stay where colour is forced


def test_no_command() -> None:
    done = process()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: the following arguments are required: COMMAND; see `sparsim --help`\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run",), "the following arguments are required: network, -a/--accelerator; see `sparsim run --help`"),
        (("run", "resnet9"), "the following arguments are required: -a/--accelerator"),
        (("run", "resnet9", "edge_npu"), "the following arguments are required: -a/--accelerator"),
        (("run", "resnet9", "-a", "edge_npu", "--tile", "3"), "unrecognized arguments: --tile 3"),
        (("runs",), "argument COMMAND: invalid choice: 'runs'"),
        (("hw",), "the following arguments are required: ACTION; see `sparsim hw --help`"),
        (("run", "r", "-a", "e", "--objective", "speed"), "argument --objective: invalid choice: 'speed'"),
        (("run", "r", "-a", "e", "--format", "xml"), "argument --format: invalid choice: 'xml'"),
        (("run", "r", "-a", "e", "--unsupported", "drop"), "argument --unsupported: invalid choice: 'drop'"),
    ],
)
def test_wrong_usage(fails: Fails, arguments: tuple[str, ...], message: str) -> None:
    fails(message, *arguments)


def test_a_name_cannot_steer_the_terminal(fails: Fails) -> None:
    fails(r"unknown network 'a\x1b[2Jb'", "run", "a\x1b[2Jb", "-a", "edge_npu")


def test_version(command: Command) -> None:
    outcome = command("--version")
    assert (outcome.code, outcome.out) == (0, f"sparsim {sparsim.__version__}\n")
