"""Choices that are worth having, and those of plans of whole tensors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapper.residency.choices import Choice, whole_operands, worth_choosing
from tests.mapper.drawn_problems import problem_of

CHOICES = st.lists(
    st.builds(
        Choice,
        whole=st.frozensets(st.integers(0, 2), max_size=2),
        buffer_bytes=st.integers(0, 6),
        cost=st.integers(0, 6),
    )
)


def choice(*whole: int, buffer: int, cost: int) -> Choice:
    return Choice(whole=frozenset(whole), buffer_bytes=buffer, cost=cost)


def test_by_hand():
    small, large = choice(buffer=2, cost=9), choice(buffer=5, cost=3)
    other = choice(1, buffer=6, cost=9)  # beaten by both, but with another tensor whole

    found = worth_choosing([large, other, choice(buffer=5, cost=9), small, choice(buffer=6, cost=3), large])

    assert found == (small, large, other)


@given(choices=CHOICES)
def test_what_is_left_out_is_beaten_and_nothing_else(choices):
    kept = worth_choosing(choices)

    assert set(kept) <= set(choices)
    assert len(set(kept)) == len(kept)
    assert [one.buffer_bytes for one in kept] == sorted(one.buffer_bytes for one in kept)
    for one in choices:
        assert any(
            other.whole == one.whole and other.buffer_bytes <= one.buffer_bytes and other.cost <= one.cost
            for other in kept
        )
    for one in kept:
        for other in kept:
            if other != one and other.whole == one.whole:
                assert other.buffer_bytes > one.buffer_bytes or other.cost > one.cost


def test_whole_operands():
    tensors = problem_of([4, 3, 2], [(0,), (0, 1)], [(1,), (2,)], outputs=[2])
    found = whole_operands(tensors)

    assert found.choices == ((choice(0, 1, buffer=0, cost=0),), (choice(0, 1, 2, buffer=0, cost=0),))
    assert found.load_costs == found.store_costs == (4, 3, 2)
    assert found.tensors is tensors
    assert not found.in_place
