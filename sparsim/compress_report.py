"""What compressing a file did, as a table and as JSON."""

from __future__ import annotations

import math

from rich.text import Text

from sparsim.compress_file import CompressedFile
from sparsim.export import JsonObject
from sparsim.name_table import NameTable
from sparsim.wording import format_number, printable
from workloads.compression import CompressedLayer

_HEADINGS = ("weight", "method", "non-zero", "error", "SQNR dB", "bits", "stored as", "in file")
_NUMBERS = ("non-zero", "error", "SQNR dB", "bits")


def compress_table(file: CompressedFile) -> NameTable:
    """Return a line a weight: what was done, what is left, how far it is off, its cheapest storage and the file's."""
    written = {weight.name: weight.stored_as for weight in file.written.weights}
    rows = tuple(
        (
            printable(layer.tensor),
            layer.method,
            f"{layer.density_fraction:.1%}",
            _percent(layer.relative_error_fraction),
            _decibels(layer.sqnr_db),
            f"{file.storage[layer.tensor].total_bits / layer.num_weights:.2f}",
            file.storage[layer.tensor].format,
            written[layer.tensor],
        )
        for layer in file.layers
    )
    return NameTable(headings=_HEADINGS, rows=rows, numbers=_NUMBERS)


def _percent(fraction: float | None) -> str:
    return "" if fraction is None or math.isinf(fraction) else f"{fraction:.2%}"


def _decibels(value: float | None) -> str:
    """Return a ratio in dB; a blank where nothing changed, and it is infinite."""
    return "" if value is None or math.isinf(value) else f"{value:.1f}"


def size_lines(file: CompressedFile) -> tuple[Text, ...]:
    """Return sizes before and after, and the notes."""
    written = file.written
    weights = sum(layer.num_weights for layer in file.layers)
    nonzeros = sum(layer.num_nonzeros for layer in file.layers)
    lines = (
        f"wrote {printable(str(written.path))}: {_megabytes(8 * written.num_bytes_after)} MB, "
        f"was {_megabytes(8 * written.num_bytes_before)} MB",
        f"compressed weights: {nonzeros:,} of {weights:,} are non-zero; {_megabytes(file.stored_bits)} MB in the "
        f"cheapest storage format of each, were {_megabytes(file.dense_bits_before)} MB",
    )
    notes = (f"note: {printable(note)}" for note in file.notes)
    return (*map(Text, lines), *(Text(note, style="dim") for note in notes))


def _megabytes(bits: float) -> str:
    return format_number(bits / 8e6)


def compressed_file_as_json(file: CompressedFile) -> JsonObject:
    """Return every figure; null for a ratio that is not finite."""
    stored_as = {weight.name: weight.stored_as for weight in file.written.weights}
    return {
        "spec": file.spec,
        "source": str(file.source),
        "path": str(file.written.path),
        "file_bytes_before": file.written.num_bytes_before,
        "file_bytes_after": file.written.num_bytes_after,
        "dense_bits_before": file.dense_bits_before,
        "stored_bits": file.stored_bits,
        "layers": [
            {
                **_layer_as_json(layer),
                "weight_format": file.storage[layer.tensor].format,
                "stored_bits": file.storage[layer.tensor].total_bits,
                "in_file_as": stored_as[layer.tensor],
            }
            for layer in file.layers
        ],
        "notes": list(file.notes),
    }


def _layer_as_json(layer: CompressedLayer) -> JsonObject:
    return {
        "operator": layer.operator,
        "tensor": layer.tensor,
        "method": layer.method,
        "num_weights": layer.num_weights,
        "num_nonzeros": layer.num_nonzeros,
        "weight_density_fraction": layer.density_fraction,
        "relative_error_fraction": _finite(layer.relative_error_fraction),
        "sqnr_db": _finite(layer.sqnr_db),
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else value
