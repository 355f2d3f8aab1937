from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.outcome import Status
from sweeps.runner import StudyRun, run_serially
from sweeps.search import SearchRun
from sweeps.search_front import front_of
from sweeps.search_objectives import Objectives
from sweeps.search_sampler import ROUNDS
from sweeps.store import MEMORY, Store
from tests.sweeps.searching import BOTH, Answers, plan, run, searched_points

SAMPLERS = tuple(ROUNDS)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_no_point_is_asked_for_twice_and_the_budget_holds(sampler: str) -> None:
    answers = Answers()
    with Store(MEMORY) as store:
        done = run(searched_points(), store, answers, plan(60, sampler))
    assert len(answers.asked) == len(set(answers.asked)) == 60 == done.counts.num_evaluated == len(done.found)
    assert done.counts.by_status == {Status.OK: 60, Status.INFEASIBLE: 0, Status.FAILED: 0}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_small_space_is_exhausted(sampler: str) -> None:
    points = searched_points(zip=[])
    answers = Answers()
    with Store(MEMORY) as store:
        done = run(points, store, answers, plan(1000, sampler))
    assert sorted(done.found) == list(range(20))
    assert len(answers.asked) == 20


def test_a_study_with_one_point() -> None:
    with Store(MEMORY) as store:
        done = run(searched_points(zip=[], overrides={}), store, Answers(), plan(5))
    assert list(done.found) == [0]
    front = front_of(done.found.values(), BOTH)
    assert front is not None
    assert (front.hypervolume, front.hypervolume_fraction, front.num_usable) == (0.0, 1.0, 1)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_larger_budget_goes_on_as_if_it_had_never_ended(sampler: str, tmp_path: Path) -> None:
    at_once, first, second = Answers(), Answers(), Answers()
    with Store(MEMORY) as store:
        whole = run(searched_points(), store, at_once, plan(70, sampler))
    for answers, budget in ((first, 31), (second, 70)):
        with Store(tmp_path / "r.sqlite") as store:
            parts = run(searched_points(), store, answers, plan(budget, sampler))
    assert (len(first.asked), len(second.asked)) == (31, 39)
    assert first.asked + second.asked == at_once.asked
    assert parts.found.keys() == whole.found.keys()
    assert parts.num_evaluated_before == 31


def test_the_same_budget_again_evaluates_nothing(tmp_path: Path) -> None:
    again = Answers()
    for answers in (Answers(), again):
        with Store(tmp_path / "r.sqlite") as store:
            done = run(searched_points(), store, answers, plan(30))
    assert again.asked == []
    assert (len(done.found), done.counts.num_known, done.counts.num_new) == (30, 30, 0)


def test_stopped_in_the_middle_of_a_round(tmp_path: Path) -> None:
    whole, first, second = Answers(), Answers(), Answers()
    with Store(MEMORY) as store:
        run(searched_points(), store, whole, plan(60))
    with Store(tmp_path / "r.sqlite") as store:
        searching = iter(SearchRun(points=searched_points(), store=store, evaluate=first, plan=plan(60)))
        for _ in range(29):
            next(searching)
    with Store(tmp_path / "r.sqlite") as store:
        done = run(searched_points(), store, second, plan(60))
    assert first.asked + second.asked == whole.asked
    assert done.counts.num_evaluated == 31


def test_other_seeds_ask_for_other_points() -> None:
    asked = []
    for seed in (0, 1):
        answers = Answers()
        with Store(MEMORY) as store:
            run(searched_points(), store, answers, plan(24, seed=seed))
        asked.append(set(answers.asked))
    assert asked[0] != asked[1]


def test_what_a_sweep_has_found_costs_nothing_and_stays(tmp_path: Path) -> None:
    points, answers, swept = searched_points(), Answers(), Answers()
    with Store(tmp_path / "r.sqlite") as store:
        for _ in StudyRun(points=points, store=store, run=run_serially(swept), limit=120):
            pass
        done = run(points, store, answers, plan(20))
        assert len(answers.asked) == 20 == done.counts.num_evaluated
        assert not set(answers.asked) & set(swept.asked)
        assert done.counts.num_known > 0
        again = run(points, store, Answers(), plan(20))
        assert again.counts.num_evaluated == 0, "what the sweep had does not count as evaluated by the search"
        assert again.num_evaluated_before == 20
        studies = dict(store.connection.execute("SELECT study, count(*) FROM results GROUP BY study"))
    assert studies["tiny"] == 120
    assert studies["tiny: nsga2 search, latency_ms, area_mm2, seed 0"] == len(done.found)


def test_a_study_that_changed_under_its_name_begins_anew(tmp_path: Path) -> None:
    with Store(tmp_path / "r.sqlite") as store:
        run(searched_points(), store, Answers(), plan(20))
        changed = run(searched_points(batches=[2]), store, Answers(), plan(20))
    assert (changed.num_evaluated_before, changed.counts.num_evaluated) == (0, 20)


def test_equal_points_are_evaluated_once() -> None:
    points = searched_points(zip=[{"array.cols": [8, 8, 8]}])
    answers = Answers()
    with Store(MEMORY) as store:
        done = run(points, store, answers, plan(1000, "random"))
    assert len(answers.asked) == len(set(answers.asked)) == 20
    assert len(done.found) == 60


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_all_points_infeasible(sampler: str) -> None:
    with Store(MEMORY) as store:
        done = run(searched_points(), store, Answers(most=0), plan(60, sampler))
    assert done.counts.by_status[Status.INFEASIBLE] == 60
    assert front_of(done.found.values(), BOTH) is None


def test_the_search_keeps_away_from_what_does_not_fit() -> None:
    num_fitting = {}
    for sampler in ("random", "tpe"):
        with Store(MEMORY) as store:
            done = run(searched_points(), store, Answers(most=24, failing=3), plan(80, sampler))
        num_fitting[sampler] = done.counts.by_status[Status.OK]
        assert done.counts.by_status[Status.FAILED] > 0
    assert num_fitting["tpe"] > 1.3 * num_fitting["random"]


def test_no_such_accelerator_costs_nothing() -> None:
    points = searched_points(zip=[{"scratchpad.capacity_bytes": ["64 KiB", 64]}])  # 64 bytes are less than a port
    assert sum(point.accelerator is None for point in points) == 20
    with Store(MEMORY) as store:
        done = run(points, store, Answers(), plan(20, "random"))
    assert done.counts.num_evaluated == 20
    assert done.counts.by_status[Status.INFEASIBLE] > 0


def test_constraints_of_the_study_guide_the_search() -> None:
    points = searched_points(constraints={"max": {"area_mm2": 2.0}})
    num_meeting = {}
    for sampler in ("random", "nsga2", "tpe"):
        with Store(MEMORY) as store:
            done = run(points, store, Answers(), plan(80, sampler))
        num_meeting[sampler] = sum(not one.violates for one in done.found.values())
        front = front_of(done.found.values(), BOTH)
        assert front is not None
        assert all(not one.violates for one in front.best)
    assert min(num_meeting["nsga2"], num_meeting["tpe"]) > num_meeting["random"]


def test_one_objective_by_tpe_finds_the_best() -> None:
    speed = Objectives(names=("latency_ms",))
    with Store(MEMORY) as store:
        done = run(searched_points(), store, Answers(), plan(60, "tpe", objectives=speed))
    # 100 / (rows x 64) + rows / 50 is least at 9 rows: sqrt(5000 / 64) = 8.8
    front = front_of(done.found.values(), speed)
    assert front is not None
    assert front.best[0].outcome.metrics is not None
    assert front.best[0].outcome.metrics.latency_ms == pytest.approx(100 / (9 * 64) + 9 / 50, rel=0.02)
