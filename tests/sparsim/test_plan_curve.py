from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.budgets import Budgets
from plots.traffic_points import BaselineTraffic, TrafficCurve, TrafficPoint
from sparsim.plan_curve import (
    NUM_CAPACITIES,
    curve_as_csv,
    curve_capacities,
    shared_knowledge,
    traffic_curve,
    write_curve,
)
from tests.mapper.drawn_problems import problem_of
from workloads.errors import ConfigError

# o1 needs t1 and t2, o2 needs t2 and t3: 5 each; t0 is read by o0 and o3 and has a copy off-chip.
#   operator  reads   makes      alive if nothing left
#   o0        t0 (2)  t1 (3)     5
#   o1        t1      t2 (2)     2 + 3 + 2 = 7
#   o2        t2      t3 (3)     2 + 2 + 3 = 7
#   o3        t0, t3             5
# M_R = 5; the operators are a chain, so M_P = 7; below it t0 leaves and is read again: 2.
PROBLEM = problem_of([2, 3, 2, 3], [(0,), (1,), (2,), (0, 3)], [(1,), (2,), (3,), ()])


def _budgets(m_r_bytes: int, m_p_bytes: int) -> Budgets:
    return Budgets(m_r_bytes=m_r_bytes, m_r_operator="conv", m_p_bytes=m_p_bytes, m_p_lower_bound_bytes=m_p_bytes)


def _points(*known: tuple[int | None, int]) -> list[TrafficPoint]:
    """Of plan and bound, at capacities 1, 2, ..."""
    return [
        TrafficPoint(capacity_bytes=capacity, objective_bytes=moved, lower_bound_bytes=bound)
        for capacity, (moved, bound) in enumerate(known, start=1)
    ]


def _known(points: Sequence[TrafficPoint]) -> list[tuple[int | None, int]]:
    return [(point.objective_bytes, point.lower_bound_bytes) for point in points]


def test_capacities_double_from_m_r_to_m_p() -> None:
    """64, 128, 256, 512, then 5 % and 10 % more: 537.6 and 563.2."""
    assert curve_capacities(_budgets(64, 512), 6) == (64, 128, 256, 512, 538, 563)


def test_capacities_where_m_r_is_m_p() -> None:
    assert curve_capacities(_budgets(100, 100)) == (100, 105, 110)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(4, 20))
def test_capacities_ascend_from_m_r_past_m_p(m_r_bytes: int, more_bytes: int, num_capacities: int) -> None:
    capacities = curve_capacities(_budgets(m_r_bytes, m_r_bytes + more_bytes), num_capacities)
    assert capacities[0] == m_r_bytes
    assert m_r_bytes + more_bytes in capacities
    assert len(capacities) <= num_capacities
    assert all(one < other for one, other in pairwise(capacities))


def test_capacities_of_nothing() -> None:
    with pytest.raises(ConfigError) as caught:
        curve_capacities(_budgets(0, 0))
    assert str(caught.value) == (
        "traffic curve: expected a network that needs a scratchpad, found none of its tensors in it"
    )
    with pytest.raises(ConfigError) as caught:
        curve_capacities(_budgets(1, 2), 3)
    assert str(caught.value) == "traffic curve: expected 4 capacities or more, found 3"


def test_plans_are_handed_up_and_bounds_down() -> None:
    shared = shared_knowledge(_points((None, 0), (9, 3), (None, 5), (7, 1), (8, 4)))
    assert _known(shared) == [(None, 5), (9, 5), (9, 5), (7, 4), (7, 4)]


def test_knowing_of_other_capacities_can_prove_a_plan() -> None:
    shared = shared_knowledge(_points((6, 2), (6, 6)))
    assert [point.is_proven for point in shared] == [True, True]


def test_a_bound_above_a_plan_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="a bound is above a plan"):
        shared_knowledge(_points((4, 0), (6, 5)))


@pytest.mark.parametrize("method", ["auto", "search", "ilp"])
def test_curve_of_a_chain(method: str) -> None:
    curve = traffic_curve(PROBLEM, (5, 6, 7), method=method, time_limit_s=20)
    assert (curve.network, curve.compulsory_bytes) == ("drawn", 2)
    assert (curve.budgets.m_r_bytes, curve.budgets.m_p_bytes) == (5, 7)
    assert _known(curve.points) == [(2, 2), (2, 2), (0, 0)]
    assert all(point.is_proven for point in curve.points)
    assert {one.name for one in curve.points[0].baselines} >= {"file_order_belady", "greedy_by_size"}


def test_capacities_unless_given() -> None:
    curve = traffic_curve(PROBLEM, time_limit_s=20)
    assert [point.capacity_bytes for point in curve.points] == [5, 6, 7, 8]


def test_below_m_r_there_is_no_plan() -> None:
    below, at = traffic_curve(PROBLEM, (4, 5), time_limit_s=20).points
    assert below.objective_bytes is None
    assert not below.is_proven
    assert at.objective_bytes == 2


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    traffic_curve(PROBLEM, (5, 7), time_limit_s=20, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("capacities", [(), (7, 5)])
def test_capacities_that_are_no_curve(capacities: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match=r"^traffic curve of 'drawn': expected (ascending )?capacities, found "):
        traffic_curve(PROBLEM, capacities, time_limit_s=20)


def test_no_time() -> None:
    with pytest.raises(ConfigError, match=r"^time limit: expected more than 0 seconds, found 0$"):
        traffic_curve(PROBLEM, time_limit_s=0)


def _curve() -> TrafficCurve:
    curve = traffic_curve(PROBLEM, (4, 5, 7), method="greedy", time_limit_s=20)
    baselines = (BaselineTraffic(name="by_hand", objective_bytes=3), BaselineTraffic(name="none", objective_bytes=None))
    return replace(curve, points=tuple(replace(point, baselines=baselines) for point in curve.points))


def test_csv() -> None:
    """Compulsory is the read of t0: 2."""
    rows = list(csv.reader(io.StringIO(curve_as_csv(_curve()))))
    assert rows[0] == [
        "capacity_bytes",
        "total_off_chip_bytes",
        "objective_bytes",
        "lower_bound_bytes",
        "is_proven",
        "by_hand_bytes",
    ]
    assert rows[1][:3] == ["4", "", ""]
    assert rows[2][:3] == ["5", "4", "2"]
    assert rows[3] == ["7", "2", "0", "0", "true", "3"]
    assert all(row[5] == "3" for row in rows[1:])


def test_files(tmp_path: Path) -> None:
    paths = write_curve(_curve(), tmp_path / "out")
    assert [path.name for path in paths] == ["curve.csv", "curve.png"]
    assert paths[0].read_text() == curve_as_csv(_curve())
    assert paths[1].read_bytes().startswith(b"\x89PNG")


def test_no_files_where_no_capacity_has_a_plan(tmp_path: Path) -> None:
    curve = traffic_curve(PROBLEM, (3, 4), time_limit_s=20)
    with pytest.raises(ConfigError, match="drawn: expected a plan at some capacity, found none"):
        write_curve(curve, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_that_the_font_lacks_warn_no_one(tmp_path: Path) -> None:
    """Warnings are errors in tests."""
    write_curve(replace(_curve(), network="網$x"), tmp_path)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=NUM_CAPACITIES))
def test_shared_knowledge_is_monotone_and_never_worse(gaps: list[tuple[int, int]]) -> None:
    """True costs fall with capacity; plans lie above them, bounds below."""
    truths = [30 - 2 * place for place in range(len(gaps))]
    points = _points(
        *((truth + over, max(0, truth - under)) for truth, (over, under) in zip(truths, gaps, strict=True))
    )
    shared = shared_knowledge(points)
    for truth, before, after in zip(truths, points, shared, strict=True):
        assert before.objective_bytes is not None
        assert after.objective_bytes is not None
        assert before.lower_bound_bytes <= after.lower_bound_bytes <= truth
        assert truth <= after.objective_bytes <= before.objective_bytes
    for one, other in pairwise(_known(shared)):
        assert one >= other
        assert one[1] >= other[1]
