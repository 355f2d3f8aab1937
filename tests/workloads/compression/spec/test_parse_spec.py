"""Specs from text: defaults, layers, what is kept; and every error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workloads.compression.spec.method_text import parse_recipe
from workloads.compression.spec.methods import Recipe
from workloads.compression.spec.parse_spec import parse_spec
from workloads.compression.spec.spec import ActivationDensity, CompressionSpec, LayerDensity, LayerRule
from workloads.errors import ConfigError


def test_a_bare_spec_is_the_default_of_all_layers() -> None:
    assert parse_spec("nm:2:8+int4") == CompressionSpec(default=parse_recipe("nm:2:8+int4"))


def test_all_pieces() -> None:
    text = "nm:2:8; layer3.*=int4 ;keep=first, last;seed=7;activation_density=0.5;fc=dense"
    assert parse_spec(text) == CompressionSpec(
        default=parse_recipe("nm:2:8"),
        layers=(LayerRule(glob="layer3.*", recipe=parse_recipe("int4")), LayerRule(glob="fc", recipe=Recipe())),
        keep=("first", "last"),
        seed=7,
        activation_density=ActivationDensity(default=0.5),
    )


def test_densities_of_single_layers() -> None:
    spec = parse_spec("activation_density: fc =0.25; activation_density:a=b=1; activation_density:fc=0")
    assert spec.activation_density == ActivationDensity(
        layers=tuple(
            LayerDensity(glob=glob, density_fraction=part) for glob, part in (("fc", 0.25), ("a=b", 1), ("fc", 0))
        )
    )


def test_a_glob_may_hold_an_equals_sign() -> None:
    assert parse_spec("a=b*=int8").layers == (LayerRule(glob="a=b*", recipe=parse_recipe("int8")),)


@pytest.mark.parametrize(
    "text",
    [
        "nm:2:8; fc=int8; keep=first,last",
        "fc=dense",
        "lowrank:0.25+w4a8",
        "unstructured:0.5; keep=first; seed=3; activation_density=0.123456789",
        "dense; activation_density=0.5",
        "int8; activation_density=0.5; activation_density:fc=0.25; activation_density:layer1.*=0.75",
        "dense; activation_density:x:0=1.0",
    ],
)
def test_prints_as_written(text: str) -> None:
    assert str(parse_spec(text)) == text
    assert parse_spec(str(parse_spec(text))) == parse_spec(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dense", True),
        ("dense; keep=first; seed=2", True),
        ("fc=dense", True),
        ("fc=int8", False),
        ("int8", False),
        ("activation_density=0.5", False),
        ("activation_density:fc=0.5", False),
    ],
)
def test_whether_a_spec_changes_anything(text: str, expected: bool) -> None:
    assert parse_spec(text).changes_nothing is expected


def test_a_name_that_ends_in_yaml_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("default: nm:2:8\n")
    assert parse_spec(str(path)) == parse_spec("nm:2:8")
    with pytest.raises(ConfigError, match=r"missing\.yml: cannot be read: No such file or directory"):
        parse_spec(str(tmp_path / "missing.yml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "compression spec '' says nothing: expected a method, such as nm:2:8 or int8"),
        ("keep=first", "compression spec 'keep=first' says nothing: expected a method, such as nm:2:8 or int8"),
        ("int8;nm:2:4", "compression spec: 'nm:2:4': a default is given twice"),
        ("int8;keep=first;keep=last", "compression spec: 'keep=last': keep is given twice"),
        ("int8;seed=1;seed=1", "compression spec: 'seed=1': seed is given twice"),
        ("int8;keep=", "compression spec: expected first, last, depthwise or a glob, found an empty name"),
        (
            "int8;seed=-1",
            "compression spec: 'seed=-1': expected a whole number from 0 to 999999999999999999, found '-1'",
        ),
        (
            "int8;seed=1.5",
            "compression spec: 'seed=1.5': expected a whole number from 0 to 999999999999999999, found '1.5'",
        ),
        (
            "int8;seed=1000000000000000000",
            "compression spec: 'seed=1000000000000000000': expected a whole number from 0 to 999999999999999999, found "
            "'1000000000000000000'",
        ),
        ("int8;fc=nm:2", "compression spec: 'fc=nm:2': compression method 'nm:2': expected nm:N:M"),
        (
            "int8;activation_density=half",
            "compression spec: 'activation_density=half': expected a fraction in [0, 1], found 'half'",
        ),
        (
            "int8;activation_density:fc=half",
            "compression spec: 'activation_density:fc=half': expected a fraction in [0, 1], found 'half'",
        ),
        ("int8;activation_density:fc=1.5", "activation density of 'fc' is 1.5, expected a fraction in [0, 1]"),
        (
            "int8;activation_density:=0.5",
            "compression spec: expected first, last, depthwise or a glob, found an empty name",
        ),
        (
            "int8;activation_density=1.5",
            "activation density of 'activation_density' is 1.5, expected a fraction in [0, 1]",
        ),
    ],
)
def test_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        parse_spec(text)


@pytest.mark.parametrize(("key", "question"), [("foo", ""), ("sed", "; did you mean 'seed'?")])
def test_a_piece_that_is_neither_a_key_nor_a_rule(key: str, question: str) -> None:
    expected = (
        f"compression spec: '{key}=bar': expected GLOB=METHODS, keep=, seed=, activation_density=; '{key}' is none of "
        f"these keys{question}, and as a glob of layers needs a method: unknown compression method 'bar': expected nm:N"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(expected)}"):
        parse_spec(f"nm:2:4;{key}=bar")


def test_a_negative_seed_in_a_spec_made_by_hand() -> None:
    with pytest.raises(ConfigError, match=r"^compression spec: seed is -1, expected 0 to 999999999999999999$"):
        CompressionSpec(seed=-1)
