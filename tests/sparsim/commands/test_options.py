"""Values of options."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sparsim.commands.options import file_name, folder_name, parse_bindings, positive_integer
from workloads.errors import ConfigError


def test_numbers() -> None:
    assert positive_integer("1") == 1
    assert positive_integer("0128") == 128
    assert positive_integer("9" * 18) == 10**18 - 1


@pytest.mark.parametrize("text", ["0", "00", "-1", "+1", "1.0", "1e3", "1_000", " 1", "", "\u0661", "\u00b2"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected a whole number of at least 1, found "):
        positive_integer(text)


def test_numbers_that_are_too_long() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected at most 18 digits, found 5000"):
        positive_integer("9" * 5000)


def test_folders() -> None:
    assert folder_name("out/mine") == Path("out/mine")
    with pytest.raises(argparse.ArgumentTypeError, match="expected the name of a folder, found ' '"):
        folder_name(" ")


def test_files() -> None:
    assert file_name("out/mine.onnx") == Path("out/mine.onnx")
    with pytest.raises(argparse.ArgumentTypeError, match="expected the name of a file, found ''"):
        file_name("")


def test_bindings() -> None:
    assert parse_bindings(["batch=1", " seq = 128 ", "batch=1", "a.b=2"]) == {
        "batch": 1,
        "seq": 128,
        "a.b": 2,
    }
    assert parse_bindings([]) == {}


@pytest.mark.parametrize("text", ["batch", "=1", " =1", "batch=", "batch=x", "batch=0", "a=b=1"])
def test_wrong_bindings(text: str) -> None:
    with pytest.raises(ConfigError, match=f"--bind {text}: expected "):
        parse_bindings([text])
