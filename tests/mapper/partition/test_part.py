"""A part as a problem of its own: what comes in, what goes out, and the bytes that its problem does not count."""

from __future__ import annotations

from mapper.partition.boundary import Where
from mapper.partition.part import ENTER, EXIT, part_between
from mapper.tensor_plan import TensorPlan
from tests.mapper.drawn_problems import problem_of

# o0 makes a (t0), o1 makes b (t1) of a, o2 makes c (t2) of b, o3 reads a and c
CHAIN = problem_of([5, 3, 2], [(), (0,), (1,), (0, 2)], [(0,), (1,), (2,), ()])


def between(where_a: Where, where_b: Where, leaving_a: Where, leaving_c: Where):
    """Part o2: from {a, b} to {a, c}."""
    return part_between(CHAIN, (2,), {0: where_a, 1: where_b}, {0: leaving_a, 2: leaving_c})


def test_all_stay():
    part = between(Where.ON_CHIP, Where.ON_CHIP, Where.ON_CHIP, Where.ON_CHIP)

    assert part.problem.operators == ("enter", "o2", "exit")
    assert part.operators == (ENTER, 2, EXIT)
    assert part.tensors == (0, 1, 2)
    assert part.problem.inputs == ((), (1,), (0, 2))
    assert part.problem.outputs == ((0, 1), (2,), ())
    assert [(one.producer, one.consumers, one.is_output) for one in part.problem.tensors] == [
        (0, (2,), False),
        (0, (1,), False),
        (1, (2,), False),
    ]
    assert part.fixed_bytes == 0


def test_what_is_off_chip_is_read_and_what_must_be_is_written():
    part = between(Where.OFF_CHIP, Where.OFF_CHIP, Where.OFF_CHIP, Where.OFF_CHIP)

    # a is not used here: no part of the problem. b starts off-chip: 3 bytes read. c must leave: 2 bytes written.
    assert part.problem.operators == ("o2",)
    assert part.tensors == (1, 2)
    assert [(one.producer, one.is_output) for one in part.problem.tensors] == [(None, False), (0, True)]
    assert part.fixed_bytes == 3 + 2


def test_a_copy_on_the_way():
    part = between(Where.ON_CHIP, Where.BOTH, Where.BOTH, Where.ON_CHIP)

    # a is written while it passes; b has a copy: leaving would cost no write
    assert [one.is_output for one in part.problem.tensors] == [True, True, False]
    assert part.fixed_bytes == 5


def test_states_that_do_not_follow():
    # a is not used: it neither comes back nor leaves, and a copy does not vanish
    assert between(Where.OFF_CHIP, Where.ON_CHIP, Where.ON_CHIP, Where.ON_CHIP) is None
    assert between(Where.OFF_CHIP, Where.ON_CHIP, Where.BOTH, Where.ON_CHIP) is None
    assert between(Where.ON_CHIP, Where.ON_CHIP, Where.OFF_CHIP, Where.ON_CHIP) is None
    assert between(Where.BOTH, Where.ON_CHIP, Where.ON_CHIP, Where.ON_CHIP) is None


def test_a_plan_must_enter_first_and_exit_last():
    part = between(Where.ON_CHIP, Where.ON_CHIP, Where.ON_CHIP, Where.ON_CHIP)

    assert part.keeps_the_ends(TensorPlan(schedule=(0, 1, 2), episodes=()))
    assert not part.keeps_the_ends(TensorPlan(schedule=(1, 0, 2), episodes=()))
    assert not part.keeps_the_ends(TensorPlan(schedule=(0, 2, 1), episodes=()))
