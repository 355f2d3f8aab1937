"""Specs from YAML: the same as from text, and errors that name file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workloads.compression.spec.parse_spec import parse_spec
from workloads.compression.spec.spec import ActivationDensity, LayerDensity
from workloads.compression.spec.spec_file import read_spec_file
from workloads.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_says_what_text_says(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'default: nm:2:8\nlayers:\n  "layer3.*": nm:2:8+int4\n  fc: int8\nkeep: [first, last]\nseed: 3\n',
    )
    assert read_spec_file(path) == parse_spec("nm:2:8; layer3.*=nm:2:8+int4; fc=int8; keep=first,last; seed=3")


def test_activation_density_by_layer(tmp_path: Path) -> None:
    spec = read_spec_file(write(tmp_path, "activation_density: {default: 0.5, layers: {fc: 0.25, point: 1}}\n"))
    assert spec.activation_density == ActivationDensity(
        default=0.5,
        layers=(LayerDensity(glob="fc", density_fraction=0.25), LayerDensity(glob="point", density_fraction=1)),
    )


def test_densities_by_layer_tell_specs_apart(tmp_path: Path) -> None:
    """And their text says what the file does."""
    texts = []
    for density in (0.25, 0.5):
        text = f'default: int8\nactivation_density: {{default: 0.5, layers: {{fc: {density}, "layer1.*": 1}}}}\n'
        spec = read_spec_file(write(tmp_path, text))
        assert parse_spec(str(spec)) == spec
        texts.append(str(spec))
    begin = "int8; activation_density=0.5; activation_density:fc="
    assert texts == [f"{begin}{part}; activation_density:layer1.*=1.0" for part in ("0.25", "0.5")]


def test_keep_as_text(tmp_path: Path) -> None:
    assert read_spec_file(write(tmp_path, "default: int8\nkeep: first, fc\n")).keep == ("first", "fc")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- int8\n", ": expected a mapping of default, layers, keep, seed, activation_density, found ['int8']"),
        (
            "defualt: int8\n",
            ", line 1: defualt: unknown field, expected one of default, layers, keep, seed, activation_density",
        ),
        (
            "default: int8\ndefault: int4\n",
            ", line 2: the key 'default' is repeated",
        ),
        ("default: [int8\n", ", line 2: is no valid YAML: expected ',' or ']', but got '<stream end>'"),
        ("default: 8\n", ", line 1: default: expected methods, such as nm:2:8+int4, found 8"),
        (
            "layers:\n  fc: nm:9:8\n",
            ", line 2: fc: compression method 'nm:9:8': expected a whole number N from 1 to 8, found 9",
        ),
        ("default: int8\nlayers: int8\n", ", line 2: layers: expected a mapping, found 'int8'"),
        ("keep: {a: 1}\n", ", line 1: keep: expected a list of names or globs, found {'a': 1}"),
        ("keep: [1]\n", ", line 1: keep: expected a list of names or globs, found [1]"),
        ("seed: 2024-13-01\n", ": holds a value that cannot be: month must be in 1..12"),
        (
            "seed: 1000000000000000000\n",
            ": compression spec: seed is 1000000000000000000, expected 0 to 999999999999999999",
        ),
        ("seed: yes!\n", ", line 1: seed: expected a whole number, found 'yes!'"),
        ("seed: true\n", ", line 1: seed: expected a whole number, found True"),
        ("seed: -1\n", ": compression spec: seed is -1, expected 0 to 999999999999999999"),
        (
            "activation_density:\n  default: high\n",
            ", line 2: default: expected a fraction in [0, 1], found 'high'",
        ),
        (
            "activation_density: {layers: {fc: 2}}\n",
            ": activation density of 'fc' is 2, expected a fraction in [0, 1]",
        ),
        ("activation_density: {all: 1}\n", ", line 1: all: unknown field, expected one of default, layers"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=f"^{re.escape(f'{path}{message}')}$"):
        read_spec_file(path)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"spec\.yaml: is no UTF-8 text \(byte 0\)$"):
        read_spec_file(path)


def test_a_file_that_is_too_long(tmp_path: Path) -> None:
    path = write(tmp_path, "#" * (2**20 + 1))
    with pytest.raises(ConfigError, match=r"spec\.yaml: expected at most 1048576 bytes, found 1048577$"):
        read_spec_file(path)


def test_characters_that_yaml_forbids(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"spec\.yaml: is no valid YAML: unacceptable character #x0000"):
        read_spec_file(write(tmp_path, "default: int8\0"))


def test_a_file_that_is_nested_too_deep(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"spec\.yaml: is nested too deep for a compression spec$"):
        read_spec_file(write(tmp_path, "default: " + "[" * 2000))
