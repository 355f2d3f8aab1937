from __future__ import annotations

from sweeps.evaluator_process import READY, function_name, named_function, serve
from sweeps.point import Point
from tests.sweeps.evaluating import at_once, outcome_of, points_with


def test_a_function_is_found_by_its_name() -> None:
    assert function_name(at_once) == "tests.sweeps.evaluating:at_once"
    assert named_function("tests.sweeps.evaluating:at_once").__qualname__ == "at_once"


class _Wire:
    """A connection whose other end has sent ``lists`` and then closes."""

    def __init__(self, lists: list[list[Point]]) -> None:
        self.lists = lists
        self.answers: list[object] = []

    def recv(self) -> list[Point]:
        if not self.lists:
            raise EOFError
        return self.lists.pop(0)

    def send(self, answer: object) -> None:
        self.answers.append(answer)


def test_points_are_answered_one_by_one_until_the_other_end_closes() -> None:
    first, second = points_with([2, 3])
    wire = _Wire([[first, second], [first]])
    serve(wire, at_once, point_timeout_s=60)  # type: ignore[arg-type]
    assert wire.answers == [READY, outcome_of(first), outcome_of(second), outcome_of(first)]
