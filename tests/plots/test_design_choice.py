from __future__ import annotations

import pytest

from plots.design_choice import NARROW_INCHES, DesignChoice, default_colour, panels
from plots.style import COLUMN_INCHES, PAGE_INCHES
from tests.plots.design_rows import designs
from workloads.errors import ConfigError


def test_width() -> None:
    assert DesignChoice().width_inches() == COLUMN_INCHES
    assert DesignChoice().width_inches(2) == PAGE_INCHES
    assert DesignChoice(is_narrow=True).width_inches(2) == NARROW_INCHES == 3.5


def test_a_choice_that_a_figure_does_not_have() -> None:
    DesignChoice(y="energy_mj").refuse("parallel", "x", "facet")
    with pytest.raises(ConfigError, match=r"^sparsim plot parallel: has no --facet$"):
        DesignChoice(facet="network").refuse("parallel", "x", "facet")


def test_colour_by_what_differs() -> None:
    assert default_colour(designs({}, {"accelerator": "b", "compression": "nm:2:8"})) == "accelerator"
    assert default_colour(designs({}, {"compression": "nm:2:8"})) == "compression"
    assert default_colour(designs({}, {"array.rows": 16})) is None


def test_a_panel_a_value() -> None:
    points = designs({"scratchpad.capacity_bytes": 2**20}, {}, {})
    found = panels(points, DesignChoice(facet="scratchpad.capacity_bytes"))
    assert [(title, len(part.rows)) for title, part in found] == [
        ("scratchpad capacity 64 KiB", 2),
        ("scratchpad capacity 1 MiB", 1),
    ]


def test_too_many_panels() -> None:
    points = designs(*({"array.rows": rows} for rows in range(7)))
    with pytest.raises(ConfigError, match=r"--facet array\.rows: expected at most 6 values, found 7"):
        panels(points, DesignChoice(facet="array.rows"))


@pytest.mark.parametrize(("column", "other"), [("network", "vgg"), ("batch", 8), ("bindings", "seq=8")])
def test_different_work_is_not_compared(column: str, other: str | int) -> None:
    points = designs({}, {column: other})
    with pytest.raises(ConfigError, match=f"same work, found several of {column}: .*--where, or give --facet {column}"):
        panels(points, DesignChoice())
    assert len(panels(points, DesignChoice(facet=column))) == 2
