"""STONNE: sparse matrix products on its SIGMA and MAGMA models, masks as its runs draw them."""

from __future__ import annotations

import re

import numpy as np

from hw_configs.array_sections import Sigma
from simulator.arrays.magma_rows import MagmaRows
from simulator.arrays.sigma import SigmaArray
from validation.check import Check, Comparison
from validation.stonne_masks import stationary_mask
from validation.table import TableRow
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BoolArray, Mask, Sparsity, SparsityOrigin

_COLUMNS = ("mode", "M", "N", "K", "array", "dn_bw", "rn_bw", "MK_sparsity_pct", "KN_sparsity_pct", "cycles")
_MULTIPLIERS = re.compile(r"([1-9][0-9]{0,4})ms")
_GROUPS = 4
"""MAGMA's columns at a time: STONNE's default T_N, with as many elements each as then fill the multipliers.

The table does not say which tile was run; both of its rows come out to the cycle with this one, and not with others.
"""
_MOST_ELEMENTS = 2**22
_MOST_SPARSITY_PCT = 98
"""From 99 on STONNE draws nothing but zeros."""


def _num_multipliers(row: TableRow) -> int:
    match = _MULTIPLIERS.fullmatch(row.text("array"))
    if match is None or not 2 <= int(match[1]) <= 2**16:
        raise row.error("array", "2 to 65536 multipliers, as in 128ms")
    return int(match[1])


def _bandwidths(row: TableRow) -> Sigma:
    for column in ("dn_bw", "rn_bw"):
        if row.size(column) > 2**16:
            raise row.error(column, "at most 65536 elements a cycle")
    return Sigma(distribution_bandwidth=row.size("dn_bw"), reduction_bandwidth=row.size("rn_bw"))


def _mask(row: TableRow) -> BoolArray:
    """Return the mask of M x K: the stationary matrix of both modes."""
    sparsity = row.number("MK_sparsity_pct")
    if sparsity != int(sparsity) or sparsity > _MOST_SPARSITY_PCT:
        raise row.error("MK_sparsity_pct", f"a whole number, at most {_MOST_SPARSITY_PCT}")
    if row.size("M") * row.size("K") > _MOST_ELEMENTS:
        raise row.error("M", f"at most {_MOST_ELEMENTS} elements of the M x K matrix")
    return stationary_mask(row.size("M"), row.size("K"), int(sparsity))


def _nest(row: TableRow, mask: BoolArray) -> MatrixNest:
    """Return the product with M as filters and N as positions: M x K stays on the array."""
    num_filters, num_channels = mask.shape
    weights = Sparsity(
        density_fraction=float(mask.mean()),
        origin=SparsityOrigin.SYNTHETIC,
        mask=Mask.of(mask.reshape(1, num_filters, 1, num_channels)),
    )
    return MatrixNest(
        groups=1,
        batch=row.size("N"),
        axes=(),
        num_filters=num_filters,
        num_channels=num_channels,
        input_bits=16,
        weight_bits=16,
        output_bits=32,
        resident_bits=0,
        num_output_elements=row.size("N") * num_filters,
        weight_sparsity=weights,
    )


def _compare_sigma(row: TableRow) -> Comparison | None:
    """Return the cycles of the whole product as one tile. Zeros of the streamed matrix change none."""
    if row.text("mode") != "SIGMA_SPARSE_GEMM":
        return None
    array = SigmaArray(num_multipliers=_num_multipliers(row), section=_bandwidths(row))
    nest = _nest(row, _mask(row))
    m, n, k = (np.asarray(size, dtype=np.int64) for size in (nest.m, nest.n, nest.k))
    cycles = array.bound_to(nest).tile_cycles(m, n, k)
    return Comparison(expected=(row.number("cycles"),), ours=(int(cycles.fill + cycles.stream),))


def _compare_magma(row: TableRow) -> Comparison | None:
    if row.text("mode") != "MAGMA_SPARSE_DENSE":
        return None
    multipliers = _num_multipliers(row)
    if multipliers % _GROUPS:
        raise row.error("array", f"a multiple of {_GROUPS} multipliers")
    array = MagmaRows(num_multipliers=multipliers, num_groups=_GROUPS, section=_bandwidths(row))
    nonzeros = np.count_nonzero(_mask(row), axis=1)
    return Comparison(expected=(row.number("cycles"),), ours=(int(array.row_cycles(nonzeros, row.size("N")).sum()),))


CHECKS = (
    Check(
        name="stonne_sigma_cycles",
        file_name="stonne.csv",
        columns=_COLUMNS,
        source="STONNE, Munoz-Martinez et al., IISWC 2021, mode SIGMA_SPARSE_GEMM",
        tolerance_fraction=0.05,
        compare=_compare_sigma,
    ),
    Check(
        name="stonne_magma_cycles",
        file_name="stonne.csv",
        columns=_COLUMNS,
        source="STONNE, Munoz-Martinez et al., IISWC 2021, mode MAGMA_SPARSE_DENSE",
        tolerance_fraction=0.0,
        compare=_compare_magma,
    ),
)
"""Five per cent: sums may leave the adder network up to its 7 levels early, of the 142 cycles that a fold takes."""
