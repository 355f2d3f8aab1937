"""Searches are compiled before tests limit their time: compiling takes longer than what they search."""

from __future__ import annotations

import time

import pytest

from mapper.allocate import Box, pack
from mapper.blocks import search_blocks
from mapper.least_peak import least_peak
from mapper.partition import Division
from mapper.search import search
from tests.mapper.drawn_problems import problem_of

_SECONDS = 600.0


@pytest.fixture(scope="session", autouse=True)
def _compiled():
    problem = problem_of([5, 3, 4, 3], [(0,), (0,), (1,), (2,), (0, 3)], [(), (1,), (2,), (3,), ()])
    least_peak(problem, time_limit_s=_SECONDS)
    search(problem, 11, time_limit_s=_SECONDS)
    whole = Division(schedule=tuple(range(5)), cuts=())
    search_blocks(problem, whole, 11, deadline=time.perf_counter() + _SECONDS)
    pack([Box(0, 3, 2), Box(1, 4, 3), Box(2, 5, 2), Box(3, 6, 3)], 7, time_limit_s=_SECONDS)
