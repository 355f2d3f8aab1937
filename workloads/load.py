"""The one way in: a network from a zoo name or a file."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from workloads.batching import with_batch
from workloads.errors import NetworkError
from workloads.formats import INT8, ElementFormat
from workloads.nearest_names import did_you_mean
from workloads.network import Network
from workloads.scalesim_topology import load_scalesim_topology
from workloads.zoo import build, zoo_names

_NO_BINDINGS: Mapping[str, int] = MappingProxyType({})
_LIGHT_PREFIXES = ("light:", "light_")


def load_network(
    source: str | Path,
    *,
    batch: int | None = None,
    bindings: Mapping[str, int] = _NO_BINDINGS,
    fuse: bool = True,
    approximate_unsupported: bool = False,
    format: ElementFormat | None = None,
) -> Network:
    """Return the network that ``source`` stands for.

    Parameters
    ----------
    source : str or Path
        A zoo name (``resnet50``), a light model of the onnx package (``light:resnet50`` or ``light_resnet50``), an
        ONNX file (``.onnx``), a TensorFlow Lite file (``.tflite``) or a SCALE-Sim topology (``.csv``).
    batch : int, optional
        Inferences that one run makes; what the source has unless given (1 for the zoo and for topologies).
    bindings : mapping of str to int
        Sizes of dimensions that the source leaves open.
    fuse : bool
        Fuse batch normalisation, bias and activations of an ONNX or TensorFlow Lite file into the operator before them.
    approximate_unsupported : bool
        Cost nodes of an ONNX or TensorFlow Lite file that have no cost model as copies.
    format : ElementFormat, optional
        Of weights and activations of the zoo (int8) and of topologies (int8); ONNX and TensorFlow Lite files state
        their own.

    Raises
    ------
    NetworkError
        When there is no such network, the source cannot be read, or an option does not go with it.
    """
    if batch is not None and batch < 1:
        raise NetworkError(f"batch is {batch}, expected at least 1")
    name = str(source)
    if name in zoo_names():
        if not fuse:
            raise NetworkError(
                f"zoo network {name!r} has its batch normalisation folded in: --no-fuse (fuse=False) needs an ONNX file"
            )
        return build(name, batch=batch, bindings=bindings, format=format or INT8)
    path = _light_model(name) or Path(source)
    match path.suffix.lower():
        case ".onnx" | ".tflite" as suffix:
            if format is not None:
                kind = "an ONNX" if suffix == ".onnx" else "a TensorFlow Lite"
                raise NetworkError(f"{path}: {kind} file states its element formats; format {format} cannot be chosen")
            load = _load_onnx if suffix == ".onnx" else _load_tflite
            return load(path, batch, bindings, fuse=fuse, approximate_unsupported=approximate_unsupported)
        case ".csv":
            if bindings:
                raise NetworkError(
                    f"{path}: a SCALE-Sim topology has no dimension to bind, found {', '.join(bindings)}"
                )
            network = load_scalesim_topology(path, format=format or INT8)
            return network if batch is None else with_batch(network, batch)
        case _:
            raise _unknown(name, path)


def _load_onnx(
    path: Path, batch: int | None, bindings: Mapping[str, int], *, fuse: bool, approximate_unsupported: bool
) -> Network:
    """Bind the batch where the file leaves it open; change it in the finished network where the file fixes it."""
    from workloads.onnx_import import load_onnx

    opened = {} if batch is None else _batch_bindings(path, batch)
    _check_batch(path, batch, opened, bindings)
    network = load_onnx(
        path,
        bindings={**opened, **bindings},
        fuse=fuse,
        approximate_unsupported=approximate_unsupported,
    )
    return network if batch is None or opened else with_batch(network, batch)


def _load_tflite(
    path: Path, batch: int | None, bindings: Mapping[str, int], *, fuse: bool, approximate_unsupported: bool
) -> Network:
    """Bind the batch where the file leaves it open; change it in the finished network where the file fixes it."""
    from workloads.tflite_import import load_tflite
    from workloads.tflite_import.dynamic import open_batch

    opened = {} if batch is None else dict.fromkeys(open_batch(path), batch)
    _check_batch(path, batch, opened, bindings)
    network = load_tflite(
        path,
        bindings={**opened, **bindings},
        fuse=fuse,
        approximate_unsupported=approximate_unsupported,
    )
    return network if batch is None or opened else with_batch(network, batch)


def _check_batch(path: Path, batch: int | None, opened: Mapping[str, int], bindings: Mapping[str, int]) -> None:
    """Raise when a binding gives a dimension that the batch is bound to another size."""
    for name, size in opened.items():
        if bindings.get(name, size) != size:
            raise NetworkError(f"{path}: batch is {batch}, but the binding {name}={bindings[name]} says otherwise")


def _batch_bindings(path: Path, batch: int) -> dict[str, int]:
    """Return bindings for what stands in axis 0 of the first input, and for nameless dimensions in that of others.

    Nothing when the file gives the first input's axis 0 a size.
    """
    from workloads.onnx_import.dynamic import read_inputs

    first, *others = read_inputs(path) or (None,)
    if first is None or not first.open_dimensions.get(0):
        return {}
    nameless = [name for item in others if (name := item.open_dimensions.get(0)) == f"{item.name}.0"]
    return dict.fromkeys((first.open_dimensions[0], *nameless), batch)


def _light_folder() -> Path | None:
    """Return the folder of the onnx package's light models, without importing onnx; None without the package."""
    found = importlib.util.find_spec("onnx")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0], "backend", "test", "data", "light")


def light_names() -> tuple[str, ...]:
    """Return ``light:...`` for each light model that the installed onnx package carries."""
    folder = _light_folder()
    found = [] if folder is None else sorted(path.stem for path in folder.glob("light_*.onnx"))
    return tuple(f"light:{stem.removeprefix('light_')}" for stem in found)


def list_networks() -> tuple[str, ...]:
    """Return every name that ``load_network`` knows without a file: the zoo's, then the light models'."""
    return (*zoo_names(), *light_names())


def _light_model(name: str) -> Path | None:
    """Return the light model's file; None when ``name`` is not of that form."""
    if not name.startswith(_LIGHT_PREFIXES) or Path(name).suffix:
        return None
    wanted = f"light:{name[len(_LIGHT_PREFIXES[0]) :]}"
    folder = _light_folder()
    if folder is None or wanted not in light_names():
        names = light_names()
        known = (
            f"expected one of {', '.join(names)}{did_you_mean(wanted, names)}"
            if names
            else "the onnx package carries none"
        )
        raise NetworkError(f"unknown light model {name!r}: {known}")
    return folder / f"light_{wanted.removeprefix('light:')}.onnx"


def _unknown(name: str, path: Path) -> NetworkError:
    if path.exists():
        return NetworkError(f"{path}: expected a file that ends in .onnx, .tflite or .csv")
    return NetworkError(
        f"unknown network {name!r}: expected a file (.onnx, .tflite, .csv), light:NAME, or one of "
        f"{', '.join(zoo_names())}{did_you_mean(name, list_networks())}"
    )
