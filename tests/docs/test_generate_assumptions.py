from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "generate_assumptions.py"
_SPEC = importlib.util.spec_from_file_location("generate_assumptions", _SCRIPT)
assert _SPEC is not None
assert _SPEC.loader is not None
generate_assumptions = importlib.util.module_from_spec(_SPEC)
sys.modules["generate_assumptions"] = generate_assumptions
_SPEC.loader.exec_module(generate_assumptions)

_SOURCE = '''
"""A file. Assumes the file is read.

Assumes a second paragraph
that goes over lines: one, 2.5 and three. Nothing more.
"""

TABLE = {}
"""Numbers.

Assumes tables are flat.
"""


def outer():
    """Return nothing; it never assumes anything. Not Assumes in the middle.

    Source: a book. Assumes the book is right (see e.g. page 3).
    """

    def inner():
        x = 1  # Assumes one is enough.
        # Assumes comments
        # run on.
        return x


class Box:
    """A box."""

    size = 3
    """Its size. Assumes three."""

    def method(self):
        """Assumes ``self`` is there, with no full stop"""
'''


def test_sentences_with_their_places() -> None:
    found = [(one.place, one.sentence) for one in generate_assumptions.assumptions_of(_SOURCE)]
    assert found == [
        ("", "Assumes the file is read."),
        ("", "Assumes a second paragraph that goes over lines: one, 2.5 and three."),
        ("TABLE", "Assumes tables are flat."),
        ("outer", "Assumes the book is right (see e.g. page 3)."),
        ("outer.inner", "Assumes one is enough."),
        ("outer.inner", "Assumes comments run on."),
        ("Box.size", "Assumes three."),
        ("Box.method", "Assumes ``self`` is there, with no full stop"),
    ]


def test_page_lists_files_with_assumptions_only(tmp_path: Path) -> None:
    package = tmp_path / "workloads" / "inner"
    package.mkdir(parents=True)
    (package / "full.py").write_text('def f():\n    """Assumes ``x``."""\n')
    (package / "empty.py").write_text("")
    page = generate_assumptions.page_of(tmp_path, ["workloads"])
    assert page.endswith("## workloads\n\n`workloads/inner/full.py`\n\n- `f`: `x`.\n")
    assert "empty.py" not in page


def test_page_is_current() -> None:
    """On failure: run python docs/generate_assumptions.py."""
    run = subprocess.run([sys.executable, str(_SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_stale_page_is_said_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "assumptions.md"
    page.write_text("old")
    monkeypatch.setattr(generate_assumptions, "PAGE", page)
    assert generate_assumptions.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/assumptions.md is stale: run python docs/generate_assumptions.py\n"
    assert page.read_text() == "old"
    assert generate_assumptions.main([]) == 0
    assert generate_assumptions.main(["--check"]) == 0
