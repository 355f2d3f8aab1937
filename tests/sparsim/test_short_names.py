"""Names cut to a width."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sparsim import short_names
from sparsim.short_names import share_room, shorten_names

NAMES = st.lists(st.text("ab/", max_size=40), max_size=12)


def test_examples() -> None:
    assert doctest.testmod(short_names).failed == 0


def test_names_that_fit_stay() -> None:
    assert shorten_names(["a", "abc", "a", ""], 3) == ("a", "abc", "a", "")


def test_names_that_differ_at_an_end_are_not_numbered() -> None:
    assert shorten_names(["first/long/name/1", "first/long/name/2"], 8) == ("firs…e/1", "firs…e/2")


def test_equal_names_keep_one_number_and_empty_ones_have_none() -> None:
    names = ["model/1/kernel", "", "model/2/kernel", "model/1/kernel"]
    assert shorten_names(names, 8, "...") == ("1 mo...l", "", "2 mo...l", "1 mo...l")


@given(names=NAMES, width=st.integers(6, 45))
def test_they_fit_and_differ_where_the_names_do(names: list[str], width: int) -> None:
    """Two digits, a blank and one character fit six columns."""
    short = shorten_names(names, width)
    assert all(cell_len(text) <= width for text in short)
    pairs = list(zip(names, short, strict=True))
    assert all((one == other) == (a == b) for one, a in pairs for other, b in pairs)


@given(widths=st.lists(st.integers(1, 60), min_size=1, max_size=3), room=st.integers(1, 120))
def test_room_is_shared_and_the_narrow_stay_whole(widths: list[int], room: int) -> None:
    shares = share_room(widths, room, 12)
    assert all(share <= width for share, width in zip(shares, widths, strict=True))
    assert all(share == width for share, width in zip(shares, widths, strict=True) if width <= 12)
    if sum(widths) <= room:
        assert shares == tuple(widths)
    elif sum(shares) > room:
        assert max(shares) <= 12
    else:
        assert sum(shares) == room
        cut = [share for share, width in zip(shares, widths, strict=True) if share < width]
        assert max(shares) - min(cut) <= 1, "the widest yield first"
