"""The exported JSON Schemas accept what the loader accepts."""

from pathlib import Path

import jsonschema
import pytest

import hw_configs
from hw_configs.schema import accelerator_json_schema, technology_json_schema
from hw_configs.yaml_source import YamlValue, read_yaml

FOLDER = Path(hw_configs.__file__).parent
ACCELERATORS = sorted((FOLDER / "accelerators").glob("*.yaml"))
TECHNOLOGIES = sorted((FOLDER / "technologies").glob("*.yaml"))


def errors(tree: object, schema: dict[str, object]) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(tree)]


def test_they_are_schemas() -> None:
    for schema in (accelerator_json_schema(), technology_json_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", ACCELERATORS, ids=lambda path: path.stem)
def test_shipped_accelerators(path: Path) -> None:
    assert errors(read_yaml(path).tree, accelerator_json_schema()) == []


@pytest.mark.parametrize("path", TECHNOLOGIES, ids=lambda path: path.stem)
def test_shipped_technologies(path: Path) -> None:
    tree = read_yaml(path).tree
    assert errors(tree, technology_json_schema()) == []
    accelerator = read_yaml(ACCELERATORS[0]).tree
    assert errors({**accelerator, "technology": tree}, accelerator_json_schema()) == []


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (1024, True),
        ("256 KiB", True),
        ("256KiB", True),
        ("1.5 MiB", True),
        ("256", True),
        ("2e3 kB", True),
        ("512K B", False),
        ("256 KX", False),
        ("-256 KiB", False),
        (0, False),
        (-1, False),
        (True, False),
        (None, False),
    ],
)
def test_sizes(value: YamlValue, accepted: bool) -> None:
    tree = read_yaml(ACCELERATORS[0]).tree
    pad = tree["scratchpad"]
    assert isinstance(pad, dict)
    changed = {**tree, "scratchpad": {**pad, "capacity_bytes": value}}
    assert (errors(changed, accelerator_json_schema()) == []) == accepted


@pytest.mark.parametrize(
    ("name", "accepted"),
    [("int8", True), ("uint4", True), ("bf16", True), ("fp12", False), ("int65", False), ("int0", False)],
)
def test_formats(name: str, accepted: bool) -> None:
    tree = read_yaml(ACCELERATORS[0]).tree
    changed = {**tree, "vector_unit": {"lanes": 1, "format": name}}
    assert (errors(changed, accelerator_json_schema()) == []) == accepted


def test_unbounded_bandwidth_and_unknown_fields() -> None:
    tree = read_yaml(ACCELERATORS[0]).tree
    off_chip = tree["off_chip"]
    assert isinstance(off_chip, dict)
    assert (
        errors({**tree, "off_chip": {**off_chip, "bandwidth_bytes_per_second": None}}, accelerator_json_schema()) == []
    )
    assert errors({**tree, "extra": 1}, accelerator_json_schema()) != []
