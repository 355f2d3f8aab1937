"""Ctrl-C between the steps of a planner: raised where nothing is half done.

Compiled code that builds its results while Python raises breaks: the interrupt would come out as an internal error. So
within ``interrupts_at_safe_points`` the first Ctrl-C is remembered and raised by the next ``raise_if_interrupted``; the
second is raised at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_pending = threading.Event()
"""Signals belong to the process, and so does what is known of them."""


@contextmanager
def interrupts_at_safe_points() -> Iterator[None]:
    """Keep the first Ctrl-C for ``raise_if_interrupted``; what is left of it at the end is raised then.

    Changes nothing in threads but the main one, which gets no signals, nor within another such block, nor where Ctrl-C
    has been given another meaning.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _pending.clear()
    signal.signal(signal.SIGINT, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise_if_interrupted()


def raise_if_interrupted() -> None:
    """Raise ``KeyboardInterrupt`` when Ctrl-C came since the block began."""
    if _pending.is_set():
        _pending.clear()
        raise KeyboardInterrupt


def _remember(signal_number: int, frame: FrameType | None) -> None:
    _pending.set()
    signal.signal(signal.SIGINT, signal.default_int_handler)
