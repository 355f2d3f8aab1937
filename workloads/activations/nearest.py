"""The end of an error message about a tensor that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_names(found: str, expected: Iterable[str]) -> str:
    """Return the nearest three of ``expected``, as the end of an error message; nothing when none is near."""
    near = difflib.get_close_matches(found, list(expected), n=3, cutoff=0.4)
    return f"; nearest: {', '.join(repr(name) for name in near)}" if near else ""
