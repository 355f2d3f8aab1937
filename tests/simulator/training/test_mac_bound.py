"""The speed-up that multiply-accumulates allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.training.mac_bound import equal_stages_bound, mac_bound
from workloads.sparsity import NmPattern


@pytest.mark.parametrize(("n", "m", "bound"), [(2, 4, 1.5), (2, 8, 2.0), (2, 16, 2.4), (4, 4, 1.0)])
def test_equal_stages(n: int, m: int, bound: float) -> None:
    pattern = NmPattern(n=n, m=m)
    assert equal_stages_bound(pattern) == pytest.approx(bound)
    assert mac_bound([(100, True), (100, True), (100, False)], pattern) == pytest.approx(bound)


def test_nothing() -> None:
    assert mac_bound([], NmPattern(n=2, m=8)) == 1.0


@given(products=st.lists(st.tuples(st.integers(1, 1000), st.booleans()), min_size=1))
def test_between_one_and_all_pruned(products: list[tuple[int, bool]]) -> None:
    assert 1 <= mac_bound(products, NmPattern(n=2, m=8)) <= 4
