from __future__ import annotations

from sweeps.search_record import is_search_name, open_search, search_name
from sweeps.store import MEMORY, Store
from tests.sweeps.searching import Answers, plan, run, searched_points


def test_the_name_says_what_is_searched_for() -> None:
    assert search_name("npu", plan(10, "tpe", seed=3)) == "npu: tpe search, latency_ms, area_mm2, seed 3"


def test_a_name_tells_a_search_from_a_sweep() -> None:
    for sampler in ("nsga2", "tpe", "random"):
        assert is_search_name(search_name("npu: 2, small", plan(10, sampler, seed=3)))
    for name in ("npu", "npu: tpe search", "tpe search, latency_ms, seed 3", "npu: 2, seed 3"):
        assert not is_search_name(name)


def test_a_new_search_has_nothing_behind_it() -> None:
    with Store(MEMORY) as store:
        record = open_search(store, searched_points(), plan(10))
    assert (record.previous, record.num_evaluated) == ((), 0)


def test_opening_keeps_what_earlier_runs_had() -> None:
    """Even when nothing is asked for after it: a run that is killed at once takes nothing away."""
    points = searched_points()
    with Store(MEMORY) as store:
        run(points, store, Answers(), plan(10))
        for _ in range(2):
            record = open_search(store, points, plan(10))
            assert (len(record.previous), record.num_evaluated) == (10, 10)
            assert all(one.point == points.point(one.position) for one in record.previous)


def test_the_first_search_that_evaluated_a_point_has_paid_for_it() -> None:
    points = searched_points(zip=[])
    with Store(MEMORY) as store:
        run(points, store, Answers(), plan(12))
        other = run(points, store, Answers(), plan(8, seed=1))
        assert other.counts.num_evaluated == 8, "the rest of 20 points"
        assert len(other.found) > 8, "what the first search had was free"
        assert open_search(store, points, plan(12)).num_evaluated == 12
        assert open_search(store, points, plan(8, seed=1)).num_evaluated == 8
