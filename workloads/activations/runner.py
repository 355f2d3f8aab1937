"""ONNX Runtime, running a model that hands out inner values too."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from workloads.activations.feeds import Array
from workloads.errors import ConfigError, NetworkError

_ERROR_NAMES = (
    "EPFail",
    "Fail",
    "InvalidArgument",
    "InvalidGraph",
    "InvalidProtobuf",
    "NoSuchFile",
    "NotImplemented",
    "RuntimeException",
)
_QUIET = 4
"""Log level of ONNX Runtime at which only fatal errors are printed; others are raised anyway."""


class Runner:
    """A model loaded by ONNX Runtime without graph optimisations, so that every value of the file exists.

    Parameters
    ----------
    model
        ``onnx.ModelProto`` without external data; not changed.
    folder : Path
        Where external data lies.
    names : sequence of str
        Inner values that ``run`` may be asked for.

    Raises
    ------
    ConfigError
        When onnxruntime is not installed.
    NetworkError
        When ONNX Runtime cannot load the model.
    """

    def __init__(self, model: Any, folder: Path, names: Sequence[str]) -> None:
        runtime = _import_runtime()
        found = (getattr(runtime.capi.onnxruntime_pybind11_state, name, None) for name in _ERROR_NAMES)
        self._errors: tuple[type[Exception], ...] = (ValueError, *(error for error in found if error is not None))
        options = runtime.SessionOptions()
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = _QUIET
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder.resolve()))
        try:
            self._session = runtime.InferenceSession(
                _with_outputs(model, names), options, providers=["CPUExecutionProvider"]
            )
        except self._errors as error:
            raise NetworkError(f"ONNX Runtime cannot load the model: {_first_line(error)}") from None

    def run(self, feed: Mapping[str, Array], names: Sequence[str]) -> dict[str, Array]:
        """Return the values ``names`` for the inputs in ``feed``; values that are no tensors are left out.

        Raises
        ------
        NetworkError
            When the model does not run on these inputs.
        """
        wanted = list(dict.fromkeys(names))
        try:
            results = self._session.run(wanted, dict(feed))
        except self._errors as error:
            raise NetworkError(f"ONNX Runtime cannot run the model: {_first_line(error)}") from None
        return {name: item for name, item in zip(wanted, results, strict=True) if isinstance(item, np.ndarray)}


def _import_runtime() -> Any:
    if importlib.util.find_spec("onnxruntime") is None:
        raise ConfigError(
            "activations are measured with onnxruntime, which is not installed: pip install 'sparsim[activations]'"
        )
    return importlib.import_module("onnxruntime")


def _with_outputs(model: Any, names: Sequence[str]) -> bytes:
    """Return the model, serialised, with ``names`` among its outputs."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {str(item.name) for item in copy.graph.output}
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in dict.fromkeys(names) if name not in present)
    return bytes(copy.SerializeToString())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
