"""Messages: where, which field, and what was meant."""

import pytest

from hw_configs.accelerator import Dma
from hw_configs.validate import dotted, suggest, validate
from hw_configs.yaml_source import parse_yaml
from workloads.errors import ConfigError


def test_dotted() -> None:
    assert dotted(("array", "formats", 0)) == "array.formats[0]"
    assert dotted(("name",)) == "name"


def test_suggest() -> None:
    assert suggest("row", ("rows", "cols")) == "did you mean rows?"
    assert suggest("zzz", ("rows", "cols")) == "expected one of rows, cols"


def test_a_model() -> None:
    assert validate(parse_yaml("channels: 3\n", name="dma.yaml"), Dma) == Dma(channels=3)


def test_long_values_are_cut() -> None:
    document = parse_yaml(f"channels: {'x' * 500}\n", name="dma.yaml")
    with pytest.raises(ConfigError) as error:
        validate(document, Dma)
    assert str(error.value) == (
        "dma.yaml, line 1: channels: expected a whole number from 1 to 2147483647, found '" + "x" * 56 + "..."
    )
