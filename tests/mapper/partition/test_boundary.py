"""States of the tensors across a cut."""

from __future__ import annotations

from mapper.partition.boundary import Where, boundaries, present, present_bytes
from mapper.partition.cuts import Cut
from tests.mapper.drawn_problems import problem_of

# t0 starts off-chip, t1 is made; both are read by the last
PAIR = problem_of([3, 2, 1], [(0,), (), (0, 1)], [(), (1,), (2,)])
CUT = Cut(step=2, tensors=(0, 1), is_serial=False)


def test_what_has_a_copy_is_never_on_chip_alone():
    states = boundaries(PAIR, CUT, 5)

    assert [tuple(state.values()) for state in states] == [
        (Where.BOTH, Where.ON_CHIP),
        (Where.BOTH, Where.BOTH),
        (Where.BOTH, Where.OFF_CHIP),
        (Where.OFF_CHIP, Where.ON_CHIP),
        (Where.OFF_CHIP, Where.BOTH),
        (Where.OFF_CHIP, Where.OFF_CHIP),
    ]
    assert [present_bytes(PAIR, state) for state in states] == [5, 5, 3, 2, 2, 0]
    assert present(states[2]) == (0,)


def test_what_exceeds_the_scratchpad_is_left_out():
    assert [present_bytes(PAIR, state) for state in boundaries(PAIR, CUT, 3)] == [3, 2, 2, 0]
