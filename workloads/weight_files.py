"""The values of a network's weights, from what the network was loaded from."""

from __future__ import annotations

from pathlib import Path

from workloads.weights import WeightSource
from workloads.zoo import zoo_names


def open_weights(source: str | Path) -> WeightSource | None:
    """Return where the weights of ``load_network(source)`` have their values; None where there are none.

    None for the zoo and for SCALE-Sim topologies, which have shapes only, and for light models, whose weights are
    fills. The file is read when the first weight is asked for.

    Parameters
    ----------
    source : str or Path
        What ``load_network`` takes.
    """
    name = str(source)
    if name in zoo_names():
        return None
    match Path(name).suffix.lower():
        case ".onnx":
            from workloads.onnx_import.weights import OnnxWeights  # imports onnx, which takes a while

            return OnnxWeights(Path(source))
        case ".tflite":
            from workloads.tflite_import.weights import TfliteWeights

            return TfliteWeights(Path(source))
        case _:
            return None
