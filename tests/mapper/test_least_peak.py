"""Least peaks: equal to those of all orders, and quick where the graph is a chain with branches."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings

from mapper import least_peak as module
from mapper.budgets import peak_bytes
from mapper.kernels import peak_search
from mapper.least_peak import least_peak
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import least_peak_bytes
from workloads.errors import ConfigError


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_equals_that_of_all_orders(problem):
    found = least_peak(problem, time_limit_s=20)

    assert found.peak_bytes == found.lower_bound_bytes == least_peak_bytes(problem)
    assert found.is_proven
    assert peak_bytes(problem, found.schedule) == found.peak_bytes
    assert sorted(found.schedule) == list(range(len(problem.operators)))


def branches(num_branches):
    """A source of 1 byte, branches that make 10 and reduce them to 1, a sum: in file order all are wide at once."""
    read = [(), *((0,) for _ in range(num_branches)), *((1 + one,) for one in range(num_branches))]
    read.append(tuple(range(1 + num_branches, 1 + 2 * num_branches)))
    sizes = [1] + [10] * num_branches + [1] * (num_branches + 1)
    return problem_of(sizes, read, [(one,) for one in range(len(read))])


def test_branch_by_branch():
    """40 branches, one at a time: before the last, 39 bytes of results; the source; 10 wide: 50. 1 + 39 + 10."""
    problem = branches(40)
    found = least_peak(problem, time_limit_s=20)

    assert peak_bytes(problem, range(len(problem.operators))) == 1 + 40 * 10
    assert (found.peak_bytes, found.lower_bound_bytes) == (50, 50)


def test_no_operators():
    assert least_peak(problem_of([], [], []), time_limit_s=1).peak_bytes == 0


def test_branch_by_branch_backwards():
    """The same with time reversed: a wide step near the end of each branch, all found at the first steps."""
    num_branches = 40
    read = [(), *((0,) for _ in range(num_branches)), *((1 + one,) for one in range(num_branches))]
    problem = problem_of([1] * (num_branches + 1) + [10] * num_branches, read, [(one,) for one in range(len(read))])
    found = least_peak(problem, time_limit_s=20)

    # 10 and its input of 1; branches not begun wait in the source: 1
    assert (found.peak_bytes, found.lower_bound_bytes) == (12, 12)


def test_time_is_up():
    """The beam's order, and the bound of what was looked at: an operator and what is around it, 10 + 1 or the sum."""
    problem = branches(12)
    found = least_peak(problem, time_limit_s=1e-9)

    assert not found.is_proven
    assert found.lower_bound_bytes == 13  # the sum reads 12 and makes 1
    assert found.peak_bytes == peak_bytes(problem, found.schedule) == 1 + 11 + 10


def test_bad_time_limit():
    with pytest.raises(ConfigError, match="least peak: time_limit_s is -1, expected more than 0 seconds"):
        least_peak(branches(2), time_limit_s=-1)


def test_interpreted():
    """The same from Python: callees too, since each is replaced by what it was compiled from."""
    names = ("_contains", "_touches", "slot_of", "_with_room", "_comes_before", "_push", "_pop")
    plain = {name: getattr(peak_search, name).py_func for name in (*names, "_begun_and_ended", "_fill_moves")}
    with patch.multiple(peak_search, **plain), patch.object(module, "advance", peak_search.advance.py_func):
        assert least_peak(branches(6), time_limit_s=20).peak_bytes == 1 + 5 + 10
