from __future__ import annotations

import pytest

from hw_configs.override import split_override
from hw_configs.yaml_source import YamlValue
from sweeps.override_text import override_text


@pytest.mark.parametrize("value", [64, 1.5, 1e-7, "512 KiB", "os", "yes", "1", None, True, ["int8", "int16"]])
def test_reads_back_as_the_same_value(value: YamlValue) -> None:
    path, found = split_override(override_text("array.rows", value))
    assert (path, found, type(found)) == (("array", "rows"), value, type(value))
