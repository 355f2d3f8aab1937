"""A TensorFlow Lite file as a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from workloads.errors import NetworkError
from workloads.network import Network

_NO_BINDINGS: Mapping[str, int] = MappingProxyType({})


def load_tflite(
    path: Path,
    *,
    bindings: Mapping[str, int] = _NO_BINDINGS,
    fuse: bool = True,
    approximate_unsupported: bool = False,
) -> Network:
    """Return the network in the main graph of a TensorFlow Lite file.

    Images, which the file keeps as (B, H, W, C), have the shape (B, C, H, W); weights of convolutions, (N, H, W, C) in
    the file, are (N, C, H, W). The file's order of bytes is kept: this names axes and moves nothing.

    Parameters
    ----------
    path : Path
    bindings : mapping of str to int
        Sizes of dynamic dimensions, as ``<input>.<axis>`` with axes in the file's order.
    fuse : bool
        Fuse biases and activations into the operator before them, those that the file itself fuses among them.
    approximate_unsupported : bool
        Cost operators without a cost model as copies of their inputs to their outputs, and note it.

    Raises
    ------
    NetworkError
        For a file that cannot be read, a graph that is not valid, dimensions left open.
    UnsupportedOperator
        For an operator without a cost model.
    """
    path = Path(path)
    try:
        network = _load(path, bindings, approximate_unsupported)
        if fuse:
            from workloads.fusion import fuse_operators

            network = fuse_operators(network)
    except NetworkError as error:
        raise type(error)(f"{path}: {error}") from None
    return network


def _load(path: Path, bindings: Mapping[str, int], approximate_unsupported: bool) -> Network:
    """Assemble the stages; tflite is imported here, since that takes a while."""
    from workloads.tflite_import.assemble import build_network
    from workloads.tflite_import.bindings import pin_inputs
    from workloads.tflite_import.read import read_model
    from workloads.tflite_import.walk import walk_graph

    model = read_model(path)
    shapes = pin_inputs(model, bindings)
    walk = walk_graph(model, shapes, approximate_unsupported=approximate_unsupported)
    network, _ = build_network(path.stem, walk)
    return network
