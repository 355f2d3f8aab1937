"""YAML 1.2 text as plain values that remember the line that each came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workloads.errors import ConfigError

YamlValue: TypeAlias = "dict[str, YamlValue] | list[YamlValue] | str | int | float | bool | None"
FieldPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a file: keys and list positions from the root."""

MAX_FILE_BYTES = 2**20
MAX_VALUES = 20_000
MAX_DEPTH = 20
_LIMITS = f"expected at most {MAX_VALUES} values, nested {MAX_DEPTH} deep at most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's values and where each was written.

    Parameters
    ----------
    tree : dict
        Plain dicts, lists and scalars.
    origins : dict
        Path of a value to the place it was written, as messages name it: ``edge.yaml, line 7``.
    name : str
        The file, as messages name it.
    """

    tree: dict[str, YamlValue]
    name: str
    origins: dict[FieldPath, str] = field(default_factory=dict)

    def origin(self, path: FieldPath) -> str:
        """Return where ``path`` was written, or else the innermost part around it that is known."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                return self.origins[path[:end]]
        return self.name


def read_yaml(path: Path) -> Document:
    """Return the mapping in the YAML file ``path``.

    Raises
    ------
    ConfigError
        When the file cannot be read, is no YAML, repeats a key, or holds no mapping.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path}: expected at most {MAX_FILE_BYTES} bytes, found {path.stat().st_size}")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is no UTF-8 text (byte {error.start})") from None
    return parse_yaml(text, name=str(path))


def parse_yaml(text: str, *, name: str) -> Document:
    """Return the mapping that ``text`` holds; ``name`` is what messages call its file."""
    root = _load(text, name)
    if not isinstance(root, CommentedMap):
        raise ConfigError(f"{name}: expected a mapping of fields, found {_kind(root)}")
    document = Document(tree={}, name=name)
    reader = _Reader(document)
    document.tree.update(reader.mapping(root, ()))
    return document


def parse_scalar(text: str, *, name: str) -> YamlValue:
    """Return the value that one line of YAML stands for, as in ``array.rows=64``."""
    return _Reader(Document(tree={}, name=name)).value(_load(text, name), ())


def _load(text: str, name: str) -> object:
    try:
        return YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        key = re.search(r'duplicate key "(.*?)"', str(error.problem))
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigError(f"{name}, line {line}: the key {key[1] if key else '?'!r} is repeated") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise ConfigError(f"{place}: is no valid YAML: {error.problem or error.context}") from None
    except YAMLError as error:
        raise ConfigError(f"{name}: is no valid YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ConfigError(f"{name}: {_LIMITS}") from None


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else f"{value!r}"


@dataclass(slots=True)
class _Reader:
    """Turns the parser's values into plain ones; notes lines in ``document.origins`` (modified in place)."""

    document: Document
    num_values: int = 0

    def mapping(self, node: CommentedMap, path: FieldPath) -> dict[str, YamlValue]:
        plain: dict[str, YamlValue] = {}
        for key, item in node.items():
            line = f"{self.document.name}, line {self._line(node, key)}"
            if not isinstance(key, str):
                raise ConfigError(f"{line}: expected text as a key, found {key!r}")
            self.document.origins[(*path, str(key))] = line
            plain[str(key)] = self.value(item, (*path, str(key)))
        return plain

    def value(self, node: object, path: FieldPath) -> YamlValue:
        self.num_values += 1
        if self.num_values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise ConfigError(f"{self.document.name}: {_LIMITS}")
        if isinstance(node, CommentedMap):
            return self.mapping(node, path)
        if isinstance(node, CommentedSeq):
            return [self.value(item, (*path, position)) for position, item in enumerate(node)]
        if node is None or isinstance(node, bool):
            return node
        for plain_type in (int, float, str):
            if isinstance(node, plain_type):
                return plain_type(node)
        raise ConfigError(f"{self.document.origin(path)}: expected a number, text, list or mapping, found {node!r}")

    @staticmethod
    def _line(node: CommentedMap, key: object) -> int:
        # A key that came in through a merge (<<) has no line of its own: its mapping's then.
        position = node.lc.data.get(key) if node.lc.data else None
        return int(position[0] if position else node.lc.line) + 1
