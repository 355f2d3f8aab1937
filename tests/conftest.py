"""What all tests share: ``tests.…`` can be imported however pytest is started, and no example is too slow."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from hypothesis import settings

_ROOT = str(Path(__file__).parents[1])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

settings.register_profile("random", deadline=None)  # a busy machine must not fail a test
settings.register_profile("same", settings.get_profile("random"), derandomize=True)
settings.load_profile("same")  # --hypothesis-profile=random draws other examples

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background; what tests start would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)
