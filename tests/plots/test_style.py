from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import pytest

from plots import style
from simulator.result import Result


def test_importing_the_figures_leaves_matplotlib_alone() -> None:
    program = "import sys, plots, plots.save, plots.comparison; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_drawing_leaves_pyplot_alone() -> None:
    program = (
        "import sys; from plots.style import new_figure; new_figure(3, 2).add_subplot();"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_title_says_network_accelerator_technology_and_batch(tiny_result: Result) -> None:
    assert style.result_title(tiny_result) == "tiny on edge_npu, 22nm, batch 1"


def test_short_names_stay_and_long_ones_lose_their_middle() -> None:
    assert style.short_name("conv1", 8) == "conv1"
    assert style.short_name("layer3.downsample", 9) == "laye…mple"
    assert len(style.short_name("x" * 100, 22)) == 22


@pytest.mark.parametrize(("name", "drawn"), [("a$b$", r"a\$b\$"), ("a\x1b[2Jb", r"a\x1b[2Jb"), ("\udcff", r"\udcff")])
def test_names_are_drawn_as_they_are(name: str, drawn: str) -> None:
    assert style.drawable(name) == style.short_name(name, 22) == drawn


def test_stacked_fills_differ_in_grey_too() -> None:
    """Neighbours in a stack differ in lightness by a tenth at least, or in hatch."""
    for one, other in combinations((style.INPUT, style.WEIGHT, style.PARTIAL_SUMS, style.OUTPUT), 2):
        assert one.hatch != other.hatch or abs(_lightness(one.colour) - _lightness(other.colour)) > 0.1
    assert abs(_lightness(style.COMPUTE.colour) - _lightness(style.STALL.colour)) > 0.1


def test_each_kind_has_a_marker_and_a_colour_of_its_own() -> None:
    dots = [*style.DOTS.values(), style.OTHER_DOT]
    assert len({dot.marker for dot in dots}) == len({dot.colour for dot in dots}) == len(dots)


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
