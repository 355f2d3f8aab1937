"""ONNX files that are not, and graphs that cannot be: one message that names the thing, and nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.sparsim.running import Command, Fails

Shape = Sequence[int | str | None]


class Model:
    """Saves graphs of a few nodes that read ``x``, and runs the command on them."""

    def __init__(self, path: Path, fails: Fails) -> None:
        self.path, self._fails = path, fails

    def save(self, *nodes: Any, x: Shape = (2, 8), weights: Sequence[Any] = (), y: Shape | None = None) -> None:
        info = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x)]
        out = [helper.make_tensor_value_info("y", TensorProto.FLOAT, y)]
        graph = helper.make_graph(list(nodes), "graph", info, out, list(weights))
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid("custom", 1)]
        self.path.write_bytes(helper.make_model(graph, opset_imports=opsets).SerializeToString())

    def fails(self, message: str, *options: str) -> None:
        """The command ends with ``message``, and leaves no output folder."""
        out = self.path.parent / "out"
        self._fails(f"{self.path}: {message}", "run", self.path, "-a", "edge_npu", "--out", out, *options)
        assert not out.exists()


@pytest.fixture
def model(tmp_path: Path, fails: Fails) -> Model:
    return Model(tmp_path / "model.onnx", fails)


def node(kind: str, inputs: str, outputs: str, name: str = "node", **attributes: Any) -> Any:
    return helper.make_node(kind, inputs.split(), outputs.split(), name=name, **attributes)


RELU = node("Relu", "x", "y")
APPROXIMATE = ("--unsupported", "approximate")


def test_missing(model: Model) -> None:
    model.fails("no such file")


def test_folder(model: Model) -> None:
    model.path.mkdir()
    model.fails("not a file")


@pytest.mark.parametrize("content", [b"", b"\0" * 64, bytes(range(256)) * 4, b"Layer,M,N,K\n"])
def test_garbage(model: Model, content: bytes) -> None:
    model.path.write_bytes(content)
    model.fails("not an ONNX model, or a truncated one")


def test_truncated(model: Model) -> None:
    weights = numpy_helper.from_array(np.zeros((8, 64), np.float32), "w")
    model.save(node("MatMul", "x w", "y"), weights=[weights])
    model.path.write_bytes(model.path.read_bytes()[:-100])
    model.fails("not an ONNX model, or a truncated one: it cannot be parsed")


def test_cycle(model: Model) -> None:
    model.save(node("Relu", "b", "a", "r1"), node("Relu", "a", "b", "r2"), node("Add", "x b", "y", "add"))
    model.fails("the graph has a cycle: r1 -> r2 -> r1")


def test_dangling_input(model: Model) -> None:
    model.save(node("Add", "x nobody", "y", "add"))
    model.fails("node 'add' (Add): reads value 'nobody', which no node, input or initialiser makes")


def test_dangling_output(model: Model) -> None:
    model.save(node("Relu", "x", "z"))
    model.fails("output 'y' is made by no node")


def test_made_twice(model: Model) -> None:
    model.save(node("Relu", "x", "y", "first"), node("Relu", "x", "y", "second"))
    model.fails("node 'second' (Relu): makes value 'y', which is already made elsewhere")


def test_unknown_operator(model: Model) -> None:
    model.save(node("Frobnicate", "x", "y", "frob", domain="custom"))
    model.fails("node 'frob': operator Frobnicate (domain custom) cannot be costed")


def test_unknown_operator_approximated(model: Model, command: Command) -> None:
    model.save(node("Frobnicate", "x", "y", "frob", domain="custom"), y=(2, 8))
    outcome = command("run", model.path, "-a", "edge_npu", *APPROXIMATE)
    assert outcome.code == 0
    assert "frob     copy" in outcome.out
    assert "is costed as a copy of its inputs to its outputs" in " ".join(outcome.out.split())


def test_unknown_operator_of_unknown_shape(model: Model) -> None:
    model.save(node("Frobnicate", "x", "y", "frob", domain="custom"))
    message = "nor as a copy, since the file does not state the shape of its output 'y'"
    model.fails(f"node 'frob': operator Frobnicate (domain custom) cannot be costed: {message}", *APPROXIMATE)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((0, 8), "input 'x': dimension 0 is 0, expected at least 1"),
        ((2, -3), "input 'x': dimension 1 is -3, expected at least 1"),
        ((2**62, 2**62), "tensor 'x': shape [4611686018427387904, 4611686018427387904] has 2126764793255865396646"),
        (None, "input 'x' has no shape in the file, not even a number of dimensions"),
        (("batch", "seq"), "unbound dynamic dimensions: batch (input 'x' axis 0); seq (input 'x' axis 1); give each"),
        ((None, 8), "unbound dynamic dimensions: x.0 (input 'x' axis 0); give each a size with --bind NAME=VALUE"),
    ],
)
def test_dimensions(model: Model, shape: Any, message: str) -> None:
    model.save(RELU, x=shape)
    model.fails(message)


def test_products_beyond_64_bits(model: Model) -> None:
    """Tensors of 2**40 elements are allowed, their product takes 2**60 multiply-accumulates."""
    side = 2**20
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[side, side])
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="weights.bin")
    model.save(node("MatMul", "x w", "y", "mm"), x=(side, side), weights=[weights])
    model.fails(f"operator 'mm' (matmul): takes {2**60} multiply-accumulates, more than the {2**53} that are supported")


def test_bindings(model: Model, command: Command) -> None:
    model.save(RELU, x=("batch", "seq"))
    outcome = command("run", model.path, "-a", "edge_npu", "--bind", "batch=2", "--bind", "seq=128")
    assert outcome.code == 0
    assert "batch 2" in outcome.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bind", "batch=2"), "unbound dynamic dimensions: seq (input 'x' axis 1)"),
        (
            ("--bind", "batch=2", "--bind", "sek=4"),
            "binding sek=4 matches no dimension of an input; dynamic dimensions: ",
        ),
        (("--bind", "batch=2", "--batch", "3"), "batch is 3, but the binding batch=2 says otherwise"),
    ],
)
def test_wrong_bindings(model: Model, options: tuple[str, ...], message: str) -> None:
    model.save(RELU, x=("batch", "seq"))
    model.fails(message, *options)


@pytest.mark.parametrize("location", ["../weights.bin", "/etc/passwd", "a/../../b"])
def test_external_data_outside_the_folder(model: Model, location: str) -> None:
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[8, 8], data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value=location)
    model.save(node("MatMul", "x w", "y"), weights=[weights])
    model.fails(f"initialiser 'w': external data at '{location}' is outside the model's folder; refused")


def test_external_data_that_is_not_there_is_not_needed(model: Model, command: Command) -> None:
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[8, 8], data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value="weights.bin")
    model.save(node("MatMul", "x w", "y"), weights=[weights])
    outcome = command("run", model.path, "-a", "edge_npu")
    assert outcome.code == 0
    assert "128 MACs" in outcome.out


def test_shapes_that_do_not_fit(model: Model) -> None:
    model.save(node("MatMul", "x w", "y", "mm"), weights=[numpy_helper.from_array(np.zeros((5, 5), np.float32), "w")])
    model.fails("node 'mm' (MatMul): its inputs do not fit")


def test_names_with_markup_and_controls_are_printed_as_they_are(model: Model, command: Command) -> None:
    model.save(node("Relu", "x", "z", "[red]loud[/red]"), node("Sigmoid", "z", "y", "a\x1b[2Jb"))
    outcome = command("run", model.path, "-a", "edge_npu")
    assert outcome.code == 0
    assert "[red]loud[/red] activation" in outcome.out
    assert r"a\x1b[2Jb " in outcome.out
    assert "\x1b[2J" not in outcome.out


def test_markup_in_an_error_is_printed_as_it_is(model: Model) -> None:
    model.save(node("Frob", "x", "y", "[red]x[/red]\x07"))
    model.fails(r"node '[red]x[/red]\x07': operator Frob (domain ai.onnx) cannot be costed")


def test_an_element_format_is_the_files_own(model: Model) -> None:
    model.save(RELU)
    model.fails("an ONNX file states its element formats; format int8 cannot be chosen", "--element-format", "int8")
