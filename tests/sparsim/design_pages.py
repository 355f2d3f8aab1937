"""Results files with names that would be markup, and a browser to open their pages in."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zlib
from html import unescape
from pathlib import Path

import pytest

from hw_configs.load import load_accelerator
from sweeps.outcome import Outcome, Status
from sweeps.point import Point
from sweeps.store import Finished, Store
from tests.sweeps.evaluating import metrics_with, study_with

STUDY = "</script><script>document.title='broken'</script>"
NETWORK = "nets/<img src=x onerror=\"document.title='broken'\">'s.onnx"
VERSION = "1.2.3+test"
LAYERS = [
    {
        "name": "<b>first</b>",
        "kind": "conv",
        "macs": 10,
        "total_cycles": 1234,
        "stall_cycles": 0,
        "off_chip_bytes": 77,
        "scratchpad_bytes": 5,
        "energy_mj": 0.25,
        "limited_by": "compute",
        "tile": "m=8",
    }
]
_BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
needs_browser = pytest.mark.skipif(_BROWSER is None, reason="there is no Chromium: `apt-get install chromium`")
_OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --enable-logging=stderr --virtual-time-budget=4000"
)


def point_with(rows: int) -> Point:
    """Of 6 rows there is no plan; of 4 rows there are no layers."""
    return Point(
        network=NETWORK,
        bindings=(("seq", 8),),
        accelerator_source="edge_npu",
        overrides=(("array.rows", rows),),
        accelerator=load_accelerator("edge_npu", overrides=[f"array.rows={rows}"]),
        compression="nm:2:8; keep=first",
        mapper="layers",
        model_version=VERSION,
    )


def _outcome(rows: int, point: Point) -> Outcome:
    if rows == 6:
        return Outcome(identity=point.identity, status=Status.INFEASIBLE, reason="no <plan> fits")
    layers = b"" if rows == 4 else zlib.compress(json.dumps(LAYERS).encode())
    return Outcome(identity=point.identity, status=Status.OK, metrics=metrics_with(rows), layers=layers)


def write_results(path: Path, rows: tuple[int, ...] = (8, 4, 6, 2), name: str = STUDY) -> Path:
    """Write a study ``name`` with a point each number of rows; every figure is that number."""
    with Store(path) as store:
        study = store.open_study(study_with([8], name), VERSION, ["array.rows"])
        points = [(number, point_with(number)) for number in rows]
        store.record(
            study,
            [
                Finished(position=place, point=point, outcome=_outcome(number, point))
                for place, (number, point) in enumerate(points)
            ],
        )
    return path


def open_page(page: Path, view: str, profile: Path) -> str:
    """Return the document as the browser has it once ``page`` shows ``view``, data and script left out.

    Fails when the page's script does.
    """
    command = [str(_BROWSER), *_OPTIONS.split(), f"--user-data-dir={profile}", "--dump-dom", f"{page.as_uri()}#{view}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert "CONSOLE" not in done.stderr, done.stderr
    return re.sub(r"<script.*?</script>", "", done.stdout, flags=re.DOTALL)


def text_of(document: str) -> str:
    """Return what the document says, elements apart."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", document)))
