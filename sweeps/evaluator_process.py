"""The process that evaluates points: it can be killed, and takes nothing with it but the point that it is at.

Started as ``python -m sweeps.evaluator_process DESCRIPTOR MODULE:FUNCTION SECONDS``.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import sys
import threading
import time
from multiprocessing.connection import Connection

from sweeps.outcome import Evaluate

READY = "ready"
_GRACE_S = 5.0
"""The process that waits ends an overdue point first; should it be gone, this process ends itself so much later."""
_LOOK_S = 1.0


def serve(connection: Connection, evaluate: Evaluate, point_timeout_s: float | None) -> None:
    """Answer lists of points with their outcomes, one by one, until the other end closes.

    Parameters
    ----------
    connection : Connection
        Both ways.
    evaluate : Evaluate
    point_timeout_s : float or None
        After which, and a grace, a point ends the process.
    """
    connection.send(READY)
    while True:
        try:
            points = connection.recv()
        except EOFError:
            return
        _arm(point_timeout_s)
        for outcome in evaluate(points):
            connection.send(outcome)
            _arm(point_timeout_s)
        faulthandler.cancel_dump_traceback_later()


def _arm(point_timeout_s: float | None) -> None:
    if point_timeout_s is not None:
        faulthandler.dump_traceback_later(point_timeout_s + _GRACE_S, exit=True)


def _end_with_parent(parent: int) -> None:
    """End this process soon after its parent, whatever it is at."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


def named_function(name: str) -> Evaluate:
    """Return the function that ``module:function`` names."""
    module, _, function = name.partition(":")
    found: Evaluate = getattr(importlib.import_module(module), function)
    return found


def function_name(function: Evaluate) -> str:
    """Return ``module:function``, by which another process imports ``function``."""
    return f"{function.__module__}:{function.__qualname__}"


def main() -> None:
    """Evaluate until the other end of the connection closes."""
    descriptor, name, seconds = sys.argv[1:]
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    serve(Connection(int(descriptor)), named_function(name), float(seconds) if seconds else None)


if __name__ == "__main__":
    main()
