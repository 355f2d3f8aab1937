from __future__ import annotations

import sys

import pytest

from sweeps.search_objectives import NO_FIGURES
from sweeps.search_sampler import ROUNDS, PointSampler
from sweeps.search_space import SearchSpace
from tests.sweeps.searching import searched_points
from workloads.errors import ConfigError


@pytest.mark.parametrize("sampler", list(ROUNDS))
def test_rounds_end_with_the_space(sampler: str) -> None:
    points = searched_points(zip=[{"array.cols": [2, 4, 8]}])
    asks = PointSampler(SearchSpace(points), sampler, num_objectives=2, seed=1)
    positions = []
    while asked := asks.ask_round():
        assert len(asked) == min(ROUNDS[sampler], 60 - len(positions))
        positions += [one.position for one in asked]
        for one in asked:
            asks.tell(one, (float(one.position), 1.0), {NO_FIGURES: 0.0})
    assert sorted(positions) == list(range(60))


def test_without_optuna(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigError, match=r"a guided search: the package optuna is not installed; `pip install 'sp"):
        PointSampler(SearchSpace(searched_points()), "tpe", num_objectives=1, seed=0)
