"""The dual-side core beside its published latencies, and beside Sparseloop's model of another such core."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from hw_configs.array_sections import OuterProduct
from simulator.arrays.outer_product_counts import expected_costs
from validation.dual_side_tensor_core import CHECKS
from validation.run import DATA_DIR, run_checks
from validation.table import TableRow
from workloads.errors import SparsimError


def compare(**changes: str):
    cells = {"A_density": "0.5", "B_density": "1.0", "latency_raw": "2690"} | changes
    return CHECKS[0].compare(TableRow(path=Path("dual_side_tensor_core.csv"), line=3, cells=cells))


def test_latencies_are_within_six_per_cent_on_average():
    (report,) = run_checks(["dual_side_tensor_core_latency"])

    assert (report.rows, report.matched) == (5, 5)
    assert report.mean_error_fraction < 0.06
    assert report.worst_error_fraction < 0.10


def test_the_dense_row_is_the_unit():
    comparison = compare(A_density="1.0", latency_raw="4600")

    assert comparison.expected == comparison.ours == (1.0,)


def test_row_by_hand():
    # half of the inputs: with a of 32 not zero, 1 + max(2 * ceil(a / 8), ceil(32 * a / 116)) cycles, over 10
    counts = np.arange(33)
    ways = np.array([float(np.prod([(32 - i) / (i + 1) for i in range(a)])) for a in counts]) / 2**32
    mean = (ways * (1 + np.maximum(2 * np.ceil(counts / 8), np.ceil(32 * counts / 116)))).sum()

    assert compare().ours[0] == pytest.approx(mean / 10, rel=1e-6)


def test_density_above_one():
    with pytest.raises(SparsimError, match=r"csv:3: column 'A_density': expected a density from 0 to 1, found '1\.5'"):
        compare(A_density="1.5")


def test_distance_to_sparseloops_core_of_figure_15():
    # Eight cores whose sums have ports twice as wide, without instructions for bitmaps: a report, not a requirement.
    section = OuterProduct(merge_words_per_cycle=232, bitmap_cycles=0)
    errors = []
    with (DATA_DIR / "sparse_tensor_core.csv").open() as file:
        for row in csv.DictReader(file):
            if row["design"].startswith("DSTC"):
                num_indices = int(row["M"]) * int(row["N"]) * int(row["K"]) / 1024 / 8
                costs = expected_costs(section, float(row["iact_density"]), float(row["weight_density"]))
                errors.append(num_indices * costs.cycles[32, 32] / int(row["cycles"]) - 1)

    assert len(errors) == 8
    assert np.mean(np.abs(errors)) == pytest.approx(0.086, abs=0.001)
    assert np.max(np.abs(errors)) == pytest.approx(0.232, abs=0.001)
