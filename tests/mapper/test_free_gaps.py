"""Free stretches, against marking every byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapper.free_gaps import FreeGap, first_fit, free_gaps

PLACES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda one: (one[0], one[0] + one[1])), max_size=6
)


def test_between_and_above():
    gaps = list(free_gaps([(8, 10), (2, 5)], 12))

    assert [(gap.offset_bytes, gap.size_bytes) for gap in gaps] == [(0, 2), (5, 3), (10, 2)]
    assert first_fit(3, [(8, 10), (2, 5)], 12) == 5
    assert first_fit(4, [(8, 10), (2, 5)], 12) is None


def test_nothing_there_and_nothing_free():
    assert list(free_gaps([], 4)) == [FreeGap(offset_bytes=0, size_bytes=4)]
    assert list(free_gaps([(0, 4)], 4)) == []


@given(occupied=PLACES, capacity=st.integers(0, 30), size=st.integers(1, 8))
def test_as_byte_by_byte(occupied, capacity, size):
    taken = {byte for first, end in occupied for byte in range(first, end)}
    fits = [offset for offset in range(capacity - size + 1) if not taken & set(range(offset, offset + size))]

    assert first_fit(size, occupied, capacity) == (fits[0] if fits else None)
