from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from sweeps import evaluator as evaluator_module
from sweeps.child_process import ChildProcess, Died
from sweeps.evaluator import Evaluator, EvaluatorError, EvaluatorOptions
from sweeps.outcome import Outcome, Status
from tests.sweeps.evaluating import points_with

MODULE = "tests.sweeps.evaluating"


def outcomes(rows: list[int], function: str = "troubled", timeout_s: float | None = None) -> list[Outcome]:
    evaluator = Evaluator(EvaluatorOptions(function=f"{MODULE}:{function}", point_timeout_s=timeout_s))
    try:
        return list(evaluator.outcomes(list(points_with(rows))))
    finally:
        evaluator.close()


def test_a_point_that_never_ends_fails_and_others_go_on() -> None:
    found = outcomes([2, 3, 4], timeout_s=0.5)
    assert [one.status for one in found] == [Status.OK, Status.FAILED, Status.OK]
    assert found[1].reason == "took more than 0.5 s"


def test_a_point_whose_process_is_killed_fails_after_three_tries() -> None:
    found = outcomes([4, 5, 6])
    assert [one.status for one in found] == [Status.OK, Status.FAILED, Status.OK]
    assert found[1].reason == "the process was killed (SIGKILL), perhaps since memory ran out, 3 times"


def test_a_point_that_raises_fails_at_once() -> None:
    (found,) = outcomes([7])
    assert found.status is Status.FAILED
    assert found.reason == "the process ended with code 1: MemoryError: no room for 7 rows"


def test_outcomes_belong_to_their_points() -> None:
    points = list(points_with([2, 3, 4]))
    evaluator = Evaluator(EvaluatorOptions(function=f"{MODULE}:at_once"))
    try:
        for _ in range(2):  # the process stays, and answers again
            assert [one.identity for one in evaluator.outcomes(points)] == [one.identity for one in points]
    finally:
        evaluator.close()


def test_a_function_that_does_not_exist() -> None:
    with pytest.raises(EvaluatorError, match=r"no process can evaluate points: .*no attribute 'missing'"):
        outcomes([2], function="missing")


def test_closing_ends_a_point_that_never_ends() -> None:
    evaluator = Evaluator(EvaluatorOptions(function=f"{MODULE}:troubled"))
    threading.Timer(1.5, evaluator.close).start()
    begin = time.perf_counter()
    with pytest.raises(EvaluatorError, match="evaluation was stopped"):
        list(evaluator.outcomes(list(points_with([3]))))
    assert time.perf_counter() - begin < 30
    with pytest.raises(EvaluatorError, match="evaluation was stopped"):
        list(evaluator.outcomes(list(points_with([2]))))


def test_a_process_killed_from_outside_is_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]) -> None:
    notes = os.path.join(tmp_path, "notes")
    monkeypatch.setenv("NOTES", notes)
    evaluator = Evaluator(EvaluatorOptions(function=f"{MODULE}:noted"))
    found = []
    try:
        for outcome in evaluator.outcomes(list(points_with(range(1, 9)))):
            found.append(outcome.status)
            if len(found) == 3:
                with open(notes) as file:
                    os.kill(int(file.readlines()[-1].split()[1]), signal.SIGKILL)
    finally:
        evaluator.close()
    assert found == [Status.OK] * 8
    with open(notes) as file:
        processes = {line.split()[1] for line in file}
    assert len(processes) == 2


@pytest.mark.parametrize("times", [1, 3])
def test_a_process_killed_before_it_is_ready_is_started_again(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    left = [Died("the process was killed (SIGKILL)", was_killed=True)] * times

    def starting(function: str, point_timeout_s: float | None) -> ChildProcess:
        if left:
            raise left.pop()
        return ChildProcess(function, point_timeout_s)

    monkeypatch.setattr(evaluator_module, "ChildProcess", starting)
    points = list(points_with([1, 2]))
    evaluator = Evaluator(EvaluatorOptions(function=f"{MODULE}:at_once"))
    try:
        found = list(evaluator.outcomes(points))
    finally:
        evaluator.close()
    assert [outcome.identity for outcome in found] == [point.identity for point in points]
    reasons = [outcome.reason for outcome in found]
    assert reasons == (["", ""] if times == 1 else ["the process was killed (SIGKILL), 3 times", ""])
