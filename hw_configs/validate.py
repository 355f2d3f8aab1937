"""A file's values as a checked model, or one message with every mistake: place, field, expected, found."""

from __future__ import annotations

import difflib
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hw_configs.accelerator import TechnologyLoader
from hw_configs.expectation import expected_at, fields_at
from hw_configs.yaml_source import Document, FieldPath
from workloads.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)

_UNION_TAGS = ("shared", "split")


def validate(document: Document, model: type[Model], *, load: TechnologyLoader | None = None) -> Model:
    """Return the values of ``document`` as a ``model``.

    Parameters
    ----------
    document : Document
    model : pydantic model class
    load : function, optional
        Looks up a technology by its name.

    Raises
    ------
    ConfigError
        With one line a mistake.
    """
    try:
        return model.model_validate(document.tree, context=load)
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        lines = (_line(details, document, model) for details in mistakes if not _follows(details, mistakes))
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None


def dotted(path: FieldPath) -> str:
    """Return a path as messages and ``--set`` write it: ``array.formats[0]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def suggest(name: str, names: tuple[str, ...]) -> str:
    """Return ``did you mean X?``, or what there is to choose from."""
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {nearest[0]}?" if nearest else f"expected one of {', '.join(names)}"


def _follows(details: ErrorDetails, mistakes: list[ErrorDetails]) -> bool:
    """Whether a list is only too short since an item of it is wrong, which has its own line."""
    place = details["loc"]
    items = (other["loc"] for other in mistakes if len(other["loc"]) > len(place))
    return details["type"] == "too_short" and any(item[: len(place)] == place for item in items)


def _line(details: ErrorDetails, document: Document, model: type[BaseModel]) -> str:
    path = tuple(step for step in details["loc"] if step not in (*_UNION_TAGS, "[key]"))
    place = f"{document.origin(path)}: {dotted(path)}: " if path else f"{document.name}: "
    return place + _mistake(details, path, model)


def _mistake(details: ErrorDetails, path: FieldPath, model: type[BaseModel]) -> str:
    if details["type"] == "extra_forbidden":
        siblings = _siblings(details, path, model)
        return f"unknown field, {suggest(str(path[-1]), siblings)}"
    if details["type"] == "value_error":
        return str(details["ctx"]["error"])
    expected = expected_at(model, path)
    if details["type"] == "missing":
        return f"is missing, expected {expected}"
    found = repr(details["input"])
    return f"expected {expected}, found {found if len(found) <= 60 else found[:57] + '...'}"


def _siblings(details: ErrorDetails, path: FieldPath, model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields that could have been meant; of a scratchpad only those of the kind it is."""
    names = fields_at(model, path[:-1])
    if "split" in details["loc"] and len(path) == 2:
        return tuple(name for name in names if name in ("input", "weight", "output"))
    if "shared" in details["loc"]:
        return tuple(name for name in names if name not in ("input", "weight", "output"))
    return names
