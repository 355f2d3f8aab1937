from __future__ import annotations

import numpy as np
import pytest

from plots.design_choice import DesignChoice
from plots.design_frame import finish, footer_text, panel_axes, scale_axis, short_version, tick_text
from tests.plots.design_rows import designs


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("scratchpad_bytes", 2**16, "64Ki"),
        ("off_chip_bytes", 5e6, "5M"),
        ("total_cycles", 20_000, "20k"),
        ("total_cycles", 5000, "5000"),
        ("energy_mj", 0.2, "0.2"),
        ("macs", 4e12, "4T"),
    ],
)
def test_ticks(column: str, value: float, text: str) -> None:
    assert tick_text(column, value) == text


def test_scales() -> None:
    _, (axes,) = panel_axes(DesignChoice(), [""], 3)
    scale_axis(axes, "x", "scratchpad_bytes", np.array([2.0**16, 2.0**17]))
    scale_axis(axes, "y", "energy_mj", np.array([1.0, 9.0]))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    scale_axis(axes, "y", "energy_mj", np.array([1.0, 11.0]))
    assert axes.get_yscale() == "log"


def test_the_footer_says_what_the_figure_is_of() -> None:
    points = designs({}, {}, num_left_out=3)
    assert short_version(points.model_version) == "0.1.0+0123456"
    assert footer_text(points, "a note") == (
        "study tiny · model 0.1.0+0123456 · 2 points, 3 without figures or against constraints left out\na note"
    )
    assert footer_text(designs({}), "") == "study tiny · model 0.1.0+0123456 · 1 point"
    narrow = footer_text(points, "word " * 30, is_narrow=True).splitlines()
    assert max(map(len, narrow)) <= 70


def test_title_and_footer_are_on_the_figure() -> None:
    for title, shown in ((None, "What: resnet9"), ("Mine $1", r"Mine \$1")):
        figure, _ = panel_axes(DesignChoice(), [""], 3)
        finish(figure, designs({}), DesignChoice(title=title), "What")
        assert figure.get_suptitle() == shown
        assert figure.get_supxlabel().startswith("study tiny")


def test_panels_in_rows() -> None:
    assert [len(panel_axes(DesignChoice(), ["a"] * num, 3)[1]) for num in (1, 2, 4, 6)] == [1, 2, 4, 6]
