"""The weights of a network as a table and as JSON."""

from __future__ import annotations

from rich.text import Text

from sparsim.export import JsonObject
from sparsim.inspection import InspectedLayer, Inspection
from sparsim.name_table import NameTable
from sparsim.wording import format_number, printable
from workloads.compression import RecognisedLayer

_SHOWN_PATTERN = "2:4"
_HEADINGS = ("weight", "shape", "format", "zeros", "tightest", f"ok {_SHOWN_PATTERN}", "bits", "dead", "stored")
_NUMBERS = ("zeros", f"ok {_SHOWN_PATTERN}", "bits", "dead")


def inspect_table(inspection: Inspection) -> NameTable:
    """Return a line a weight; without values only names, shapes and formats."""
    return NameTable(headings=_HEADINGS, rows=tuple(map(_row, inspection.layers)), numbers=_NUMBERS)


def _row(layer: InspectedLayer) -> tuple[str, ...]:
    values = layer.values
    return (
        printable(layer.tensor),
        "x".join(map(str, layer.shape)),
        layer.format,
        f"{values.zero_fraction:.1%}" if values else "",
        str(values.tightest or "") if values else "",
        _fit_text(values),
        str(values.used_bits or "") if values else "",
        _dead(values) if values else "",
        "" if layer.stored_as == "dense" else layer.stored_as,
    )


def _fit_text(values: RecognisedLayer | None) -> str:
    found = values.fits if values else ()
    return next((f"{fit.satisfied_fraction:.0%}" for fit in found if str(fit.pattern) == _SHOWN_PATTERN), "")


def _dead(values: RecognisedLayer) -> str:
    dead = values.num_dead_filters, values.num_dead_channels
    return f"{dead[0]}+{dead[1]}" if any(dead) else ""


def totals_lines(inspection: Inspection) -> tuple[Text, ...]:
    """Return what holds for the network as a whole, and what the columns mean."""
    name, layers = printable(inspection.network), inspection.layers
    lines = [f"{name}: {inspection.num_weights:,} weights in {len(layers)} tensors, {_megabytes(inspection)} MB dense"]
    if not inspection.num_valued:
        lines.append("note: no values: there are shapes and formats alone, and zeros can only be synthetic")
        return tuple(map(Text, lines))
    zeros = inspection.num_zeros / inspection.num_valued
    lines.append(
        f"zeros: {inspection.num_zeros:,} of {inspection.num_valued:,} weights with values ({zeros:.1%}); "
        f"non-zero: {inspection.num_valued - inspection.num_zeros:,}"
    )
    satisfied = _satisfied(inspection)
    if satisfied is not None:
        lines.append(f"groups that satisfy {_SHOWN_PATTERN} in the layers that have zeros: {satisfied:.1%}")
    if inspection.num_stored_sparsely:
        sparse = [layer for layer in layers if layer.stored_as != "dense" and layer.values is not None]
        weights = sum(layer.num_weights for layer in sparse)
        nonzeros = weights - sum(layer.values.num_zeros for layer in sparse if layer.values)
        lines.append(
            f"stored without zeros: {inspection.num_stored_sparsely} tensors, {nonzeros:,} of {weights:,} weights"
        )
    missing = [layer for layer in layers if layer.values is None]
    if missing:
        lines.append(f"note: {len(missing)} tensors have no values in the file")
    return tuple(map(Text, lines))


def _megabytes(inspection: Inspection) -> str:
    return format_number(sum(layer.size_bits for layer in inspection.layers) / 8e6)


def _satisfied(inspection: Inspection) -> float | None:
    """Return the groups of the shown pattern that keep to it, of all in layers with zeros; None without any.

    A layer counts by its weights, all groups of one layer being as long but for the last of a row.
    """
    counted = [
        (layer.num_weights, fit.satisfied_fraction)
        for layer in inspection.layers
        if layer.values is not None and layer.values.num_zeros > 0
        for fit in layer.values.fits
        if str(fit.pattern) == _SHOWN_PATTERN
    ]
    weights = sum(count for count, _ in counted)
    return sum(count * fraction for count, fraction in counted) / weights if weights else None


def inspection_as_json(inspection: Inspection) -> JsonObject:
    """Return every figure; null where a weight has no values."""
    has_values = inspection.num_valued > 0
    return {
        "network": inspection.network,
        "num_weights": inspection.num_weights,
        "num_zeros": inspection.num_zeros if has_values else None,
        "zero_fraction": inspection.num_zeros / inspection.num_valued if has_values else None,
        "num_stored_sparsely": inspection.num_stored_sparsely,
        "layers": [_layer_as_json(layer) for layer in inspection.layers],
    }


def _layer_as_json(layer: InspectedLayer) -> JsonObject:
    return {
        "operator": layer.operator,
        "kind": layer.kind,
        "tensor": layer.tensor,
        "shape": list(layer.shape),
        "format": layer.format,
        "size_bits": layer.size_bits,
        "num_weights": layer.num_weights,
        "stored_as": layer.stored_as,
        **_values_as_json(layer.values),
    }


def _values_as_json(values: RecognisedLayer | None) -> JsonObject:
    return {
        "num_zeros": values.num_zeros if values else None,
        "zero_fraction": values.zero_fraction if values else None,
        "num_filters": values.num_filters if values else None,
        "num_dead_filters": values.num_dead_filters if values else None,
        "num_channels": values.num_channels if values else None,
        "num_dead_channels": values.num_dead_channels if values else None,
        "tightest_pattern": str(values.tightest) if values and values.tightest else None,
        "satisfied_fraction": {str(fit.pattern): fit.satisfied_fraction for fit in values.fits} if values else None,
        "used_bits": values.used_bits if values else None,
    }
