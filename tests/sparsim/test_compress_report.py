"""What compressing a file did, printed and as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sparsim.compress_file import CompressedFile, compress_file
from sparsim.compress_report import compress_table, compressed_file_as_json, size_lines
from sparsim.export import json_text
from tests.sparsim.test_report import printed
from workloads.compression.numbers.error_measures import WeightError
from workloads.load import load_network


@pytest.fixture
def file(trained: Path) -> CompressedFile:
    """Of w2, 256 weights, half are left; error energies of one part in a hundred are 10 % and 20 dB."""
    found = compress_file(load_network(trained), trained, "conv2=nm:2:4+int8", trained.with_name("out.onnx"))
    layer = replace(found.layers[0], error=WeightError(signal_energy=100.0, error_energy=1.0))
    return replace(found, layers=(layer,))


def test_table(file: CompressedFile) -> None:
    assert [line.split() for line in printed(compress_table(file))] == [
        ["weight", "method", "non-zero", "error", "SQNR", "dB", "bits", "stored", "as", "in", "file"],
        ["w2", "nm:2:4+int8", "50.0%", "10.00%", "20.0", "5.00", "bitmap", "int8"],
    ]


def test_a_weight_that_does_not_change_has_no_ratio(file: CompressedFile) -> None:
    layer = replace(file.layers[0], error=WeightError(signal_energy=1.0, error_energy=0.0))
    row = printed(compress_table(replace(file, layers=(layer,))))[1].split()
    assert row[:5] == ["w2", "nm:2:4+int8", "50.0%", "0.00%", "5.00"]


def test_sizes(file: CompressedFile) -> None:
    """256 weights of 4 bytes are 0.001024 MB; at 5 bits 160 bytes."""
    lines = list(map(str, size_lines(file)))
    assert lines[0].startswith(f"wrote {file.written.path}: 0.00")
    assert lines[1] == (
        "compressed weights: 128 of 256 are non-zero; 0.00016 MB in the cheapest storage format of each, "
        "were 0.001024 MB"
    )
    assert lines[2] == "note: compressed as conv2=nm:2:4+int8"


def test_names_print_as_they_are(file: CompressedFile) -> None:
    layer = replace(file.layers[0], tensor="w\x1b2")
    written = replace(file.written, weights=(replace(file.written.weights[0], name="w\x1b2"),))
    named = replace(file, layers=(layer,), written=written, storage={"w\x1b2": file.storage["w2"]})
    assert printed(compress_table(named))[1].startswith(r"w\x1b2 ")


def test_json(file: CompressedFile) -> None:
    figures = compressed_file_as_json(file)
    json_text(figures)
    assert figures["layers"] == [
        {
            "operator": "conv2",
            "tensor": "w2",
            "method": "nm:2:4+int8",
            "num_weights": 256,
            "num_nonzeros": 128,
            "weight_density_fraction": 0.5,
            "relative_error_fraction": 0.1,
            "sqnr_db": 20.0,
            "weight_format": "bitmap",
            "stored_bits": 1280.0,
            "in_file_as": "int8",
        }
    ]
    assert (figures["dense_bits_before"], figures["stored_bits"]) == (8192, 1280)
    assert figures["path"] == str(file.written.path)


def test_json_has_null_for_what_is_infinite(file: CompressedFile) -> None:
    layer = replace(file.layers[0], error=WeightError(signal_energy=1.0, error_energy=0.0))
    layers = compressed_file_as_json(replace(file, layers=(layer,)))["layers"]
    assert isinstance(layers, list)
    assert isinstance(layers[0], dict)
    assert (layers[0]["relative_error_fraction"], layers[0]["sqnr_db"]) == (0.0, None)
