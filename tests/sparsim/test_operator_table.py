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
