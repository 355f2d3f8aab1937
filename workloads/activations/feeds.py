"""What a network is fed when it runs: arrays of a file, and random ones for the inputs that the file leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper

from workloads.activations.samples import split_samples
from workloads.array_file import read_arrays
from workloads.errors import NetworkError
from workloads.nearest_names import nearest_names
from workloads.network import Network

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FedInput:
    """An input of an ONNX graph: its name, the shape it is run with, and its numpy dtype."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def fed_inputs(graph: Any, network: Network) -> tuple[FedInput, ...]:
    """Return the inputs of ``graph`` (``onnx.GraphProto``); sizes that the file leaves open are those of ``network``.

    Raises
    ------
    NetworkError
        When ``network`` is not made of this file: it has no such input.
    """
    initialisers = {str(item.name) for item in graph.initializer}
    found = []
    for item in graph.input:
        name = str(item.name)
        if name in initialisers:
            continue
        if name not in network.tensors:
            raise NetworkError(f"input {name!r}: network {network.name!r} has no such input: it is not this file's")
        sizes = zip(item.type.tensor_type.shape.dim, network.tensors[name].shape, strict=True)
        shape = tuple(int(dim.dim_value) if dim.dim_value > 0 else size for dim, size in sizes)
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(item.type.tensor_type.elem_type))
        found.append(FedInput(name=name, shape=shape, dtype=dtype))
    return tuple(found)


def read_samples(path: Path, inputs: tuple[FedInput, ...]) -> dict[str, Array]:
    """Return the arrays of a .npz file as (samples, *shape), by the name of the input.

    Raises
    ------
    ConfigError
        As ``read_arrays``.
    NetworkError
        For a name that is no input, a shape or type that does not fit, or different numbers of samples.
    """
    by_name = {item.name: item for item in inputs}
    samples: dict[str, Array] = {}
    for name, array in read_arrays(path).items():
        wanted = by_name.get(name)
        if wanted is None:
            known = ", ".join(by_name)
            nearest = nearest_names(name, list(by_name))
            raise NetworkError(f"{path}: array {name!r} is no input of the network, expected {known}{nearest}")
        if not np.can_cast(array.dtype, wanted.dtype, casting="same_kind"):
            raise NetworkError(f"{path}: array {name!r} is {array.dtype}, expected {wanted.dtype}")
        samples[name] = split_samples(array, wanted.shape, f"{path}: array {name!r}").astype(wanted.dtype)
    counts = {name: len(array) for name, array in samples.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name!r} {count}" for name, count in counts.items())
        raise NetworkError(f"{path}: expected as many samples of each input, found {listed}")
    return samples


def feeds(
    inputs: tuple[FedInput, ...], samples: Mapping[str, Array], num_samples: int, rng: np.random.Generator
) -> Iterator[dict[str, Array]]:
    """Yield what each run is fed: the samples, and standard normal numbers for other inputs.

    Parameters
    ----------
    inputs : tuple of FedInput
    samples : mapping of str to array (samples, *shape)
    num_samples : int
        Runs, where ``samples`` is empty; else there are as many as it holds.
    rng : Generator

    Raises
    ------
    NetworkError
        For an input of integers or booleans without samples: no distribution of these makes sense for every network.
    """
    for item in inputs:
        if item.name not in samples and not np.issubdtype(item.dtype, np.floating):
            raise NetworkError(
                f"input {item.name!r} is {item.dtype}: random values are drawn for floats only; "
                "give its values in a .npz file"
            )
    count = len(next(iter(samples.values()))) if samples else num_samples
    for index in range(count):
        yield {
            item.name: samples[item.name][index]
            if item.name in samples
            else np.asarray(rng.standard_normal(item.shape)).astype(item.dtype)
            for item in inputs
        }
