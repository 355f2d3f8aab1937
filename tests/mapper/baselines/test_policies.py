"""Who leaves first."""

from __future__ import annotations

from mapper.baselines.policies import Candidate, belady, cheapest


def candidate(tensor: int, size: int, next_use: int, *, has_copy: bool = True) -> Candidate:
    return Candidate(tensor=tensor, size_bytes=size, next_use_step=next_use, has_copy=has_copy)


def test_belady_goes_by_distance_then_by_size():
    near, far, far_and_large = candidate(0, 9, 3), candidate(1, 2, 7), candidate(2, 4, 7)

    assert sorted([near, far, far_and_large], key=belady) == [far_and_large, far, near]


def test_cheapest_counts_the_write():
    # 5 bytes with a copy: a read; 3 without: 3 written, 3 read
    copied, alone, small = candidate(0, 5, 3), candidate(1, 3, 9, has_copy=False), candidate(2, 2, 4, has_copy=False)

    assert [copied.moved_bytes, alone.moved_bytes, small.moved_bytes] == [5, 6, 4]
    assert sorted([copied, alone, small], key=cheapest) == [small, copied, alone]


def test_cheapest_goes_by_distance_among_equals():
    near, far = candidate(0, 2, 3), candidate(1, 2, 5)

    assert min([near, far], key=cheapest) == far
