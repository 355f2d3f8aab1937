"""docs/compression.md: its specs can be read, and its table of accelerators is what ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hw_configs.load import list_accelerators, load_accelerator
from workloads.compression import parse_spec
from workloads.compression.spec.method_text import KNOWN_METHODS
from workloads.storage import StorageFormat

PAGE = (Path(__file__).parents[2] / "docs" / "compression.md").read_text(encoding="utf-8")
METHODS = PAGE.partition("| method |")[2].partition("\n\n")[0]
SPECS = [
    spec
    for line in METHODS.splitlines()[2:]
    for spec in re.findall(r"`([^`]+)`", line.rpartition("| ")[0].rpartition("|")[2])
]
WORDS = {
    "run_length": "run lengths",
    "bitmap": "bitmap",
    "codebook": "codebook",
    "nm": "N:M",
    "csc": "CSC",
}


@pytest.mark.parametrize("spec", SPECS)
def test_examples_are_specs(spec):
    assert str(parse_spec(spec))


def test_every_method_is_in_the_table():
    shown = {re.split(r"[:=]", spec)[0] for spec in re.findall(r"`([^`]+)`", METHODS)}
    assert {re.split(r"[:=]", method)[0] for method in KNOWN_METHODS} - shown <= {"intB", "wB", "wBaB", "fp16", "bf16"}


def test_the_line_and_the_file_say_what_they_show(tmp_path):
    line = re.search(r"^    (nm:2:8\+int8; .*)$", PAGE, re.MULTILINE)
    assert line
    assert parse_spec(line[1]).seed == 1
    path = tmp_path / "spec.yaml"
    path.write_text(PAGE.partition("```yaml\n")[2].partition("```")[0])
    spec = parse_spec(str(path))
    assert (str(spec.default), spec.keep, spec.activation_density.default) == ("nm:2:8+int8", ("first", "last"), 0.5)


@pytest.mark.parametrize("name", list_accelerators())
def test_table_of_accelerators(name):
    (line,) = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}`" in line]
    decoded = line.rstrip("| ").rpartition("|")[2].strip()
    compression = load_accelerator(name).compression
    formats = compression.weight.formats if compression.weight else ()
    expected = ", ".join(WORDS[one] for one in formats)
    if compression.activation:
        expected += ", activations too"
    assert decoded == (expected or "nothing")


def test_the_lines_of_python_draw_figures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        exec(block.replace("resnet50", "resnet9"), {})
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["speedup_against_density.png", "storage.png"]


def test_every_storage_format_is_explained():
    table = PAGE.partition("## Storage")[2]
    assert all(f"`{one}`" in table for one in StorageFormat if one is not StorageFormat.DENSE)
