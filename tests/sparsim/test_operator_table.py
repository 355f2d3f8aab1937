"""The table of operators at every width."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

from simulator.result import Energy, Limit, OperandTraffic, OperatorCost, Result
from sparsim.operator_table import OperatorTable


def lines(result: Result, width: int, num_rows: int = 12, encoding: str = "utf-8") -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    Console(file=file, width=width, color_system=None).print(OperatorTable(result=result, num_rows=num_rows))
    file.seek(0)
    return file.read().splitlines()


def test_figures_of_a_row_and_of_the_rest(tiny_result: Result) -> None:
    """Four operators at 1 GHz: 6,000, 3,000 and twice 500 cycles, so 0.006, 0.003 and 0.001 ms."""
    cost = next(cost for cost in tiny_result.operators if cost.total_cycles)
    base = replace(
        cost,
        kind="conv",
        energy=Energy(mac_pj=2e9),
        off_chip_bytes=OperandTraffic(input_read=3_000_000, output_write=500_000),
        mapping_efficiency_fraction=0.25,
        limited_by=Limit.SCRATCHPAD,
    )
    costs = tuple(
        replace(base, name=name, total_cycles=total, compute_cycles=compute)
        for name, total, compute in (("b", 3_000, 2_000), ("a", 6_000, 1_500), ("c", 500, 500), ("d", 500, 0))
    )
    shown = lines(replace(tiny_result, operators=costs), 100, num_rows=2)
    assert [line.split() for line in shown] == [
        ["operator", "kind", "cycles", "ms", "share", "stall", "eff.", "MB", "mJ", "limited", "by"],
        ["a", "conv", "6,000", "0.0060", "60.0%", "75%", "25%", "3.500", "2.000", "scratchpad"],
        ["b", "conv", "3,000", "0.0030", "30.0%", "33%", "25%", "3.500", "2.000", "scratchpad"],
        ["2", "more", "1,000", "0.0010", "10.0%", "50%", "7.000", "4.000"],
    ]


def test_compressed_networks_have_densities_and_speedups(pruned_result: Result) -> None:
    """Two operators of 1,000 cycles that were 2,000 and unknown; nor are zeros of the second known."""
    first = next(cost for cost in pruned_result.operators if cost.compression is not None)
    assert first.compression is not None
    half = replace(first.compression, weight_density_fraction=0.5, activation_density_fraction=0.25)
    base = replace(first, total_cycles=1000, compute_cycles=1000, limited_by=Limit.IMBALANCE, compression=half)
    costs = (
        replace(base, name="a", dense_cycles=2000),
        replace(base, name="b", dense_cycles=None, compression=None),
    )
    shown = [line.split() for line in lines(replace(pruned_result, operators=costs), 120)]
    assert shown[0][-5:] == ["w.dens.", "in.dens.", "speed-up", "limited", "by"]
    assert shown[1][-5:] == ["50%", "25%", "2.00x", "load", "imbalance"]
    assert shown[2][-2:] == ["load", "imbalance"]
    assert not any(text in shown[2] for text in ("50%", "25%", "2.00x"))


def test_the_rest_has_a_speedup_together(pruned_result: Result) -> None:
    """Twice 1,000 cycles that were 1,000 and 3,000 are twice as fast."""
    cost = pruned_result.operators[0]
    costs = tuple(
        replace(cost, name=name, total_cycles=1000, compute_cycles=1000, dense_cycles=dense)
        for name, dense in (("a", 5000), ("b", 1000), ("c", 3000))
    )
    shown = lines(replace(pruned_result, operators=costs), 120, num_rows=1)
    assert shown[-1].split()[:2] == ["2", "more"]
    assert shown[-1].split()[-1] == "2.00x"


def test_densities_that_are_all_whole_are_no_column(pruned_result: Result) -> None:
    whole = tuple(
        replace(cost, compression=cost.compression and replace(cost.compression, activation_density_fraction=1.0))
        for cost in pruned_result.operators
    )
    heading = lines(replace(pruned_result, operators=whole), 120)[0].split()
    assert "w.dens." in heading
    assert "in.dens." not in heading


def test_dense_networks_have_none_of_these(tiny_result: Result) -> None:
    assert not {"w.dens.", "in.dens.", "speed-up"} & set(lines(tiny_result, 200)[0].split())


def test_a_rest_of_one_has_its_own_line(tiny_result: Result) -> None:
    num_costly = sum(cost.total_cycles > 0 for cost in tiny_result.operators)
    for num_rows in (num_costly - 1, num_costly, num_costly + 1):
        shown = lines(tiny_result, 100, num_rows)
        assert len(shown) == num_costly + 1 == OperatorTable(result=tiny_result, num_rows=num_rows).num_lines
        assert "more" not in shown[-1]


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal(tiny_result: Result, width: int) -> None:
    shown = lines(tiny_result, width)
    assert max(map(cell_len, shown)) <= width
    assert len(shown) == OperatorTable(result=tiny_result, num_rows=12).num_lines == 14


def test_columns_go_one_after_another(tiny_result: Result) -> None:
    """Always there: what takes how long, its share, and what limits it."""
    headings = [lines(tiny_result, width)[0].split() for width in range(40, 120)]
    for narrow, wide in pairwise(headings):
        assert set(narrow) <= set(wide)
    assert headings[0] == ["operator", "ms", "share", "limited", "by"]
    assert {"kind", "stall"} <= set(lines(tiny_result, 60)[0].split())
    assert "cycles" in headings[-1]


def test_long_names_yield_before_columns_do(tiny_result: Result) -> None:
    costs = tuple(replace(cost, name="layer/" * 10 + cost.name) for cost in tiny_result.operators)
    shown = lines(replace(tiny_result, operators=costs), 80)
    assert {"kind", "stall", "eff.", "MB", "mJ"} <= set(shown[0].split())
    assert shown[1].startswith("layer/")
    assert "…" in shown[1]


def test_names_print_as_they_are(tiny_result: Result) -> None:
    costs = tuple(replace(cost, name=f"[red]{cost.name}[/red]\x1b") for cost in tiny_result.operators)
    shown = "\n".join(lines(replace(tiny_result, operators=costs), 120))
    assert r"[red]prep[/red]\x1b" in shown
    assert "\x1b" not in shown


def test_plain_letters_where_the_terminal_has_no_others(tiny_result: Result) -> None:
    costs = tuple(replace(cost, name="layer/" * 10) for cost in tiny_result.operators)
    assert "..." in lines(replace(tiny_result, operators=costs), 80, encoding="ascii")[1]


def test_views_and_nothing_at_all(tiny_result: Result) -> None:
    views: tuple[OperatorCost, ...] = tuple(cost for cost in tiny_result.operators if not cost.total_cycles)
    for operators in (views, ()):
        assert len(lines(replace(tiny_result, operators=operators), 80)) == 1
