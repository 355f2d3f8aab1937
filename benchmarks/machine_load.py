"""How busy the machine is while something is measured."""

from __future__ import annotations

import os


def load_text() -> str:
    """Return the load of the last minute, the measured processes' own included."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
