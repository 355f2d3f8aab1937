"""Layers of SCALE-Sim's table through mapper and simulator."""

from validation.run import DATA_DIR
from validation.scalesim_run import CHECKS
from validation.table import read_table

CHECK, DRAM_READS = CHECKS
ROWS = read_table(DATA_DIR / CHECK.file_name, CHECK.columns)
COMPARED = [comparison for row in ROWS[::40] if (comparison := CHECK.compare(row))]


def test_every_fortieth_row_is_met():
    assert len(COMPARED) > 30
    assert all(comparison.error_fraction == 0 for comparison in COMPARED)


def test_small_scratchpads_do_not_change_stall_free_cycles():
    """ResNet-18's convolutions in three memories of 64 KiB: K is cut to the array's 32 rows, inside a channel."""
    small = [
        row for row in ROWS if row.text("ifmap_sram_kb") == "64" and row.text("source_topology").startswith("conv")
    ]
    compared = [comparison for row in small if (comparison := CHECK.compare(row))]
    assert len(compared) > 10
    assert all(comparison.error_fraction == 0 for comparison in compared)


def test_rows_that_waited_or_are_sparse_are_not_compared():
    for row in ROWS:
        if row.text("bw_mode") == "USER" or row.text("sparsity") != "dense":
            assert CHECK.compare(row) is None


def test_words_read_from_dram_are_met_where_the_layer_fits():
    rows = read_table(DATA_DIR / DRAM_READS.file_name, DRAM_READS.columns)
    compared = [comparison for row in rows if (comparison := DRAM_READS.compare(row))]
    assert len(compared) > 100
    assert all(comparison.error_fraction == 0 for comparison in compared)
