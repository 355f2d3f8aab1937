"""What all tests share: ``tests.…`` can be imported however pytest is started, and no example is too slow."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

_ROOT = str(Path(__file__).parents[1])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

settings.register_profile("untimed", deadline=None)  # a busy machine must not fail a test
settings.load_profile("untimed")
