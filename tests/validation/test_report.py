"""Reports as JSON fields and as a table."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console

from validation.check import CheckReport
from validation.report import reports_as_json, reports_as_table

REPORT = CheckReport(
    name="some_check",
    rows=1200,
    matched=1199,
    worst_error_fraction=0.0525,
    mean_error_fraction=0.001,
    tolerance_fraction=0.05,
    passed=False,
    source="a paper",
    num_other_rows=7,
)


def test_json_has_exactly_the_documented_fields():
    (fields,) = json.loads(json.dumps(reports_as_json([REPORT])))

    assert fields == {
        "name": "some_check",
        "rows": 1200,
        "matched": 1199,
        "worst_error_fraction": 0.0525,
        "mean_error_fraction": 0.001,
        "tolerance_fraction": 0.05,
        "passed": False,
        "source": "a paper",
    }


def test_a_long_name_loses_its_middle_where_the_terminal_is_narrow():
    name = "scalesim_sparse_mapping_efficiency_of_all_layers"
    for width, encoding, shown in (
        (80, "utf-8", "scalesim_spar…of_all_layers"),
        (80, "ascii", "scalesim_spa...f_all_layers"),
        (200, "ascii", name),
    ):
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        Console(file=file, width=width, color_system=None).print(reports_as_table([replace(REPORT, name=name)]))
        file.seek(0)
        line = file.read().splitlines()[3]
        assert line.startswith(shown)
        assert "[1]" in line


def test_table_fits_a_terminal_and_says_what_missed():
    text = io.StringIO()
    Console(file=text, width=80).print(reports_as_table([REPORT]))

    for shown in ("some_check", "1,200", "1,199", "7", "5.25", "0.1", "MISS", "[1] a paper"):
        assert shown in text.getvalue()
