"""The grid of compressions and accelerators as a table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from rich.text import Text

from simulator.result import Result
from sparsim.comparison import ComparedCell
from sparsim.compression_totals import compression_totals
from sparsim.export import JsonObject
from sparsim.name_table import NameTable
from sparsim.wording import format_column, printable

COLUMNS = (
    "compression",
    "accelerator",
    "total_cycles",
    "latency_ms",
    "speedup_over_dense",
    "ideal_speedup",
    "energy_pj",
    "off_chip_bytes",
    "weight_bits",
    "metadata_bits",
    "infeasible",
)
_NAMES = ("compression", "accelerator")
_FIGURES = ("ms", "speed-up", "ideal", "mJ", "MB")


def cell_as_json(cell: ComparedCell) -> JsonObject:
    """Return the figures of ``cell`` under the names in ``COLUMNS``; null where there is no plan or nothing is left."""
    return {
        **dict.fromkeys(COLUMNS),
        **({} if cell.result is None else _figures(cell.result)),
        "ideal_speedup": _ideal_speedup(cell),
        "compression": cell.compression,
        "accelerator": cell.accelerator,
        "speedup_over_dense": cell.speedup_over_dense,
        "infeasible": cell.infeasible or None,
    }


def _figures(result: Result) -> JsonObject:
    totals = compression_totals(result)
    return {
        "total_cycles": result.total_cycles,
        "latency_ms": result.latency_ms,
        "energy_pj": result.energy.total_pj,
        "off_chip_bytes": _off_chip_bytes(result),
        "weight_bits": totals.weight_bits,
        "metadata_bits": totals.metadata_bits,
    }


def _off_chip_bytes(result: Result) -> int:
    return result.off_chip_read_bytes + result.off_chip_write_bytes


def cells_as_csv(cells: Sequence[ComparedCell]) -> str:
    """Return one row a cell, under ``COLUMNS``; what is unknown is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(cell_as_json(cell) for cell in cells)
    return text.getvalue()


def comparison_table(cells: Sequence[ComparedCell]) -> NameTable:
    """Return a line a cell, the accelerators of one compression together."""
    results = [cell.result for cell in cells if cell.result is not None]
    milliseconds, energies, megabytes = (
        iter(format_column(values, len(values)))
        for values in (
            [result.latency_ms for result in results],
            [result.energy.total_pj / 1e9 for result in results],
            [_off_chip_bytes(result) / 1e6 for result in results],
        )
    )
    rows = []
    previous = ""
    for cell in cells:
        name = "" if cell.compression == previous else printable(cell.compression)
        previous = cell.compression
        if cell.result is None:
            figures = ("no plan", "", "", "", "")
        else:
            figures = (next(milliseconds), *_speedups(cell), next(energies), next(megabytes))
        rows.append((name, printable(cell.accelerator), *figures))
    return NameTable(headings=(*_NAMES, *_FIGURES), rows=tuple(rows), numbers=_FIGURES, num_names=len(_NAMES))


def _speedups(cell: ComparedCell) -> tuple[str, str]:
    """Return the speed-up over dense, and the one if effectual products alone took time, before and now."""
    speedup, ideal = (
        "" if ratio is None else f"{ratio:.2f}x" for ratio in (cell.speedup_over_dense, _ideal_speedup(cell))
    )
    return speedup, ideal


def _ideal_speedup(cell: ComparedCell) -> float | None:
    """Return the speed-up of products alone; None where there is nothing to compare with, or no product is left."""
    if cell.result is None or cell.speedup_over_dense is None or cell.result.ideal_speedup == math.inf:
        return None
    return cell.result.ideal_speedup


def infeasible_notes(cells: Sequence[ComparedCell]) -> tuple[Text, ...]:
    """Return why cells have no plan, a line each."""
    return tuple(
        Text(f"no plan: {printable(f'{cell.compression} on {cell.accelerator}: {cell.infeasible}')}", style="dim")
        for cell in cells
        if cell.result is None
    )
