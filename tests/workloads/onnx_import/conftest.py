"""Tiny ONNX models, written to a file and loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.network import Network
from workloads.onnx_import import load_onnx

Shapes = Mapping[str, Sequence[Any]]


class ModelMaker:
    """Builds, saves and loads models of a few nodes; inputs and outputs are floats unless a type is given."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "model.onnx"

    def save(
        self,
        nodes: Sequence[Any],
        inputs: Shapes,
        outputs: Sequence[str],
        weights: Mapping[str, Any] | None = None,
        opset: int = 13,
        types: Mapping[str, int] | None = None,
        functions: Sequence[Any] = (),
        value_info: Shapes | None = None,
        extra_inputs: Shapes | None = None,
    ) -> Path:
        types = types or {}

        def info(name: str, shape: Sequence[Any] | None) -> Any:
            return helper.make_tensor_value_info(name, types.get(name, TensorProto.FLOAT), shape)

        graph = helper.make_graph(
            list(nodes),
            "graph",
            [info(name, shape) for name, shape in {**inputs, **(extra_inputs or {})}.items()],
            [info(name, None) for name in outputs],
            [self.weight(name, value) for name, value in (weights or {}).items()],
            value_info=[info(name, shape) for name, shape in (value_info or {}).items()],
        )
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
        opsets += [helper.make_opsetid(function.domain, 1) for function in functions]
        model = helper.make_model(graph, opset_imports=opsets, functions=list(functions))
        onnx.save(model, self.path)
        return self.path

    def weight(self, name: str, value: Any) -> Any:
        """A tuple stands for zeros of that shape."""
        array = np.zeros(value, dtype=np.float32) if isinstance(value, tuple) else value
        return array if isinstance(array, onnx.TensorProto) else numpy_helper.from_array(array, name)

    def load(
        self,
        *arguments: Any,
        bindings: Mapping[str, int] | None = None,
        fuse: bool = False,
        approximate_unsupported: bool = False,
        **keywords: Any,
    ) -> Network:
        path = self.save(*arguments, **keywords)
        return load_onnx(path, bindings=bindings or {}, fuse=fuse, approximate_unsupported=approximate_unsupported)


@pytest.fixture
def model(tmp_path: Path) -> ModelMaker:
    return ModelMaker(tmp_path)


@pytest.fixture
def node() -> Callable[..., Any]:
    return helper.make_node
