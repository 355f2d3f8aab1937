"""Output folders that cannot be written: said before the work starts, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.result import Result
from tests.sparsim.running import Command, Fails


def test_a_file_in_the_place_of_the_folder(tmp_path: Path, topology: Path, fails: Fails) -> None:
    (tmp_path / "out").write_text("kept")
    message = f"output folder '{tmp_path / 'out'}': expected a folder, found a file at '{tmp_path / 'out'}'"
    fails(message, "run", topology, "-a", "edge_npu", "--out", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "kept"


def test_a_file_in_the_place_of_a_parent(tmp_path: Path, topology: Path, fails: Fails) -> None:
    (tmp_path / "file").write_text("")
    fails(f"found a file at '{tmp_path / 'file'}'", "run", topology, "-a", "edge_npu", "--out", tmp_path / "file/out")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a file system that nobody can write to")
def test_a_file_system_that_takes_no_files(topology: Path, fails: Fails) -> None:
    fails("output folder '/proc/out': cannot be written: ", "run", topology, "-a", "edge_npu", "--out", "/proc/out")


def test_said_before_the_work_starts(
    tmp_path: Path, topology: Path, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: object, **options: object) -> Result:
        raise AssertionError("the work has started")

    monkeypatch.setattr("sparsim.api.run", never)
    (tmp_path / "out").write_text("")
    fails("expected a folder", "run", topology, "-a", "edge_npu", "--out", tmp_path / "out")


def test_no_name(topology: Path, fails: Fails) -> None:
    message = "argument --out: expected the name of a folder, found ''"
    fails(message, "run", topology, "-a", "edge_npu", "--out", "")


@pytest.mark.parametrize("name", ["result.json", "roofline.png"])
def test_a_folder_in_the_place_of_a_file(tmp_path: Path, topology: Path, fails: Fails, name: str) -> None:
    (tmp_path / "out" / name).mkdir(parents=True)
    (tmp_path / "out" / "operators.csv").write_text("old")
    message = f"output folder '{tmp_path / 'out'}': expected a file, found a folder at '{name}'"
    fails(message, "run", topology, "-a", "edge_npu", "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(["operators.csv", name])
    assert (tmp_path / "out" / "operators.csv").read_text() == "old"


def test_old_files_are_replaced_and_others_stay(tmp_path: Path, topology: Path, command: Command) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text("old")
    (folder / "notes.txt").write_text("mine")
    assert command("run", topology, "-a", "edge_npu", "--out", folder).code == 0
    assert (folder / "result.json").read_text().startswith("{")
    assert (folder / "notes.txt").read_text() == "mine"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
