"""STONNE's SIGMA and MAGMA figures: the error of each row, what a row may say, and what densities alone would give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hw_configs.array_sections import Sigma
from simulator.arrays.sigma import SigmaArray
from validation.run import DATA_DIR, run_checks
from validation.stonne_sigma import CHECKS
from validation.table import TableRow, read_table
from workloads.errors import SparsimError

ROW = {
    "mode": "SIGMA_SPARSE_GEMM",
    "M": "64",
    "N": "64",
    "K": "256",
    "array": "128ms",
    "dn_bw": "64",
    "rn_bw": "64",
    "MK_sparsity_pct": "0",
    "KN_sparsity_pct": "0",
    "cycles": "18562",
}
SIGMA, MAGMA = CHECKS


def row(**changes: str) -> TableRow:
    return TableRow(path=Path("stonne.csv"), line=8, cells=ROW | changes)


def test_errors_of_the_shipped_rows():
    errors = {}
    for line in read_table(DATA_DIR / "stonne.csv", SIGMA.columns):
        comparison = SIGMA.compare(line)
        if comparison is not None:
            errors[line.text("MK_sparsity_pct"), line.text("KN_sparsity_pct")] = comparison.error_fraction

    assert {key: round(100 * error, 2) for key, error in errors.items()} == {
        ("0", "0"): 0.22,
        ("50", "0"): 0.73,
        ("90", "0"): 0.4,
        ("0", "50"): 0.22,
        ("75", "50"): 0.09,
        ("90", "50"): 0.4,
    }


def test_reports():
    sigma, magma = run_checks(["stonne_sigma_cycles", "stonne_magma_cycles"])

    assert (sigma.rows, sigma.matched, sigma.num_other_rows) == (6, 6, 8)
    assert (magma.rows, magma.matched, magma.worst_error_fraction) == (2, 2, 0.0)


def test_folds_of_the_dense_row():
    # 1 % of zeros: all 64 filters have 255 non-zeros or fewer but three: 128 + 3 folds of 142 cycles
    assert SIGMA.compare(row()).ours == (131 * 142,)


@pytest.mark.parametrize(
    ("sparsity_pct", "cycles", "within"), [(0, 18562, 0.04), (50, 11841, 0.05), (75, 5533, 0.03), (90, 1980, 0.07)]
)
def test_what_densities_alone_would_give(sparsity_pct, cycles, within):
    section = Sigma(distribution_bandwidth=64, reduction_bandwidth=64)
    array = SigmaArray(
        num_multipliers=128, section=section, weight_density_fraction=1 - (sparsity_pct + 1) / 100, dispersion=1.0
    )

    ours = array.tile_cycles(np.int64(64), np.int64(64), np.int64(256))

    assert int(ours.fill + ours.stream) == pytest.approx(cycles, rel=within)


def test_rows_of_other_modes_are_left_out():
    assert SIGMA.compare(row(mode="TPU_OS_DENSE")) is MAGMA.compare(row()) is None


@pytest.mark.parametrize("mode", ["SIGMA_SPARSE_GEMM", "MAGMA_SPARSE_DENSE"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"array": "8x8"}, r"column 'array': expected 2 to 65536 multipliers, as in 128ms, found '8x8'"),
        ({"array": "1ms"}, r"column 'array': expected 2 to 65536 multipliers"),
        ({"dn_bw": "70000"}, r"column 'dn_bw': expected at most 65536 elements a cycle"),
        ({"MK_sparsity_pct": "99"}, r"column 'MK_sparsity_pct': expected a whole number, at most 98"),
        ({"MK_sparsity_pct": "12.5"}, r"column 'MK_sparsity_pct': expected a whole number, at most 98"),
        ({"M": "100000", "K": "100000"}, r"column 'M': expected at most 4194304 elements of the M x K matrix"),
    ],
)
def test_cells_that_are_wrong(mode, changes, message):
    check = SIGMA if mode == "SIGMA_SPARSE_GEMM" else MAGMA
    with pytest.raises(SparsimError, match=message):
        check.compare(row(mode=mode, **changes))


def test_magma_needs_whole_groups():
    with pytest.raises(SparsimError, match=r"column 'array': expected a multiple of 4 multipliers, found '6ms'"):
        MAGMA.compare(row(mode="MAGMA_SPARSE_DENSE", array="6ms"))
