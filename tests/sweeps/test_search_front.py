from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.outcome import Outcome, Status
from sweeps.search_front import front_of, is_usable
from sweeps.search_objectives import Objectives
from sweeps.store import Finished
from tests.sweeps.evaluating import metrics_with, points_with

OBJECTIVES = Objectives(names=("latency_ms", "utilisation_fraction"))
POINT = points_with([8]).point(0)


def design(latency_ms: float, utilisation: float, *, violates: tuple[str, ...] = ()) -> Finished:
    metrics = replace(metrics_with(1), latency_ms=latency_ms, utilisation_fraction=utilisation)
    outcome = Outcome(identity="a", status=Status.OK, metrics=metrics)
    return Finished(position=0, point=POINT, outcome=outcome, violates=violates)


def test_front_and_volume_by_hand() -> None:
    found = [design(1, 0.2), design(2, 0.5), design(3, 0.4), design(5, 0.1), design(0.5, 0.9, violates=("area",))]
    found.append(Finished(position=0, point=POINT, outcome=Outcome(identity="b", status=Status.INFEASIBLE)))
    assert [is_usable(one) for one in found] == [True, True, True, True, False, False]
    front = front_of(found, OBJECTIVES)
    assert front is not None
    assert front.best == (found[0], found[1])
    assert front.num_usable == 4
    assert front.reference == {"latency_ms": 5.0, "utilisation_fraction": 0.1}
    # (1, 0.2) beats 4 x 0.1, (2, 0.5) beats 3 x 0.4, both 3 x 0.1; the box is 4 x 0.4
    assert front.hypervolume == pytest.approx(0.4 + 1.2 - 0.3)
    assert front.hypervolume_fraction == pytest.approx(1.3 / 1.6)


def test_nothing_usable() -> None:
    assert front_of([], OBJECTIVES) is None
    assert front_of([design(1, 1, violates=("area",))], OBJECTIVES) is None


def test_designs_alike_in_an_objective() -> None:
    front = front_of([design(1, 0.5), design(2, 0.5)], OBJECTIVES)
    assert front is not None
    assert (len(front.best), front.hypervolume, front.hypervolume_fraction) == (1, 0.0, 1.0)
