"""Seconds to place minimalloc's hard instances below 1 MiB, and how far placing by size overshoots."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measurement import Better, Measurement
from benchmarks.process import BenchmarkError
from mapper.allocate import Packing, PackingVerdict, greedy_by_size, pack, peak_bytes
from mapper.allocation_file import AllocationTable, load_boxes
from mapper.packing_search import compile_searches

_VARIABLE = "SPARSIM_REFERENCE"
_CAPACITY_BYTES = 1_048_576
_TARGET_SECONDS = 15
_TIME_LIMIT_SECONDS = 60.0


def measure() -> Iterator[Measurement]:
    """Yield the time of each instance in the folder ``minimalloc`` of ``$SPARSIM_REFERENCE``.

    Raises
    ------
    BenchmarkError
        When there is none, or when an instance stays undecided.

    Source: google/minimalloc, benchmarks/asplos2024.
    """
    folder = Path(os.environ.get(_VARIABLE, "")) / "minimalloc"
    paths = sorted(folder.glob(f"*.{_CAPACITY_BYTES}.csv")) if os.environ.get(_VARIABLE) else []
    if not paths:
        raise BenchmarkError(
            f"set {_VARIABLE} to a folder with minimalloc/*.{_CAPACITY_BYTES}.csv, of google/minimalloc"
        )
    compile_searches()
    for path in paths:
        table = load_boxes(path)
        packing = pack(table.boxes, _CAPACITY_BYTES, time_limit_s=_TIME_LIMIT_SECONDS)
        if packing.verdict is not PackingVerdict.PLACED:
            raise BenchmarkError(f"{path.name}: {packing.verdict} after {packing.seconds:.1f} s")
        yield _measurement(path, table, packing)


def _measurement(path: Path, table: AllocationTable, packing: Packing) -> Measurement:
    peak = peak_bytes(table.boxes, packing.offsets)
    overshoot = peak_bytes(table.boxes, greedy_by_size(table.boxes)) / _CAPACITY_BYTES - 1
    return Measurement(
        name=f"allocate {path.name}",
        value=packing.seconds,
        unit="s",
        target=_TARGET_SECONDS,
        better=Better.LOWER,
        details=f"{len(table.boxes)} buffers at {peak:,} of {_CAPACITY_BYTES:,} bytes after {packing.num_nodes:,} "
        f"placements, kernels compiled; greedy by size overshoots by {overshoot:.1%}",
    )
