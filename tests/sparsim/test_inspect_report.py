"""Weights as a table and as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sparsim.export import json_text
from sparsim.inspect_report import inspect_table, inspection_as_json, totals_lines
from sparsim.inspection import Inspection, inspect_network
from tests.sparsim.test_report import printed
from tests.sparsim.trained import save_trained, trained_weights
from tests.workloads.test_stored_sparsely import DIAGONAL, save_tflite
from workloads.load import load_network


@pytest.fixture
def inspection(tmp_path: Path) -> Inspection:
    """Every other channel of w2 is zero: all its groups keep to 1:2, so to 2:4 too; w1 and w3 have no zeros."""
    weights = trained_weights()
    weights["w2"][:, ::2] = 0
    path = save_trained(tmp_path / "net.onnx", weights)
    return inspect_network(load_network(path), path)


def test_table(inspection: Inspection) -> None:
    assert [line.split() for line in printed(inspect_table(inspection))] == [
        ["weight", "shape", "format", "zeros", "tightest", "ok", "2:4", "dead"],
        ["w1", "16x8x3x3", "fp32", "0.0%", "0%"],
        ["w2", "16x16x1x1", "fp32", "50.0%", "1:2", "100%", "0+8"],
        ["w3", "16x10", "fp32", "0.0%", "0%"],
    ]


def test_totals(inspection: Inspection) -> None:
    """1,568 weights of 4 bytes; 128 of them are zero."""
    assert list(map(str, totals_lines(inspection))) == [
        "net: 1,568 weights in 3 tensors, 0.006272 MB dense",
        "zeros: 128 of 1,568 weights with values (8.2%); non-zero: 1,440",
        "groups that satisfy 2:4 in the layers that have zeros: 100.0%",
    ]


def test_without_values() -> None:
    inspection = inspect_network(load_network("resnet9"), "resnet9")
    assert printed(inspect_table(inspection))[0].split() == ["weight", "shape", "format"]
    lines = list(map(str, totals_lines(inspection)))
    assert len(lines) == 2
    assert lines[1] == "note: no values: there are shapes and formats alone, and zeros can only be synthetic"


def test_some_without_values(inspection: Inspection) -> None:
    first, *others = inspection.layers
    lines = totals_lines(replace(inspection, layers=(replace(first, values=None), *others)))
    assert str(lines[-1]) == "note: 1 tensors have no values in the file"


def test_stored_without_zeros(tmp_path: Path) -> None:
    """A diagonal of 4 x 4."""
    path = save_tflite(tmp_path / "net.tflite", {"order": (0, 1), "levels": [4, DIAGONAL]}, 4)
    inspection = inspect_network(load_network(path), path)
    assert "stored without zeros: 1 tensors, 4 of 16 weights" in list(map(str, totals_lines(inspection)))
    assert printed(inspect_table(inspection))[1].split()[-1] == "CSR"


def test_names_print_as_they_are(inspection: Inspection) -> None:
    layer = replace(inspection.layers[0], tensor="[red]a\x1b[2Jb")
    named = Inspection(network="n\x07", layers=(layer,))
    assert printed(inspect_table(named))[1].startswith(r"[red]a\x1b[2Jb")
    assert str(totals_lines(named)[0]).startswith(r"n\x07: ")


def test_json(inspection: Inspection) -> None:
    figures = inspection_as_json(inspection)
    json_text(figures)
    assert (figures["num_weights"], figures["num_zeros"]) == (1568, 128)
    assert figures["zero_fraction"] == pytest.approx(128 / 1568)
    layers = figures["layers"]
    assert isinstance(layers, list)
    second = layers[1]
    assert isinstance(second, dict)
    assert (second["tensor"], second["shape"], second["tightest_pattern"]) == ("w2", [16, 16, 1, 1], "1:2")
    assert second["satisfied_fraction"] == {"1:2": 1.0, "2:4": 1.0, "1:4": 0.0, "2:8": 0.0, "4:8": 1.0}
    assert (second["num_dead_filters"], second["num_dead_channels"], second["used_bits"]) == (0, 8, None)


def test_json_without_values() -> None:
    figures = inspection_as_json(inspect_network(load_network("resnet9"), "resnet9"))
    json_text(figures)
    assert (figures["num_zeros"], figures["zero_fraction"]) == (None, None)
    layers = figures["layers"]
    assert isinstance(layers, list)
    assert isinstance(layers[0], dict)
    assert layers[0]["satisfied_fraction"] is None
