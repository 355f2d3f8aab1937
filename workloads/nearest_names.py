"""The end of an error message about a name that is not there: what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(found: str, expected: Iterable[str]) -> str:
    """Return a question after the nearest of ``expected``, keywords in lower case; nothing when none is near."""
    near = difflib.get_close_matches(found.lower(), list(expected), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def nearest_names(found: str, expected: Iterable[str]) -> str:
    """Return the nearest three of ``expected``, names that a file gives; nothing when none is near.

    Layers and tensors are called much alike, so that one suggestion would often be the wrong one.
    """
    near = difflib.get_close_matches(found, list(expected), n=3, cutoff=0.4)
    return f"; nearest: {', '.join(repr(name) for name in near)}" if near else ""
