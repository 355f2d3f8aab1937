"""The grid as a table, JSON and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from simulator.result import CycleLosses, Energy, OperandTraffic, OperatorCompression, Result
from sparsim.compare_report import COLUMNS, cell_as_json, cells_as_csv, comparison_table, infeasible_notes
from sparsim.comparison import ComparedCell
from tests.sparsim.test_report import printed

PART = OperatorCompression(
    weight_density_fraction=0.5,
    activation_density_fraction=1.0,
    weight_origin="pruned",
    num_weights=200,
    weight_format="nm",
    weight_bits=800.0,
    metadata_bits=200.0,
    effectual_macs=500,
    performed_macs=1000,
    gated_macs=0,
)


@pytest.fixture
def cells(tiny_result: Result) -> tuple[ComparedCell, ...]:
    """At 1 GHz 4 ms dense, 3 of products, and 2 ms pruned, 1 of products, on one accelerator; nothing on the other."""
    cost = replace(
        tiny_result.operators[0],
        macs=1000,
        total_cycles=2_000_000,
        energy=Energy(mac_pj=5e9),
        off_chip_bytes=OperandTraffic(input_read=3_000_000),
        compression=PART,
        losses=CycleLosses(effectual_cycles=1_000_000.0),
    )
    pruned = replace(tiny_result, operators=(cost,), dense_total_cycles=4_000_000, dense_effectual_cycles=3_000_000.0)
    whole = replace(PART, effectual_macs=1000, metadata_bits=0.0)
    dense = replace(tiny_result, operators=(replace(cost, total_cycles=4_000_000, compression=whole),))
    return (
        ComparedCell(compression="dense", accelerator="a", result=dense, dense_cycles=4_000_000),
        ComparedCell(compression="dense", accelerator="b\x1b", result=None, infeasible="too large"),
        ComparedCell(compression="nm:2:4", accelerator="a", result=pruned, dense_cycles=4_000_000),
        ComparedCell(compression="nm:2:4", accelerator="b\x1b", result=None, infeasible="too large"),
    )


def test_table(cells: tuple[ComparedCell, ...]) -> None:
    assert [line.split() for line in printed(comparison_table(cells))] == [
        ["compression", "accelerator", "ms", "speed-up", "ideal", "mJ", "MB"],
        ["dense", "a", "4.000", "1.00x", "1.00x", "5.000", "3.000"],
        [r"b\x1b", "no", "plan"],
        ["nm:2:4", "a", "2.000", "2.00x", "3.00x", "5.000", "3.000"],
        [r"b\x1b", "no", "plan"],
    ]


def test_long_specs_lose_their_middle_and_stay_on_one_line(cells: tuple[ComparedCell, ...]) -> None:
    """Specs that differ in the middle alone are numbered; accelerators, which are short, stay whole."""
    specs = [f"unstructured:0.{digit}+int8; layer1.*=int4; keep=first,last; activation_density=0.5" for digit in (8, 9)]
    long = [
        replace(cell, compression=spec, accelerator="accelerator_a")
        for spec, cell in zip(specs, cells[2:], strict=True)
    ]
    lines = printed(comparison_table([*cells[:1], *long]), width=80)
    assert len(lines) == 4
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "3"]
    assert lines[2].split()[1].startswith("unstr")
    assert "…" in lines[2]
    assert "accelerator_a" in lines[2]


def test_why_there_is_no_plan(cells: tuple[ComparedCell, ...]) -> None:
    assert [str(note) for note in infeasible_notes(cells)] == [
        r"no plan: dense on b\x1b: too large",
        r"no plan: nm:2:4 on b\x1b: too large",
    ]


def test_json(cells: tuple[ComparedCell, ...]) -> None:
    assert cell_as_json(cells[2]) == {
        "compression": "nm:2:4",
        "accelerator": "a",
        "total_cycles": 2_000_000,
        "latency_ms": 2.0,
        "speedup_over_dense": 2.0,
        "ideal_speedup": 3.0,
        "energy_pj": 5e9,
        "off_chip_bytes": 3_000_000,
        "weight_bits": 800.0,
        "metadata_bits": 200.0,
        "infeasible": None,
    }
    nothing = cell_as_json(cells[1])
    assert (nothing["infeasible"], nothing["total_cycles"], nothing["speedup_over_dense"]) == ("too large", None, None)
    assert all(tuple(cell_as_json(cell)) == COLUMNS for cell in cells)


def test_csv_has_the_figures_of_the_json(cells: tuple[ComparedCell, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(cells_as_csv(cells))))
    for row, cell in zip(rows, cells, strict=True):
        assert row == {key: "" if value is None else str(value) for key, value in cell_as_json(cell).items()}


def test_nothing_effectual_has_no_ideal(cells: tuple[ComparedCell, ...]) -> None:
    result = cells[2].result
    assert result is not None
    none_left = replace(result, operators=(replace(result.operators[0], losses=CycleLosses()),))
    cell = replace(cells[2], result=none_left)
    assert cell_as_json(cell)["ideal_speedup"] is None
    assert printed(comparison_table([cell]))[1].split() == ["nm:2:4", "a", "2.000", "2.00x", "5.000", "3.000"]


def test_without_a_dense_run_there_is_no_ideal(cells: tuple[ComparedCell, ...]) -> None:
    cell = replace(cells[2], dense_cycles=None)
    assert (cell_as_json(cell)["ideal_speedup"], cell_as_json(cell)["speedup_over_dense"]) == (None, None)
