"""JSON Schemas of accelerator and technology files, for editors that complete and check while one types."""

from __future__ import annotations

from hw_configs.accelerator import Accelerator
from hw_configs.technology import Technology

JsonSchema = dict[str, object]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def accelerator_json_schema() -> JsonSchema:
    """Return the JSON Schema of an accelerator file; a technology is a name, a file, or given in place."""
    schema: JsonSchema = Accelerator.model_json_schema()
    properties = schema["properties"]
    assert isinstance(properties, dict)
    properties["technology"] = {
        "description": "a shipped technology's name, a technology file, or the technology itself",
        "anyOf": [{"type": "string"}, properties["technology"]],
    }
    return {"$schema": _DIALECT, **schema}


def technology_json_schema() -> JsonSchema:
    """Return the JSON Schema of a technology file."""
    return {"$schema": _DIALECT, **Technology.model_json_schema()}
