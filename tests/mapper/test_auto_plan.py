"""Stages of the search for the best plan: in order, until it is proven or time is up."""

from __future__ import annotations

import time

import pytest

from mapper import auto_plan
from mapper.auto_plan import AutoTask, plan_automatically
from mapper.incumbent import Incumbent
from mapper.least_peak import least_peak
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of
from tests.mapper.plan_brute_force import optimum_bytes

# o0 makes t1 of t0; o1, o2 each read t1; o3 reads what they make and t0
DIAMOND = problem_of([4, 2, 3, 3, 1], [(0,), (1,), (1,), (2, 3, 0)], [(1,), (2,), (3,), (4,)], outputs=[4])


def task_of(problem, capacity, seconds=120.0):
    one = Incumbent(problem=problem, capacity_bytes=capacity)
    return AutoTask(incumbent=one, peak=least_peak(problem, time_limit_s=60), deadline=time.perf_counter() + seconds)


def test_until_it_is_proven():
    task = task_of(DIAMOND, 11)
    plan_automatically(task)

    assert task.is_over()
    assert task.incumbent.moved_bytes == task.incumbent.lower_bound_bytes == optimum_bytes(DIAMOND, 11)
    assert task.incumbent.bound_from == "search"


def test_the_joint_program_decides_addresses(monkeypatch):
    # without it, of the network's own order only bytes are known, which fit; their places do not
    problem, capacity = problem_without_places.PROBLEM, problem_without_places.CAPACITY_BYTES
    task = task_of(problem, capacity)
    monkeypatch.setattr(AutoTask, "try_order", lambda *_: None)
    plan_automatically(task)

    assert task.incumbent.plan_from == "joint program"
    assert task.incumbent.moved_bytes == optimum_bytes(problem, capacity)


def test_nothing_after_the_deadline(monkeypatch):
    monkeypatch.setattr(auto_plan, "plan_gaps", pytest.fail)
    task = task_of(DIAMOND, 11, seconds=0.0)
    plan_automatically(task)
    task.try_order(range(4), "late")

    assert task.incumbent.plan is None


def test_each_order_once(monkeypatch):
    asked = []
    real = auto_plan.plan_gaps

    def counting(*arguments, **options):
        asked.append(options["schedule"])
        return real(*arguments, **options)

    monkeypatch.setattr(auto_plan, "plan_gaps", counting)
    task = task_of(DIAMOND, 11)
    task.try_order((0, 1, 2, 3), "one")
    task.try_order((0, 1, 2, 3), "the same")
    task.try_order((0, 2, 1, 3), "another")

    assert asked == [(0, 1, 2, 3), (0, 2, 1, 3)]
    assert task.incumbent.plan_from == "one"
