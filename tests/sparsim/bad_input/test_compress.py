"""``sparsim compress`` that cannot write: said before anything is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sparsim.running import Command, Fails
from tests.workloads.tflite_import.conftest import TfliteMaker


@pytest.mark.parametrize("network", ["resnet9", "light:squeezenet"])
def test_networks_without_values(tmp_path: Path, fails: Fails, network: str) -> None:
    message = "has no weights to write: it has shapes alone; compress an ONNX file"
    fails(message, "compress", network, "int8", "-o", tmp_path / "out.onnx")


def test_an_onnx_file_without_values(tmp_path: Path, fails: Fails) -> None:
    """The light models hold fills in place of weights."""
    from workloads.load import _light_folder

    folder = _light_folder()
    assert folder is not None
    message = "light_squeezenet.onnx: holds no values for "
    fails(message, "compress", folder / "light_squeezenet.onnx", "int8", "-o", tmp_path / "out.onnx")


def test_tensorflow_lite(tmp_path: Path, fails: Fails) -> None:
    maker = TfliteMaker(tmp_path / "net.tflite")
    maker.tensor("x", (1, 4))
    maker.constant("w", (3, 4))
    maker.tensor("y", (1, 3))
    maker.op("FULLY_CONNECTED", ["x", "w"], ["y"])
    path = maker.save(["x"], ["y"])
    message = f"{path}: a TensorFlow Lite file can be read but not written: compress an ONNX file"
    fails(message, "compress", path, "int8", "-o", tmp_path / "out.onnx")


def test_the_target_is_there(trained: Path, fails: Fails, command: Command) -> None:
    target = trained.parent / "out.onnx"
    target.write_text("kept")
    fails(f"{target}: is there already; --force (force=True) replaces it", "compress", trained, "int8", "-o", target)
    assert target.read_text() == "kept"
    assert command("compress", trained, "int8", "-o", target, "--force").code == 0
    assert target.read_bytes() != b"kept"


@pytest.mark.parametrize("options", [(), ("--force",)])
def test_the_target_is_the_source(trained: Path, fails: Fails, options: tuple[str, ...]) -> None:
    before = trained.read_bytes()
    same = trained.parent / "." / trained.name
    message = "is the source; write the compressed network to another file"
    fails(message, "compress", trained, "int8", "-o", same, *options)
    assert trained.read_bytes() == before


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("none/out.onnx", "cannot be written: there is no folder '"),
        (".", "expected the name of a file, found a folder"),
        ("out.tflite", "expected the name of a file that ends in .onnx"),
    ],
)
def test_targets(trained: Path, fails: Fails, target: str, message: str) -> None:
    fails(message, "compress", trained, "int8", "-o", trained.parent / target)
    assert list(trained.parent.iterdir()) == [trained]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a file system that nobody can write to")
def test_a_folder_that_takes_no_files(trained: Path, fails: Fails) -> None:
    fails("/proc/out.onnx: cannot be written: ", "compress", trained, "int8", "-o", "/proc/out.onnx")


def test_no_name(trained: Path, fails: Fails) -> None:
    message = "argument -o/--output: expected the name of a file, found ''"
    fails(message, "compress", trained, "int8", "-o", "")


@pytest.mark.parametrize("spec", ["channel:0.5", "lowrank:4", "channel:0.5+int8"])
def test_methods_that_change_the_graph(trained: Path, fails: Fails, spec: str) -> None:
    message = f"{spec}: channel pruning and low rank change the graph, and only values can be written into a copy"
    fails(message, "compress", trained, spec, "-o", trained.parent / "out.onnx")


def test_a_spec_that_changes_nothing(trained: Path, fails: Fails) -> None:
    message = f"{trained}: dense changes no weight of it: there is nothing to write"
    fails(message, "compress", trained, "dense", "-o", trained.parent / "out.onnx")
