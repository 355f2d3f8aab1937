"""Eyeriss: DRAM words of AlexNet's layers, dense over run-length compressed."""

from __future__ import annotations

from validation.check import Check, Comparison
from validation.table import TableRow
from workloads.storage import RandomMask
from workloads.storage.run_length import RunLength

_WORD_BITS = 16


def _stored_words(row: TableRow, column: str, density_column: str) -> float:
    """Return the words of activations: run-length pairs, or dense where these would take more.

    Assumes zeros fall independently, and pairs follow each other without gaps.
    """
    density, num_words = row.number(density_column), row.size(column)
    if density > 1:
        raise row.error(density_column, "a fraction in [0, 1]")
    mask = RandomMask(arrangement=(1, 1, 1, num_words), density_fraction=density)
    return min(num_words, RunLength().expected_bits(mask, _WORD_BITS).total_bits / _WORD_BITS)


def _compare(row: TableRow) -> Comparison | None:
    """Return how many times fewer words there are; weights are not compressed."""
    weights = row.size("dense_w")
    dense = weights + row.size("dense_i") + row.size("dense_o")
    stored = weights + _stored_words(row, "dense_i", "in_density") + _stored_words(row, "dense_o", "out_density")
    return Comparison(expected=(row.number("ratio"),), ours=(dense / stored,))


CHECKS = (
    Check(
        name="eyeriss_alexnet_dram",
        file_name="eyeriss_alexnet_dram.csv",
        columns=("in_density", "out_density", "dense_w", "dense_i", "dense_o", "ratio"),
        source="Sparseloop, Wu et al., MICRO 2022, table 7: AlexNet on Eyeriss",
        tolerance_fraction=0.01,
        compare=_compare,
    ),
)
