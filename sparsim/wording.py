"""Numbers and names as a table prints them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

_SIGNIFICANT_DIGITS = 4
_MILLIONS_FROM = 10_000


def format_number(value: float) -> str:
    """Return ``value`` with four significant digits, but all digits before the point.

    >>> [format_number(value) for value in (132609.715, 488.42, 2.0476, 0.00754, 0)]
    ['132,610', '488.4', '2.048', '0.00754', '0']
    """
    if value == 0:
        return "0"
    decimals = _SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value)))
    if decimals > 6:
        return f"{value:.3g}"
    text = f"{value:,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if abs(value) < 1 else text


def format_count(count: int, noun: str) -> str:
    """Return a small count to the last one, a large one in millions.

    >>> [format_count(count, "MACs") for count in (60, 4_089_184_256)]
    ['60 MACs', '4,089 M MACs']
    """
    if count < _MILLIONS_FROM:
        return f"{count:,} {noun}"
    return f"{format_number(count / 1e6)} M {noun}"


def format_column(values: Sequence[float], num_deciding: int) -> tuple[str, ...]:
    """Return ``values`` with the same number of decimals, 4 at most.

    >>> format_column([0.5, 0.25, 125.0], 2)
    ('0.5000', '0.2500', '125.0000')

    Parameters
    ----------
    values : sequence of float
    num_deciding : int
        The largest of so many first values shows four significant digits.
    """
    largest = max((abs(value) for value in values[:num_deciding]), default=0.0)
    digits = math.floor(math.log10(largest)) + 1 if largest else 1
    decimals = min(max(_SIGNIFICANT_DIGITS - digits, 0), 4)
    return tuple(f"{value:,.{decimals}f}" for value in values)


def printable(text: str) -> str:
    """Return ``text`` with what a terminal would act upon, or could not encode, written as an escape.

    >>> printable("a" + chr(27) + "[2J")
    'a\\\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def shorten(text: str, width: int, mark: str = "…") -> str:
    """Return ``text`` in at most ``width`` columns, ``mark`` in place of its middle: both ends of a name tell."""
    if cell_len(text) <= width:
        return text
    kept = width - cell_len(mark)
    if kept < 1:
        return set_cell_size(text, max(width, 0))
    head = set_cell_size(text, (kept + 1) // 2)
    tail = set_cell_size(text[::-1], kept // 2)[::-1]
    return head + mark + tail
