"""An ONNX file as a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from workloads.errors import NetworkError
from workloads.network import Network

_NO_BINDINGS: Mapping[str, int] = MappingProxyType({})


def load_onnx(
    path: Path,
    *,
    bindings: Mapping[str, int] = _NO_BINDINGS,
    fuse: bool = True,
    approximate_unsupported: bool = False,
) -> Network:
    """Return the network in an ONNX file.

    Parameters
    ----------
    path : Path
    bindings : mapping of str to int
        Sizes of dynamic dimensions, by the file's name for them or as ``<input>.<axis>``.
    fuse : bool
        Fuse batch normalisation, bias and activations into the operator before them.
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
    """Assemble the stages; onnx is imported here, since that takes a while."""
    from workloads.onnx_import.assemble import build_network
    from workloads.onnx_import.bindings import pin_inputs
    from workloads.onnx_import.outputs import finish_outputs, folding_notes
    from workloads.onnx_import.quantised import drop_quantisers
    from workloads.onnx_import.read import opset_versions, read_model
    from workloads.onnx_import.walk import Walk, walk_graph

    model = read_model(path)
    inputs = pin_inputs(model.graph, bindings)
    walk = Walk(
        versions=opset_versions(model),
        folder=path.parent,
        bindings=bindings,
        approximate_unsupported=approximate_unsupported,
    )
    walk_graph(walk, model.graph, inputs)
    outputs = finish_outputs(walk, model.graph)
    steps = drop_quantisers(walk.steps, frozenset(outputs))
    return build_network(path.stem, inputs, steps, outputs, (*folding_notes(walk), *walk.notes))
