"""Densities of activations from a file: numbers by tensor name, or masks."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workloads.activations.samples import split_samples
from workloads.array_file import read_arrays
from workloads.errors import ConfigError, NetworkError
from workloads.nearest_names import nearest_names
from workloads.network import Network

CSV_COLUMNS = ("tensor", "density_fraction")


def densities_from_file(path: Path, network: Network) -> Mapping[str, float]:
    """Return the non-zero fraction of activations by tensor name.

    Parameters
    ----------
    path : Path
        ``.json`` or ``.yaml`` that maps a tensor's name to its density; ``.csv`` with the columns of ``CSV_COLUMNS``;
        or ``.npz`` of masks (or values) by tensor name, each of the tensor's shape or several such samples.
    network : Network
        Says the shapes of masks.

    Raises
    ------
    ConfigError
        When the file is missing, or holds something else; names the entry, and for CSV the line.
    NetworkError
        For a mask that is no tensor of the network, or of another shape.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return _from_masks(path, network)
    if suffix not in (".json", ".yaml", ".yml", ".csv"):
        raise ConfigError(f"{path}: expected a file of densities that ends in .json, .yaml, .csv or .npz")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: expected text in UTF-8") from None
    if suffix == ".csv":
        return _from_csv(path, text)
    return _from_mapping(path, _parse_json(path, text) if suffix == ".json" else _parse_yaml(path, text))


def _from_masks(path: Path, network: Network) -> dict[str, float]:
    found = {}
    for name, array in read_arrays(path).items():
        tensor = network.tensors.get(name)
        if tensor is None:
            nearest = nearest_names(name, list(network.tensors))
            raise NetworkError(f"{path}: mask {name!r}: network {network.name!r} has no tensor of that name{nearest}")
        samples = split_samples(array, tensor.shape, f"{path}: mask {name!r}")
        found[name] = int(np.count_nonzero(samples)) / samples.size
    return found


def _parse_json(path: Path, text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _unique(path, pairs))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}, line {error.lineno}: not JSON: {error.msg}") from None


def _parse_yaml(path: Path, text: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f", line {mark.line + 1}"
        raise ConfigError(f"{path}{line}: not YAML: {getattr(error, 'problem', error)}") from None


def _unique(path: Path, pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ConfigError(f"{path}: tensor {name!r} stands twice")
        found[name] = value
    return found


def _from_mapping(path: Path, data: object) -> dict[str, float]:
    if not isinstance(data, dict) or not data:
        raise ConfigError(f"{path}: expected tensor names, each with a density, found {type(data).__name__}")
    found = {}
    for name, value in data.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"{path}: tensor {str(name)!r}: expected a density in [0, 1], found {value!r}")
        found[str(name)] = float(value)
    return found


def _from_csv(path: Path, text: str) -> dict[str, float]:
    rows = csv.reader(text.splitlines())
    header = tuple(next(rows, []))
    if header != CSV_COLUMNS:
        raise ConfigError(f"{path}, line 1: columns {','.join(header)!r}, expected {','.join(CSV_COLUMNS)!r}")
    pairs: list[tuple[str, object]] = []
    for row in rows:
        if len(row) != len(CSV_COLUMNS):
            raise ConfigError(f"{path}, line {rows.line_num}: {len(row)} fields, expected {len(CSV_COLUMNS)}")
        try:
            pairs.append((row[0], float(row[1])))
        except ValueError:
            raise ConfigError(
                f"{path}, line {rows.line_num}: tensor {row[0]!r}: expected a density in [0, 1], found {row[1]!r}"
            ) from None
    return _from_mapping(path, _unique(path, pairs))
