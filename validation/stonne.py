"""STONNE: dense matrix products on its output-stationary mesh."""

from __future__ import annotations

import re

import numpy as np

from simulator.arrays.mesh import MeshArray
from validation.check import Check, Comparison
from validation.table import MAX_SIZE, TableRow

_ARRAY = re.compile(r"([1-9][0-9]{0,9})x([1-9][0-9]{0,9})")


def _mesh(row: TableRow) -> MeshArray:
    match = _ARRAY.fullmatch(row.text("array"))
    if match is None or max(int(side) for side in match.groups()) > MAX_SIZE:
        raise row.error("array", "rows x columns, as in 8x8")
    return MeshArray(int(match[1]), int(match[2]))


def _compare_cycles(row: TableRow) -> Comparison | None:
    """Return the cycles of a dense product that fills every fold.

    The table says nothing of folds that are partly filled: rows with such are not for this check.
    """
    if row.text("mode") != "TPU_OS_DENSE":
        return None
    mesh, sizes = _mesh(row), (row.size("M"), row.size("N"), row.size("K"))
    if sizes[0] % mesh.rows or sizes[1] % mesh.cols:
        return None
    if sizes[0] * sizes[1] * sizes[2] >= 2**62:
        raise row.error("M", "fewer than 2^62 multiply-accumulates in the layer")
    m, n, k = (np.asarray(size, dtype=np.int64) for size in sizes)
    cycles = mesh.tile_cycles(m, n, k)
    return Comparison(expected=(row.number("cycles"),), ours=(int(cycles.fill + cycles.stream),))


CHECKS = (
    Check(
        name="stonne_mesh_cycles",
        file_name="stonne.csv",
        columns=("mode", "M", "N", "K", "array", "cycles"),
        source="STONNE, Munoz-Martinez et al., IISWC 2021, mode TPU_OS_DENSE, full tiles",
        tolerance_fraction=0.0,
        compare=_compare_cycles,
    ),
)
