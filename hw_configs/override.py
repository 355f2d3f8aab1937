"""``array.rows=64``: changes to an accelerator's fields before it is checked."""

from __future__ import annotations

from collections.abc import Sequence

from hw_configs.accelerator import Accelerator, TechnologyLoader
from hw_configs.expectation import fields_at
from hw_configs.show import dump_technology
from hw_configs.validate import suggest
from hw_configs.yaml_source import Document, FieldPath, YamlValue, parse_scalar
from workloads.errors import ConfigError


def split_override(text: str) -> tuple[tuple[str, ...], YamlValue]:
    """Return path and value of an override: ``array.rows=64`` gives ``("array", "rows")`` and 64.

    Raises
    ------
    ConfigError
        When it is not of the form ``field=value``, or names no field.
    """
    name, equals, value = text.partition("=")
    path = tuple(name.strip().split("."))
    if not equals or not all(path) or not value.strip():
        raise ConfigError(f"override {text!r}: expected field=value, such as array.rows=64")
    _check_path(path, text)
    return path, parse_scalar(value.strip(), name=f"override {text}")


def apply_overrides(document: Document, overrides: Sequence[str], *, load: TechnologyLoader) -> None:
    """Write each override into ``document`` (modified in place); the last one of a field wins.

    Parameters
    ----------
    document : Document
    overrides : sequence of str
    load : function
        Looks up a technology by its name, whose numbers an override such as ``technology.node_nm=40`` starts from.

    Raises
    ------
    ConfigError
        One line an override that is malformed or names no field.
    """
    mistakes: list[str] = []
    for text in overrides:
        try:
            path, value = split_override(text)
            if path[0] == "technology" and len(path) > 1:
                _expand_technology(document, load)
            _assign(document, path, value, text)
        except ConfigError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigError("\n".join(mistakes))


def _check_path(path: tuple[str, ...], text: str) -> None:
    for depth, step in enumerate(path):
        names = tuple(name for name in fields_at(Accelerator, path[:depth]) if name != "sources" or depth)
        if names and step not in names:
            wrong = ".".join(path[: depth + 1])
            known = tuple(".".join((*path[:depth], name)) for name in names)
            raise ConfigError(f"override {text!r}: unknown field {wrong}, {suggest(wrong, known)}")
        if not names and path[0] != "technology":
            raise ConfigError(f"override {text!r}: {'.'.join(path[:depth])} has no fields of its own")


def _assign(document: Document, path: tuple[str, ...], value: YamlValue, text: str) -> None:
    parent: dict[str, YamlValue] = document.tree
    for step in path[:-1]:
        inner = parent.get(step)
        if not isinstance(inner, dict):
            inner = {}
            parent[step] = inner
        parent = inner
    parent[path[-1]] = value
    _forget(document, path)
    document.origins[path] = f"override {text}"
    sources = document.tree.setdefault("sources", {})
    if isinstance(sources, dict):
        for field in [field for field in sources if field.startswith(".".join(path) + ".")]:
            del sources[field]
        sources[".".join(path)] = f"override: {text}"


def _expand_technology(document: Document, load: TechnologyLoader) -> None:
    """Put the technology's numbers in place of its name (modified in place)."""
    name = document.tree.get("technology")
    if isinstance(name, str):
        document.tree["technology"] = dump_technology(load(name))


def _forget(document: Document, path: FieldPath) -> None:
    """Drop the lines of what the override replaced."""
    for inner in [known for known in document.origins if known[: len(path)] == path]:
        del document.origins[inner]
