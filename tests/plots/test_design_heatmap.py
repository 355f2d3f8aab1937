from __future__ import annotations

import numpy as np
import pytest

from plots.design_choice import DesignChoice
from plots.design_heatmap import design_heatmap
from tests.plots.design_rows import designs
from workloads.errors import ConfigError

POINTS = designs(
    {"latency_ms": 5.0, "utilisation_fraction": 0.5},
    {"latency_ms": 4.0, "utilisation_fraction": 0.4, "compression": "nm:2:8"},
    {"latency_ms": 3.0, "utilisation_fraction": 0.3, "array.rows": 16},
    {"latency_ms": 2.0, "utilisation_fraction": 0.2, "scratchpad.capacity_bytes": 2**17},
)


@pytest.mark.parametrize(
    ("metric", "table", "note"),
    [
        ("latency_ms", [[4.0, 2.0], [3.0, np.nan]], "least over compression"),
        ("utilisation_fraction", [[0.5, 0.2], [0.3, np.nan]], "greatest over compression"),
    ],
)
def test_the_best_over_what_is_not_shown(metric: str, table: list[list[float]], note: str) -> None:
    figure = design_heatmap(POINTS, DesignChoice(colour=metric, y="array.rows", x="scratchpad.capacity_bytes"))
    axes = figure.axes[0]
    shown = np.ma.filled(axes.images[0].get_array(), np.nan)
    np.testing.assert_array_equal(shown, table)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["64 KiB", "128 KiB"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("scratchpad capacity", "array rows")
    assert figure.get_supxlabel().endswith(note)


def test_parameters_are_chosen() -> None:
    axes = design_heatmap(POINTS, DesignChoice()).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("scratchpad capacity", "array rows")


def test_mistakes() -> None:
    for points, choice, message in (
        (designs({}, {"array.rows": 9}), DesignChoice(), "expected two parameters in which points differ, found array"),
        (designs({}), DesignChoice(), "found none"),
        (
            POINTS,
            DesignChoice(x="mapper", y="array.rows"),
            "--x mapper: expected 2 to 40 values for a heat map, found 1",
        ),
        (POINTS, DesignChoice(x="array.rows", y="array.rows"), "--x array.rows: expected another column than --y"),
        (POINTS, DesignChoice(colour="compression"), "--colour compression: expected numbers"),
    ):
        with pytest.raises(ConfigError, match=message):
            design_heatmap(points, choice)
