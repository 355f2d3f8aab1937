"""A field and its value as the text that changes an accelerator."""

from __future__ import annotations

import json

from hw_configs.yaml_source import YamlValue


def override_text(field: str, value: YamlValue) -> str:
    """Return ``field=value`` as ``load_accelerator`` takes it: JSON, which YAML reads as the same value.

    >>> override_text("array.rows", 64)
    'array.rows=64'
    """
    return f"{field}={json.dumps(value, ensure_ascii=False)}"
