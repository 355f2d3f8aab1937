from __future__ import annotations

from dataclasses import replace

from plots.loss_operators import costliest_operators
from simulator.result import Result


def test_the_costliest_come_first_and_views_not_at_all(compressed_result: Result) -> None:
    bars = costliest_operators(compressed_result, 9)
    assert [(bar.name, bar.total_cycles, bar.dense_cycles) for bar in bars] == [
        ("conv1", 3000, 6000),
        ("pool", 1000, 1000),
        ("fc", 500, 700),
    ]
    assert [bar.name for bar in costliest_operators(compressed_result, 2)] == ["conv1", "pool"]
    assert bars[0].speedup_over_dense == 2.0


def test_equal_operators_share_a_bar(compressed_result: Result) -> None:
    """Three of 500 cycles overtake one of 1,000."""
    fc = compressed_result.operators[-1]
    more = (replace(fc, name="fc2", start_cycle=7), replace(fc, name="fc3"))
    _, bar, _ = costliest_operators(replace(compressed_result, operators=(*compressed_result.operators, *more)), 9)
    assert (bar.name, bar.total_cycles, bar.dense_cycles) == ("fc (+2)", 1500, 2100)
    assert bar.losses.total_cycles == 1500
    assert bar.speedup_over_dense == 1.4


def test_operators_that_took_another_time_before_do_not(compressed_result: Result) -> None:
    fc = compressed_result.operators[-1]
    other = replace(fc, name="fc2", dense_cycles=900)
    bars = costliest_operators(replace(compressed_result, operators=(fc, other)), 9)
    assert [bar.name for bar in bars] == ["fc", "fc2"]


def test_nothing_to_compare_with(compressed_result: Result) -> None:
    (bar,) = costliest_operators(
        replace(compressed_result, operators=(replace(compressed_result.operators[0], dense_cycles=None),)), 9
    )
    assert bar.dense_cycles is None


def test_long_names_lose_their_middle_but_not_their_count(compressed_result: Result) -> None:
    fc = replace(compressed_result.operators[-1], name="encoder/layer.11/attention/output")
    (bar,) = costliest_operators(replace(compressed_result, operators=(fc, replace(fc, name="b"))), 9)
    assert len(bar.name) == 22
    assert bar.name.endswith("output (+1)")
