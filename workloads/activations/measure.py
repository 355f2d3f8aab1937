"""Densities of activations, counted while ONNX Runtime runs the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workloads.activations.feeds import Array, fed_inputs, feeds, read_samples
from workloads.activations.runner import Runner
from workloads.activations.zero_points import zero_point_name
from workloads.errors import ConfigError, NetworkError
from workloads.network import Network
from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.read import read_model
from workloads.tensor import TensorRole

MAX_FETCHED_ELEMENTS = 2**27
"""Activations are fetched in groups of about this many elements: 512 MiB of float32."""


def measured_activation_densities(
    path: Path, network: Network, *, inputs: Path | None = None, num_samples: int = 1, seed: int = 0
) -> Mapping[str, float]:
    """Return the non-zero fraction of each activation of ``network``, over all samples, by tensor name.

    Of quantised activations those elements count as zero that equal the zero point. Left out are tensors that the
    importer made (inside attention, branches of an If), since the file has no such value, and the network's inputs
    unless ``inputs`` gives them.

    Assumes, where no inputs are given, independent standard normal numbers: densities after ReLU then say little
    about those of real data, which the file of inputs is for.

    Parameters
    ----------
    path : Path
        An ONNX file.
    network : Network
        As ``load_network`` makes it of that file; dimensions that the file leaves open have its sizes.
    inputs : Path, optional
        A .npz file of arrays by the name of the input, one or more samples of each.
    num_samples : int
        Random samples; a file of inputs says itself how many it has.
    seed : int

    Raises
    ------
    ConfigError
        When onnxruntime is not installed, ``num_samples`` is below 1, or the file of inputs cannot be read.
    NetworkError
        When the network's file cannot be read, the inputs do not fit, or ONNX Runtime refuses the model.
    """
    path = Path(path)
    if num_samples < 1:
        raise ConfigError(f"num_samples is {num_samples}, expected at least 1")
    try:
        model = read_model(path)
        constants = ConstantGraph(model, path.parent)
        wanted = fed_inputs(model.graph, network)
        samples = {} if inputs is None else read_samples(Path(inputs), wanted)
        names = _measurable(model.graph, network)
        zeros = {name: zero for name in names if (zero := zero_point_name(constants, name)) is not None}
        runner = Runner(model, path.parent, (*names, *zeros.values()))
        counts: dict[str, list[int]] = {}
        for feed in feeds(wanted, samples, num_samples, np.random.default_rng(seed)):
            for group in _groups(names, network):
                _count(counts, runner.run(feed, (*group, *(zeros[name] for name in group if name in zeros))), zeros)
    except NetworkError as error:
        raise type(error)(f"{path}: {error}") from None
    _count(counts, samples, {})
    return {name: num_nonzeros / num_elements for name, (num_nonzeros, num_elements) in counts.items()}


def _measurable(graph: Any, network: Network) -> tuple[str, ...]:
    """Return the activations of ``network`` that are values of ``graph``, not only of a sub-graph of it."""
    made = {str(name) for node in graph.node for name in node.output}
    tensors = network.with_role(TensorRole.ACTIVATION, TensorRole.OUTPUT)
    return tuple(tensor.name for tensor in tensors if tensor.name in made)


def _groups(names: tuple[str, ...], network: Network) -> Iterator[tuple[str, ...]]:
    """Yield ``names`` in groups that are fetched together."""
    group: list[str] = []
    num_elements = 0
    for name in names:
        size = network.tensors[name].num_elements
        if group and num_elements + size > MAX_FETCHED_ELEMENTS:
            yield tuple(group)
            group, num_elements = [], 0
        group.append(name)
        num_elements += size
    if group:
        yield tuple(group)


def _count(counts: dict[str, list[int]], arrays: Mapping[str, Array], zeros: Mapping[str, str]) -> None:
    """Add the non-zero elements and all elements of ``arrays`` to ``counts``, modified in place."""
    points = set(zeros.values())
    for name, array in arrays.items():
        if name in points or not array.size:
            continue
        zero = arrays[zeros[name]] if name in zeros else 0
        total = counts.setdefault(name, [0, 0])
        total[0] += int(np.count_nonzero(array != zero))
        total[1] += array.size
