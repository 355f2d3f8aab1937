"""Accelerators of a study: a base, changed field by field, checked; fast, since a study has thousands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator, load_technology
from hw_configs.show import dump_technology
from hw_configs.validate import validate
from hw_configs.yaml_source import Document, FieldPath, YamlValue
from sweeps.override_text import override_text

Override = tuple[str, YamlValue]
"""A dotted field and its value."""
Tree = dict[str, YamlValue]


@lru_cache(maxsize=64)
def base_accelerator(source: str) -> Accelerator:
    """Return the accelerator of a name or file, loaded once a process."""
    return load_accelerator(source)


def changed_accelerator(source: str, overrides: Sequence[Override]) -> Accelerator:
    """Return ``load_accelerator(source, overrides=...)`` without reading and checking the file again.

    Parameters
    ----------
    source : str
        A shipped name or a file.
    overrides : sequence of (str, value)
        The last one of a field wins. Fields are known to exist.

    Raises
    ------
    ConfigError
        With one line a mistake: the override, the field, what was expected and what was found.
    """
    return _changed(source, json.dumps(overrides)) if overrides else base_accelerator(source)


@lru_cache(maxsize=2**14)
def _changed(source: str, overrides_as_json: str) -> Accelerator:
    base, overrides = base_accelerator(source), json.loads(overrides_as_json)
    document = Document(tree=dict(_base_tree(source)), name=source)
    for field, value in overrides:
        path = tuple(field.split("."))
        if path[0] == "technology" and len(path) > 1:
            _expand_technology(document.tree)
        _assign(document.tree, path, value)
        document.origins[path] = f"override {override_text(field, value)}"
    sources = {
        name: text
        for name, text in base.sources.items()
        if not any(name == field or name.startswith(f"{field}.") for field, _ in overrides)
    }
    stated: Tree = {field: f"override: {override_text(field, value)}" for field, value in overrides}
    document.tree["sources"] = {**sources, **stated}
    return validate(document, Accelerator, load=load_technology)


@lru_cache(maxsize=64)
def _base_tree(source: str) -> Tree:
    """Return the base's fields as a file would hold them; shared, never modified."""
    tree: Tree = base_accelerator(source).model_dump(mode="json")
    return tree


def _expand_technology(tree: Tree) -> None:
    """Put the technology's numbers in place of its name (modified in place)."""
    name = tree["technology"]
    if isinstance(name, str):
        tree["technology"] = dump_technology(load_technology(name))


def _assign(tree: Tree, path: FieldPath, value: YamlValue) -> None:
    """Write ``value`` (modified in place), on copies of the mappings that lead to it."""
    parent = tree
    for step in path[:-1]:
        inner = parent.get(str(step))
        inner = dict(inner) if isinstance(inner, dict) else {}
        parent[str(step)] = inner
        parent = inner
    parent[str(path[-1])] = value


def forget_accelerators() -> None:
    """Forget the accelerators that were loaded."""
    _changed.cache_clear()
    base_accelerator.cache_clear()
    _base_tree.cache_clear()
