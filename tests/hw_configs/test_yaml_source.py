"""YAML with line numbers."""

from pathlib import Path

import pytest

from hw_configs.yaml_source import parse_scalar, parse_yaml, read_yaml
from workloads.errors import ConfigError


def test_values_and_lines() -> None:
    document = parse_yaml("a: 1\nb:\n  c: [x, 2.5]\n  d: null\ne: yes\n", name="f.yaml")
    # YAML 1.2: yes is text.
    assert document.tree == {"a": 1, "b": {"c": ["x", 2.5], "d": None}, "e": "yes"}
    assert [type(value) for value in (document.tree["a"], document.tree["e"])] == [int, str]
    assert document.origin(("a",)) == "f.yaml, line 1"
    assert document.origin(("b", "c", 1)) == "f.yaml, line 3"
    assert document.origin(("b", "missing")) == "f.yaml, line 2"
    assert document.origin(("missing",)) == "f.yaml"


def test_anchors_and_merges_are_followed() -> None:
    document = parse_yaml("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", name="f.yaml")
    assert document.tree["b"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml, line 3: the key 'a' is repeated"),
        ("a:\n  b: 1\n  b: 2\n", "f.yaml, line 3: the key 'b' is repeated"),
        ("a: [1\nb: 2\n", "f.yaml, line 2: is no valid YAML: "),
        ("a: 1\n  b: 2\n", "f.yaml, line 2: is no valid YAML: "),
        ("a: *nowhere\n", "f.yaml, line 1: is no valid YAML: "),
        ("a: 1\n---\na: 2\n", "f.yaml, line 2: is no valid YAML: "),
        ("a: \x00\n", "f.yaml: is no valid YAML"),
        ("", "f.yaml: expected a mapping of fields, found nothing"),
        ("- 1\n", "f.yaml: expected a mapping of fields, found a list"),
        ("word\n", "f.yaml: expected a mapping of fields, found 'word'"),
        ("1: x\n", "f.yaml, line 1: expected text as a key, found 1"),
        ("a: 2020-01-01\n", "f.yaml, line 1: expected a number, text, list or mapping, found datetime.date"),
        ("a: " + "[" * 30 + "]" * 30, "f.yaml: expected at most 20000 values, nested 20 deep at most"),
        ("a: " + "[" * 3000 + "]" * 3000, "f.yaml: expected at most 20000 values, nested 20 deep at most"),
        (
            "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)),
            "f.yaml: expected at most 20000 values",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_yaml(text, name="f.yaml")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"a: \xff\xfe")
    with pytest.raises(ConfigError, match=r"binary.yaml: is no UTF-8 text \(byte 3\)"):
        read_yaml(binary)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(ConfigError, match=r"large\.yaml: expected at most 1048576 bytes, found 1048577"):
        read_yaml(large)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", 64),
        ("2.5", 2.5),
        ("256 KiB", "256 KiB"),
        ("null", None),
        ("true", True),
        ("[int8, fp16]", ["int8", "fp16"]),
        ("{capacity_bytes: 1 MiB}", {"capacity_bytes": "1 MiB"}),
    ],
)
def test_scalar(text: str, value: object) -> None:
    assert parse_scalar(text, name="override") == value


def test_scalar_refused() -> None:
    with pytest.raises(ConfigError, match=r"override a=\[, line 1: is no valid YAML"):
        parse_scalar("[", name="override a=[")
