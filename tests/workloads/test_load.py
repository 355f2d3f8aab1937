"""The one loader: every kind of source, the batch, and what does not go together."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.batching import batch_size, with_batch
from workloads.errors import NetworkError
from workloads.formats import FP16, INT8
from workloads.load import light_names, list_networks, load_network
from workloads.scalesim_topology import load_scalesim_topology
from workloads.zoo import build, zoo_names

SCALESIM = Path(__file__).parents[1] / "data" / "scalesim"


def _write_onnx(path: Path, *inputs: tuple[str, list[int | str | None]]) -> Path:
    """Write a file that multiplies each input (B, 8) by its own weights (8, 4)."""
    nodes, weights, outputs = [], [], []
    for name, _ in inputs:
        weights.append(numpy_helper.from_array(np.ones((8, 4), np.float32), f"{name}_w"))
        nodes.append(helper.make_node("MatMul", [name, f"{name}_w"], [f"{name}_y"], name=f"product_{name}"))
        outputs.append(helper.make_tensor_value_info(f"{name}_y", TensorProto.FLOAT, None))
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs]
    graph = helper.make_graph(nodes, "g", infos, outputs, weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


@pytest.mark.parametrize("name", zoo_names())
def test_zoo_names(name: str) -> None:
    assert load_network(name) == build(name)


def test_zoo_options() -> None:
    expected = build("bert_base", batch=4, bindings={"seq": 64}, format=FP16)
    assert load_network("bert_base", batch=4, bindings={"seq": 64}, format=FP16) == expected
    assert load_network("bert_base", bindings={"batch": 4, "seq": 64}, format=FP16) == expected


def test_topologies() -> None:
    network = load_network(SCALESIM / "conv.csv")
    assert network == load_scalesim_topology(SCALESIM / "conv.csv", format=INT8)
    assert load_network(str(SCALESIM / "conv.csv"), format=FP16).tensors["FC:ifmap"].format == FP16
    assert load_network(SCALESIM / "gemm.csv", batch=3).tensors["g:ofmap"].shape == (3, 33, 17)
    batched = load_network(SCALESIM / "conv.csv", batch=3)
    assert batched.tensors["Conv1:ofmap"].shape == (3, 64, 110, 110)
    assert batched.declared_sparsity == network.declared_sparsity


def test_light_models_by_either_name() -> None:
    assert len(light_names()) == 9
    assert "light:resnet50" in light_names()
    assert list_networks() == (*zoo_names(), *light_names())
    network = load_network("light:squeezenet", fuse=False)
    assert network == load_network("light_squeezenet", fuse=False)
    assert network.num_parameters == 1_235_496


@pytest.mark.parametrize("name", ["light:squeezenet", "light:shufflenet", "light:resnet50"])
def test_light_models_have_a_fixed_batch_that_can_be_changed(name: str) -> None:
    network = load_network(name, fuse=False)
    batched = load_network(name, batch=8, fuse=False)
    assert (batch_size(network), batch_size(batched)) == (1, 8)
    assert batched.num_parameters == network.num_parameters
    assert with_batch(batched, 1) == network


def test_an_open_batch_is_bound(tmp_path: Path) -> None:
    path = _write_onnx(tmp_path / "net.onnx", ("x", ["n", 8]), ("same", ["n", 8]))
    network = load_network(path, batch=5)
    assert network.tensors["x_y"].shape == network.tensors["same_y"].shape == (5, 4)
    assert load_network(path, batch=5, bindings={"n": 5}) == network == load_network(path, bindings={"n": 5})


def test_nameless_open_axes_are_all_the_batch(tmp_path: Path) -> None:
    path = _write_onnx(tmp_path / "net.onnx", ("x", [None, 8]), ("other", [None, 8]))
    network = load_network(path, batch=5)
    assert network.tensors["x_y"].shape == network.tensors["other_y"].shape == (5, 4)


def test_a_fixed_batch_is_replaced(tmp_path: Path) -> None:
    path = _write_onnx(tmp_path / "net.onnx", ("x", [2, 8]))
    assert load_network(path).tensors["x_y"].shape == (2, 4)
    assert load_network(path, batch=6).tensors["x_y"].shape == (6, 4)


def test_another_open_axis_is_left_to_the_user(tmp_path: Path) -> None:
    path = _write_onnx(tmp_path / "net.onnx", ("x", ["n", 8]), ("state", ["m", 8]))
    with pytest.raises(NetworkError, match="unbound dynamic dimensions: m "):
        load_network(path, batch=5)
    assert load_network(path, batch=5, bindings={"m": 2}).tensors["state_y"].shape == (2, 4)


def test_batch_and_binding_that_differ(tmp_path: Path) -> None:
    path = _write_onnx(tmp_path / "net.onnx", ("x", ["n", 8]))
    with pytest.raises(NetworkError, match=r"net\.onnx: batch is 5, but the binding n=6 says otherwise"):
        load_network(path, batch=5, bindings={"n": 6})


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("resnet50", {"batch": 0}, "batch is 0, expected at least 1"),
        ("no_such.onnx", {"batch": -3}, "batch is -3, expected at least 1"),
        (
            "resnet50",
            {"fuse": False},
            "zoo network 'resnet50' has its batch normalisation folded in: --no-fuse (fuse=False) needs",
        ),
        ("no_such.onnx", {}, "no_such.onnx: no such file"),
        ("no_such.onnx", {"batch": 2}, "no_such.onnx: no such file"),
        ("no_such.onnx", {"format": INT8}, "an ONNX file states its element formats; format int8 cannot be chosen"),
        ("no_such.csv", {}, "no_such.csv: cannot be read: No such file or directory"),
        ("x.csv", {"bindings": {"seq": 2}}, "x.csv: a SCALE-Sim topology has no dimension to bind, found seq"),
        (
            "light:resnet",
            {},
            "unknown light model 'light:resnet': expected one of light:bvlc_alexnet, light:densenet121",
        ),
        ("light_resnet", {}, "; did you mean 'light:resnet50'?"),
        (
            "resnet5O",
            {},
            "unknown network 'resnet5O': expected a file (.onnx, .tflite, .csv), light:NAME, or one of resnet9",
        ),
        ("resnet5O", {}, "; did you mean 'resnet50'?"),
        ("net.pb", {}, "unknown network 'net.pb': expected a file (.onnx, .tflite, .csv)"),
        ("no_such.tflite", {}, "no_such.tflite: no such file"),
        ("no_such.tflite", {"batch": 2}, "no_such.tflite: no such file"),
        (
            "no_such.tflite",
            {"format": INT8},
            "no_such.tflite: a TensorFlow Lite file states its element formats; format int8 cannot be chosen",
        ),
    ],
)
def test_mistakes(source: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(NetworkError, match=re.escape(message)):
        load_network(source, **options)  # type: ignore[arg-type]


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.touch()
    with pytest.raises(NetworkError, match=r"net\.txt: expected a file that ends in \.onnx, \.tflite or \.csv"):
        load_network(path)


def test_without_the_onnx_package_there_are_no_light_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workloads.load._light_folder", lambda: None)
    assert light_names() == ()
    with pytest.raises(NetworkError, match="unknown light model 'light:resnet50': the onnx package carries none"):
        load_network("light:resnet50")


def test_readers_of_files_are_imported_only_for_files() -> None:
    code = (
        "import sys; from workloads.load import load_network; load_network('resnet9'); "
        "print('onnx' in sys.modules, 'tflite' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False False\n"
