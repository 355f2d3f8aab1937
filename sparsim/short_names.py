"""Names of a column cut to a width, so that those that differ still do."""

from __future__ import annotations

from collections.abc import Sequence

from sparsim.wording import shorten


def shorten_names(names: Sequence[str], width: int, mark: str = "…") -> tuple[str, ...]:
    """Return ``names`` in at most ``width`` columns, ``mark`` for the middle of those that are too long.

    Where two that differ would look the same, all are numbered in the order in which they come. An empty name stays
    empty.

    >>> shorten_names(["model/conv_1/kernel", "model/conv_2/kernel"], 10)
    ('1 mode…nel', '2 mode…nel')
    """
    short = tuple(shorten(name, width, mark) for name in names)
    if len(set(short)) == len(set(names)):
        return short
    numbers = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)), start=1)}
    digits = len(str(len(numbers)))
    return tuple(
        f"{numbers[name]:>{digits}} {shorten(name, max(width - digits - 1, 0), mark)}" if name else "" for name in names
    )


def share_room(widths: Sequence[int], room: int, least: int) -> tuple[int, ...]:
    """Return what columns as wide as ``widths`` get of ``room``: the widest yield first (the last of equals).

    None goes below ``least``.
    """
    shares = list(widths)
    while sum(shares) > room and max(shares) > least:
        widest = max(range(len(shares)), key=lambda index: (shares[index], index))
        shares[widest] -= 1
    return tuple(shares)
