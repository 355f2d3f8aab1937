"""One HTML page to explore a results file: data, style and script in it, nothing loaded from elsewhere."""

from __future__ import annotations

import html
import json
import os
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sparsim.design_report_data import page_data
from sparsim.export import JsonValue
from workloads.errors import ConfigError

_SCRIPTS = ("columns", "address", "front", "scatter", "table", "point", "controls")
"""Parts of the page's one script, in order: the last starts it."""
_SUFFIXES = (".html", ".htm")
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_ENDS_OF_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPage:
    """What was written.

    Parameters
    ----------
    path : Path
    num_points, num_bytes : int
    layers_note : str
        Why layers of points are left out; empty where they are not.
    """

    path: Path
    num_points: int
    num_bytes: int
    layers_note: str


def write_design_report(results: Path | str, output: Path | str, study: str | None = None) -> WrittenPage:
    """Write the page of the results file ``results``, of one study or all; it appears whole or not at all.

    Raises
    ------
    ResultsError
        When ``results`` cannot be read, or has no such study.
    ConfigError
        When there is no point, or ``output`` is no name of a page or cannot be written.
    """
    output = Path(output)
    if output.suffix.lower() not in _SUFFIXES:
        raise ConfigError(f"page {str(output)!r}: expected a name that ends in .html, found {output.suffix!r}")
    found = page_data(Path(results), study)
    text = page_text(found.data, found.layers).encode("utf-8", errors="replace")
    partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(text)
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigError(f"page {str(output)!r}: cannot be written: {error.strerror}") from None
    return WrittenPage(path=output, num_points=found.num_points, num_bytes=len(text), layers_note=found.layers_note)


def page_text(data: JsonValue, layers: JsonValue) -> str:
    """Return the page that contains ``data`` and ``layers``."""
    assert isinstance(data, dict), "the page's data has a title"
    folder = files("sparsim")
    parts = {
        "title": html.escape(str(data["title"])),
        "style": (folder / "design_report.css").read_text(encoding="utf-8"),
        "script": "\n".join((folder / f"design_report_{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS),
        "data": embedded_json(data),
        "layers": embedded_json(layers),
    }
    template = (folder / "design_report.html").read_text(encoding="utf-8")
    return _PLACE.sub(lambda match: parts[match[1]], template)  # in one pass: names may look like places


def embedded_json(value: JsonValue) -> str:
    """Return ``value`` as JSON that cannot end or open an element of the page that contains it."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).translate(_ENDS_OF_SCRIPT)
