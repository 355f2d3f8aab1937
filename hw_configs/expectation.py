"""What a field accepts, in words, read off the JSON Schema so that messages cannot drift from the models."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

Schema = dict[str, object]


def expected_at(model: type[BaseModel], path: Sequence[str | int]) -> str:
    """Return what ``model`` accepts at ``path``: ``a whole number from 1 to 65536``, ``one of os, ws, is``."""
    root: Schema = model.model_json_schema()
    candidates = _descend(root, path)
    return " or ".join(dict.fromkeys(_words(candidate, root) for candidate in candidates)) or "no field of this name"


def fields_at(model: type[BaseModel], path: Sequence[str | int]) -> tuple[str, ...]:
    """Return the names of the fields that ``model`` has at ``path``; a choice gives those of each."""
    root: Schema = model.model_json_schema()
    names: dict[str, None] = {}
    for candidate in _descend(root, path):
        names.update(dict.fromkeys(_mapping(candidate.get("properties"))))
    return tuple(names)


def _mapping(value: object) -> Schema:
    return value if isinstance(value, dict) else {}


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """Return ``schema`` with references followed and choices spread out."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return _alternatives(_mapping(_mapping(root["$defs"])[name]), root)
    if "description" in schema and "anyOf" in schema:
        return [schema]
    for choice in ("anyOf", "oneOf"):
        options = schema.get(choice)
        if isinstance(options, list):
            return [found for option in options for found in _alternatives(_mapping(option), root)]
    return [schema]


def _descend(root: Schema, path: Sequence[str | int]) -> list[Schema]:
    found = _alternatives(root, root)
    for step in path:
        inner: list[Schema] = []
        for schema in found:
            key = "items" if isinstance(step, int) else "properties"
            child = schema.get(key) if isinstance(step, int) else _mapping(schema.get(key)).get(step)
            child = child if child is not None else schema.get("additionalProperties")
            if isinstance(child, dict):
                inner.extend(_alternatives(child, root))
        found = inner
    return found


def _words(schema: Schema, root: Schema) -> str:
    if isinstance(schema.get("enum"), list):
        return "one of " + ", ".join(str(value) for value in schema["enum"])  # type: ignore[attr-defined]
    kind = schema.get("type")
    if kind in ("integer", "number"):
        noun = "a whole number" if kind == "integer" else "a number"
        bounds = [str(schema.get(bound, 0)).removesuffix(".0") for bound in ("minimum", "maximum")]
        return f"{noun} from {bounds[0]} to {bounds[1]}" if "maximum" in schema else noun
    if "anyOf" in schema or (kind == "string" and "pattern" in schema):
        return str(schema.get("description", kind))
    if kind == "object":
        names = ", ".join(_mapping(schema.get("properties")))
        return f"a mapping with {names}" if names else "a mapping"
    if kind == "array":
        items = " or ".join(_words(option, root) for option in _alternatives(_mapping(schema.get("items")), root))
        return f"a list of at least {schema.get('minItems', 0)}, each {items}"
    return {"string": "text", "null": "null"}.get(str(kind), str(kind))
