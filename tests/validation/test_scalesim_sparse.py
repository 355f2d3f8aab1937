"""SCALE-Sim's sparse figures: all of the shipped table, and single rows by hand."""

from __future__ import annotations

import pytest

from validation.run import DATA_DIR, run_checks
from validation.scalesim_sparse import CHECKS, sparse_layer
from validation.table import TableRow
from workloads.errors import SparsimError

TABLE = DATA_DIR / "scalesim_v3.csv"
BY_NAME = {check.name: check for check in CHECKS}

LAYER_WISE = {
    # 33 x 17 x 20 at 2:8 on 8 x 8, output-stationary: K' = 2 * 2 + min(4, 2) = 6
    "ifmap_h": "", "M": "33", "N": "17", "K": "20", "array_rows": "8", "array_cols": "8", "dataflow": "os",
    "sparsity": "layer-wise 2:8", "stall_cycles": "0", "total_cycles": "299", "mapping_eff_pct": "58.4375",
    "sram_ifmap_reads": "594", "sram_filter_reads": "510", "sram_ofmap_writes": "801", "sparse_rep": "ellpack_block",
    "sparse_orig_filter_words": "340", "sparse_new_filter_words": "111.5625", "sparse_metadata_words": "9.5625",
}  # fmt: skip
ROW_WISE = LAYER_WISE | {
    # line 5 of the table: K' = ceil(20 / 8) * 4 = 12, two folds along K and three along N of 33 + 2 * 8 + 8 - 2 cycles
    "dataflow": "ws", "sparsity": "row-wise block 4 seed 40", "total_cycles": "329", "mapping_eff_pct": "35.15625",
    "sram_ifmap_reads": "7680", "sram_filter_reads": "204", "sram_ofmap_writes": "1122",
    "sparse_new_filter_words": "216.75", "sparse_metadata_words": "12.75",
}  # fmt: skip


def row(cells: dict[str, str]) -> TableRow:
    return TableRow(path=TABLE, line=7, cells=cells)


def compare(name: str, cells: dict[str, str]):
    return BY_NAME[f"scalesim_sparse_{name}"].compare(row(cells))


@pytest.mark.parametrize(
    ("name", "num_rows"),
    [
        ("scalesim_sparse_cycles", 712),
        ("scalesim_sparse_input_reads", 712),
        ("scalesim_sparse_weight_reads", 712),
        ("scalesim_sparse_mapping_efficiency", 712),
        ("scalesim_sparse_output_writes", 543),  # weight- and input-stationary, stalled or not
        ("scalesim_sparse_storage", 715),
    ],
)
def test_every_row_of_the_shipped_table_is_matched(name, num_rows):
    (report,) = run_checks([name])

    assert (report.rows, report.matched) == (num_rows, num_rows)
    assert report.worst_error_fraction <= 1e-9


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("cycles", 15 * (6 + 8 + 8 - 2) - 1),
        ("input_reads", 33 * 6 * 3),  # inputs of the zeros are left out
        ("weight_reads", 6 * 17 * 5),
        ("mapping_efficiency", 58.4375),  # 33 * 17 of 15 * 64
    ],
)
def test_layer_wise_by_hand(name, figure):
    comparison = compare(name, LAYER_WISE)

    assert comparison.expected == comparison.ours == (figure,)


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("cycles", 6 * (33 + 2 * 8 + 8 - 2) - 1),
        ("input_reads", 4 * 6 * 8 * (33 + 8 - 1)),
        ("weight_reads", 12 * 17),
        # seed 40 draws 27 kept weights a block over the 17 filters; five blocks: 135 of 6 * 64
        ("mapping_efficiency", 35.15625),
        ("output_writes", 33 * 17 * 2),
    ],
)
def test_row_wise_by_hand(name, figure):
    comparison = compare(name, ROW_WISE)

    assert comparison.expected == comparison.ours == (figure,)


@pytest.mark.parametrize(
    ("cells", "stored"),
    [
        ({}, 6 * 17 * (1 + 3 / 32)),
        # the pattern from the first channel on: 2 of each 8, so 2 + 2 + 2 of 20 channels
        ({"sparse_rep": "csr"}, 2 * 17 * 6 + 21),
        ({"sparse_rep": "csc"}, 2 * 17 * 6 + 18),
    ],
)
def test_storage_by_hand(cells, stored):
    assert compare("storage", LAYER_WISE | cells).ours == (340, stored)


def test_row_wise_storage_has_indices_where_some_are_printed():
    assert compare("storage", ROW_WISE).ours == (340, 204 * (1 + 2 / 32))
    assert compare("storage", ROW_WISE | {"sparse_metadata_words": "0.0"}).ours == (340, 204)


def test_fractions_of_a_word_are_rounded_up():
    # K = 33 at 3:4: K' = 25, and 25 * 4 / 3 words of each of 16 positions: 533.33
    cells = LAYER_WISE | {"M": "16", "N": "7", "K": "33", "dataflow": "ws", "sparsity": "layer-wise 3:4"}

    comparison = compare("input_reads", cells | {"sram_ifmap_reads": "533.3333333"})

    assert comparison.expected == comparison.ours == (534,)


@pytest.mark.parametrize("name", [name.removeprefix("scalesim_sparse_") for name in BY_NAME])
def test_dense_rows_are_left_out(name):
    assert compare(name, LAYER_WISE | {"sparsity": "dense"}) is None


def test_stalled_rows_count_for_storage_alone():
    assert compare("cycles", LAYER_WISE | {"stall_cycles": "12"}) is None
    assert compare("storage", LAYER_WISE | {"stall_cycles": "12"}) is not None


@pytest.mark.parametrize(
    "sparsity", ["2:4", "layer-wise 5:4", "layer-wise 0:4", "row-wise block 4", "row-wise block 1 seed 2"]
)
def test_other_words_are_named(sparsity):
    with pytest.raises(SparsimError, match=r"scalesim_v3\.csv:7: column 'sparsity': expected dense, layer-wise N:M or"):
        sparse_layer(row(LAYER_WISE | {"sparsity": sparsity}))


def test_row_wise_is_weight_stationary():
    with pytest.raises(SparsimError, match="column 'dataflow': expected one of ws, found 'os'"):
        compare("cycles", ROW_WISE | {"dataflow": "os"})
