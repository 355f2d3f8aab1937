"""How files store weights without their zeros."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.workloads.tflite_import.conftest import TfliteMaker
from workloads.errors import NetworkError
from workloads.stored_sparsely import stored_sparsely


def save_tflite(path: Path, sparsity: dict[str, Any] | None, num_values: int) -> Path:
    """A product with a weight of (4, 4) made dense by DENSIFY, or stored dense."""
    maker = TfliteMaker(path)
    maker.tensor("x", (1, 4))
    maker.constant("w", (4, 4), data=np.ones(num_values, np.float32).tobytes(), sparsity=sparsity)
    maker.tensor("y", (1, 4))
    if sparsity is not None:
        maker.tensor("dense", (4, 4))
        maker.op("DENSIFY", ["w"], ["dense"])
    maker.op("FULLY_CONNECTED", ["x", "w" if sparsity is None else "dense"], ["y"])
    return maker.save(["x"], ["y"])


DIAGONAL = ([0, 1, 2, 3, 4], [0, 1, 2, 3])
BLOCKS = ([0, 1, 2], [0, 1])


@pytest.mark.parametrize(
    ("sparsity", "num_values", "name"),
    [
        ({"order": (0, 1), "levels": [4, DIAGONAL]}, 4, "CSR"),
        ({"order": (1, 0), "levels": [4, DIAGONAL]}, 4, "CSC"),
        ({"order": (0, 1, 2, 3), "levels": [2, BLOCKS, 2, 2], "block_map": (0, 1)}, 8, "blocks 2x2"),
        ({"order": (0, 1, 2), "levels": [4, DIAGONAL, 1], "block_map": (1,)}, 4, "blocks 1"),
        ({"order": (0, 1), "levels": [([0, 2], [0, 3]), 4]}, 8, "sparse"),
        (None, 16, None),
    ],
)
def test_tensorflow_lite(tmp_path: Path, sparsity: dict[str, Any] | None, num_values: int, name: str | None) -> None:
    found = stored_sparsely(save_tflite(tmp_path / "net.tflite", sparsity, num_values))
    assert list(found.values()) == ([] if name is None else [name])


def test_onnx(tmp_path: Path) -> None:
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy")
    values = numpy_helper.from_array(np.ones(2, np.float32), "w")
    indices = numpy_helper.from_array(np.array([0, 5]), "i")
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "graph", [x], [y])
    graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [4, 4]))
    path = tmp_path / "net.onnx"
    path.write_bytes(helper.make_model(graph).SerializeToString())
    assert stored_sparsely(path) == {"w": "COO"}


@pytest.mark.parametrize("source", ["resnet9", "light:squeezenet", "net.csv"])
def test_other_sources(source: str) -> None:
    assert stored_sparsely(source) == {}


@pytest.mark.parametrize("suffix", ["onnx", "tflite"])
def test_a_missing_file(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(NetworkError, match=f"none.{suffix}: no such file"):
        stored_sparsely(tmp_path / f"none.{suffix}")
