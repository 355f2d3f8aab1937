"""A compression spec read from a YAML file.

default: nm:2:8
layers:                          # later ones win
  "layer3.*": nm:2:8+int4
  fc: int8
keep: [first, last]
seed: 0
activation_density: {default: 0.5, layers: {"layer4.*": 0.3}}
"""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workloads.compression.spec.method_text import parse_recipe
from workloads.compression.spec.methods import Recipe
from workloads.compression.spec.spec import ActivationDensity, CompressionSpec, LayerDensity, LayerRule
from workloads.errors import ConfigError

_FIELDS = ("default", "layers", "keep", "seed", "activation_density")
MAX_FILE_BYTES = 2**20


def read_spec_file(path: Path) -> CompressionSpec:
    """Return the spec in the YAML file ``path``.

    Raises
    ------
    ConfigError
        When the file cannot be read, is no YAML, has another field than those above or a value that is not of its
        kind, or says something that the spec language does not allow; names the file and line.
    """
    root = _load(path)
    if not isinstance(root, CommentedMap):
        raise ConfigError(f"{path}: expected a mapping of {', '.join(_FIELDS)}, found {root!r}")
    _check_keys(path, root, _FIELDS)
    density = _mapping(path, root, "activation_density")
    _check_keys(path, density, ("default", "layers"))
    try:
        return CompressionSpec(
            default=_recipe(path, root, "default") if "default" in root else Recipe(),
            layers=tuple(
                LayerRule(glob=str(glob), recipe=_recipe(path, rules, glob))
                for rules in (_mapping(path, root, "layers"),)
                for glob in rules
            ),
            keep=_keep(path, root),
            seed=_seed(path, root),
            activation_density=_density(path, density),
        )
    except ConfigError as error:
        message = str(error)
        raise ConfigError(message if message.startswith(str(path)) else f"{path}: {message}") from None


def _load(path: Path) -> object:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path}: expected at most {MAX_FILE_BYTES} bytes, found {path.stat().st_size}")
        return YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is no UTF-8 text (byte {error.start})") from None
    except ValueError as error:  # a scalar that looks like a number or date, and cannot be one
        raise ConfigError(f"{path}: holds a value that cannot be: {str(error).partition(';')[0]}") from None
    except DuplicateKeyError as error:
        key = re.search(r'duplicate key "(.*?)"', str(error.problem))
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigError(f"{path}, line {line}: the key {key[1] if key else '?'!r} is repeated") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        reason = str(error.problem or error.context).splitlines()[0]
        raise ConfigError(f"{place}: is no valid YAML: {reason}") from None
    except YAMLError as error:
        raise ConfigError(f"{path}: is no valid YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ConfigError(f"{path}: is nested too deep for a compression spec") from None


def _place(path: Path, node: CommentedMap, key: object) -> str:
    # A key that came in through a merge (<<) has no line of its own: its mapping's then.
    position = node.lc.data.get(key) if node.lc.data else None
    return f"{path}, line {int(position[0] if position else node.lc.line) + 1}: {key}"


def _check_keys(path: Path, node: CommentedMap, expected: tuple[str, ...]) -> None:
    for key in node:
        if key not in expected:
            raise ConfigError(f"{_place(path, node, key)}: unknown field, expected one of {', '.join(expected)}")


def _mapping(path: Path, node: CommentedMap, key: str) -> CommentedMap:
    """Return the mapping under ``key``; an empty one where there is none."""
    found = node.get(key, CommentedMap())
    if not isinstance(found, CommentedMap):
        raise ConfigError(f"{_place(path, node, key)}: expected a mapping, found {found!r}")
    return found


def _recipe(path: Path, node: CommentedMap, key: str) -> Recipe:
    if not isinstance(node[key], str):
        raise ConfigError(f"{_place(path, node, key)}: expected methods, such as nm:2:8+int4, found {node[key]!r}")
    try:
        return parse_recipe(str(node[key]))
    except ConfigError as error:
        raise ConfigError(f"{_place(path, node, key)}: {error}") from None


def _keep(path: Path, root: CommentedMap) -> tuple[str, ...]:
    found = root.get("keep", [])
    names = found.split(",") if isinstance(found, str) else found
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{_place(path, root, 'keep')}: expected a list of names or globs, found {found!r}")
    return tuple(str(name).strip() for name in names)


def _seed(path: Path, root: CommentedMap) -> int:
    found = root.get("seed", 0)
    if not isinstance(found, int) or isinstance(found, bool):
        raise ConfigError(f"{_place(path, root, 'seed')}: expected a whole number, found {found!r}")
    return int(found)


def _density(path: Path, node: CommentedMap) -> ActivationDensity:
    layers = _mapping(path, node, "layers")
    rules = (LayerDensity(glob=str(glob), density_fraction=_number(path, layers, glob)) for glob in layers)
    return ActivationDensity(default=_number(path, node, "default") if "default" in node else None, layers=tuple(rules))


def _number(path: Path, node: CommentedMap, key: str) -> float:
    found = node[key]
    if not isinstance(found, int | float) or isinstance(found, bool):
        raise ConfigError(f"{_place(path, node, key)}: expected a fraction in [0, 1], found {found!r}")
    return float(found)
