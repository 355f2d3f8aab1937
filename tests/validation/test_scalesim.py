"""SCALE-Sim's figures: all of the shipped table, single rows by hand, and the importer's view of its convolutions."""

from __future__ import annotations

import pytest

from validation.run import DATA_DIR, run_checks
from validation.scalesim import CHECKS
from validation.table import TableRow, read_table
from workloads.errors import SparsimError
from workloads.loop_nest import lower
from workloads.scalesim_topology import load_scalesim_topology

TABLE = DATA_DIR / "scalesim_v3.csv"
BY_NAME = {check.name: check for check in CHECKS}

GEMM = {
    # SCALE-Sim's "smoke" layer on 8 x 8, output-stationary: 15 folds of 20 + 8 + 8 - 2 cycles, less one
    "source_topology": "smoke", "ifmap_h": "", "ifmap_w": "", "filt_h": "", "filt_w": "", "channels": "",
    "num_filters": "", "stride": "", "M": "33", "N": "17", "K": "20", "array_rows": "8", "array_cols": "8",
    "dataflow": "os", "sparsity": "dense", "stall_cycles": "0", "total_cycles": "509",
    "mapping_eff_pct": "58.4375", "sram_ifmap_reads": "1980", "sram_filter_reads": "1700",
}  # fmt: skip
CONVOLUTION = GEMM | {
    # 8 x 9 input, 3 x 3 filter, stride 2: ceil(7/2) x ceil(8/2) = 4 x 4 positions
    "ifmap_h": "8", "ifmap_w": "9", "filt_h": "3", "filt_w": "3", "channels": "4", "num_filters": "5", "stride": "2",
    "M": "16", "N": "5", "K": "36", "total_cycles": "99",
}  # fmt: skip


def compare(name: str, cells: dict[str, str]):
    return BY_NAME[name].compare(TableRow(path=TABLE, line=7, cells=cells))


@pytest.mark.parametrize(
    ("name", "num_rows"),
    [
        ("scalesim_cycles", 1681),
        ("scalesim_input_reads", 1681),
        ("scalesim_weight_reads", 1681),
        ("scalesim_mapping_efficiency", 1681),
        ("scalesim_output_writes", 1103),  # weight- and input-stationary
        ("scalesim_convolution_sizes", 244),
    ],
)
def test_every_row_of_the_shipped_table_is_matched(name, num_rows):
    (report,) = run_checks([name])

    assert (report.rows, report.matched, report.num_other_rows) == (num_rows, num_rows, 2481 - num_rows)
    assert report.passed
    assert report.worst_error_fraction <= 1e-9


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("scalesim_cycles", 509),
        ("scalesim_input_reads", 33 * 20 * 3),
        ("scalesim_weight_reads", 20 * 17 * 5),
        ("scalesim_mapping_efficiency", 58.4375),  # 33 * 17 of 15 * 64
    ],
)
def test_gemm_by_hand(name, figure):
    comparison = compare(name, GEMM)

    assert comparison.expected == comparison.ours == (figure,)


def test_convolution_by_hand():
    assert compare("scalesim_convolution_sizes", CONVOLUTION).ours == (16, 5, 36)
    assert compare("scalesim_cycles", CONVOLUTION).ours == (2 * (36 + 8 + 8 - 2) - 1,)


def test_convolution_is_costed_from_its_window_and_not_from_the_printed_sizes():
    assert compare("scalesim_cycles", CONVOLUTION | {"M": "999"}).ours == (99,)
    assert compare("scalesim_convolution_sizes", CONVOLUTION | {"M": "8"}).error_fraction == 1.0


def test_output_writes_by_hand():
    # weight-stationary, K = 20 on 8 rows: sums of 33 x 17 results leave after each of three folds along K
    row = GEMM | {"dataflow": "ws", "sram_ofmap_writes": "1683"}

    assert compare("scalesim_output_writes", row).ours == (1683,)
    assert compare("scalesim_output_writes", row | {"dataflow": "os"}) is None


@pytest.mark.parametrize("bw_mode", ["CALC", "USER"])
def test_stall_free_rows_count_in_either_bandwidth_mode(bw_mode):
    assert compare("scalesim_cycles", GEMM | {"bw_mode": bw_mode}) is not None


@pytest.mark.parametrize(
    "other", [{"sparsity": "layer-wise 2:4"}, {"stall_cycles": "12"}, {"total_cycles": ""}], ids=str
)
def test_rows_of_other_kinds_are_left_out(other):
    assert compare("scalesim_cycles", GEMM | other) is None


def test_gemm_has_no_convolution_to_lower():
    assert compare("scalesim_convolution_sizes", GEMM) is None


def test_importer_lowers_the_same_sizes(tmp_path):
    rows = [row for row in read_table(TABLE, ()) if not row.is_empty("ifmap_h")]
    columns = ("ifmap_h", "ifmap_w", "filt_h", "filt_w", "channels", "num_filters", "stride")
    lines = [f"layer{row.line}," + ",".join(row.text(column) for column in columns) + "," for row in rows]
    header = "Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Strides,"
    topology = tmp_path / "topology.csv"
    topology.write_text("\n".join([header, *lines]))

    network = load_scalesim_topology(topology)

    nests = [lower(operator, network.tensors) for operator in network.operators]
    assert [(nest.m, nest.n, nest.k) for nest in nests] == [
        (row.size("M"), row.size("N"), row.size("K")) for row in rows
    ]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (GEMM | {"dataflow": "rs"}, r"scalesim_v3\.csv:7: column 'dataflow': expected one of os, ws, is, found 'rs'"),
        (GEMM | {"M": "0"}, r"scalesim_v3\.csv:7: column 'M': expected a whole number from 1"),
        (
            GEMM | {"M": "2000000000", "N": "2000000000", "K": "2000000000"},
            r"scalesim_v3\.csv:7: column 'M': expected fewer than 2\^62 multiply-accumulates in the layer",
        ),
        (
            CONVOLUTION | {"filt_h": "11"},
            r"scalesim_v3\.csv:7: column 'ifmap_h': expected sizes that make a layer",
        ),
    ],
)
def test_wrong_cells_are_named(cells, message):
    with pytest.raises(SparsimError, match=message):
        compare("scalesim_cycles", cells)
