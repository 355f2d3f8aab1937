"""Which dimensions of its inputs a file leaves open."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError
from workloads.onnx_import.dynamic import OpenInput, read_inputs


def test_names_of_open_dimensions(tmp_path: Path) -> None:
    """``x`` has a name, none and a placeholder on open axes; ``w`` is an initialiser, older files list as input."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, None, "?"])
    w = helper.make_tensor_value_info("w", TensorProto.FLOAT, ["m"])
    z = helper.make_tensor_value_info("z", TensorProto.FLOAT, [2, 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    value = helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [x, w, z], [y], [value])
    path = tmp_path / "open.onnx"
    onnx.save(helper.make_model(graph), path)
    assert read_inputs(path) == (
        OpenInput(name="x", open_dimensions={0: "n", 2: "x.2", 3: "x.3"}),
        OpenInput(name="z", open_dimensions={}),
    )


def test_errors_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"none\.onnx: no such file"):
        read_inputs(tmp_path / "none.onnx")
