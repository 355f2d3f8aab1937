from __future__ import annotations

import pytest

from plots.search_progress import ProgressCurve, search_progress
from workloads.errors import ConfigError

TPE = ProgressCurve(name="tpe", shares=((0.5, 0.9, 1.0), (0.2, 0.8, 0.99), (0.4, 0.7, 1.0)))
RANDOM = ProgressCurve(name="random $x$", shares=((0.1, 0.2, 0.3),))


def test_median_and_range_of_what_is_missing() -> None:
    axes = search_progress([TPE, RANDOM], title="search").axes[0]
    median = axes.lines[0]
    assert list(median.get_xdata()) == [1, 2, 3]
    assert list(median.get_ydata()) == pytest.approx([0.6, 0.2, 1e-4])
    band = axes.collections[0].get_paths()[0].vertices
    for evaluation, least, most in ((1, 0.5, 0.8), (2, 0.1, 0.3), (3, 1e-4, 0.01)):
        drawn = [y for x, y in band if x == evaluation]
        assert (min(drawn), max(drawn)) == pytest.approx((least, most))


def test_axes_and_names() -> None:
    figure = search_progress([TPE, RANDOM], title="a $1 search")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("points evaluated", "missing of the grid's hypervolume")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["tpe", r"random \$x\$"]
    assert axes.get_title(loc="left") == r"a \$1 search"
    ticks = [label.get_text() for label in axes.get_yticklabels()]
    assert "≤ 0.01 %" in ticks
    assert "100 %" in ticks
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()


@pytest.mark.parametrize("num", [0, 8])
def test_too_few_or_too_many(num: int) -> None:
    with pytest.raises(ConfigError, match=f"search_progress: expected 1 to 7 samplers, found {num}"):
        search_progress([TPE] * num, title="search")
