from __future__ import annotations

from dataclasses import replace

import matplotlib.colors
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from plots.scratchpad_map import PLACE_COLOURS, PlaceKind, scratchpad_map
from simulator.plan import Stay
from simulator.result import BufferPlace, Planning, Result
from workloads.errors import ConfigError

KIB = 1024
CAPACITY_BYTES = 8 * KIB

Rectangle = tuple[float, float, float, float]


def stay(tensor: str, steps: tuple[int, int], kib: tuple[int, int], **moves: bool) -> Stay:
    return Stay(
        tensor=tensor,
        first_step=steps[0],
        last_step=steps[1],
        offset_bytes=kib[0] * KIB,
        size_bytes=kib[1] * KIB,
        **moves,
    )


PLANNING = Planning(
    mapper="joint",
    objective_value=1.0,
    layer_by_layer_value=2.0,
    stays=(
        stay("x", (0, 0), (0, 2), is_loaded=True),
        stay("conv1.out", (0, 2), (2, 3)),
        stay("pool.out", (2, 3), (5, 2), is_stored=True),
    ),
    buffers=(
        BufferPlace(step=0, offset_bytes=6 * KIB, size_bytes=KIB),
        BufferPlace(step=3, offset_bytes=0, size_bytes=4 * KIB),
    ),
)


@pytest.fixture
def joint_result(tiny_result: Result) -> Result:
    return replace(tiny_result, planning=PLANNING)


@pytest.fixture
def figure(joint_result: Result) -> Figure:
    return scratchpad_map(joint_result, CAPACITY_BYTES)


def _rectangles(axes: Axes, kind: PlaceKind) -> list[Rectangle]:
    """First step, lowest address, the step after the last, the address after the highest."""
    (found,) = [one for one in axes.collections if isinstance(one, PolyCollection) and one.get_label() == kind]
    assert tuple(found.get_facecolor()[0]) == matplotlib.colors.to_rgba(PLACE_COLOURS[kind])
    return [(*path.vertices.min(axis=0), *path.vertices.max(axis=0)) for path in found.get_paths()]


def test_a_rectangle_a_tensor_and_one_for_an_operators_buffers(figure: Figure) -> None:
    (axes,) = figure.axes
    assert _rectangles(axes, PlaceKind.LOADED) == [(0, 0, 1, 2)]
    assert _rectangles(axes, PlaceKind.STAYS) == [(0, 2, 3, 5)]
    assert _rectangles(axes, PlaceKind.STORED) == [(2, 5, 4, 7)]
    assert _rectangles(axes, PlaceKind.BUFFERS) == [(0, 6, 1, 7), (3, 0, 4, 4)]


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert set(PLACE_COLOURS) == set(PlaceKind)
    assert len(set(PLACE_COLOURS.values())) == len(PlaceKind)


def test_axes_capacity_and_names_of_tensors_alone(figure: Figure) -> None:
    (axes,) = figure.axes
    assert (axes.get_xlim(), axes.get_ylabel()) == ((0, 4), "scratchpad address (KiB)")
    (line,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert set(line.get_ydata()) == {8.0}
    assert {text.get_text() for text in axes.texts} == {"capacity", "x", "conv1.out", "pool.out"}


def test_title(figure: Figure) -> None:
    """Off-chip of the three operators: 4,000, 750 and 1,020 bytes."""
    (legend,) = figure.legends
    assert legend.get_title().get_text() == (
        "tiny on edge_npu, 22nm, batch 1\nscratchpad of 8.00 KiB; whole tensors: 3; off-chip: 5.77 kB"
    )


def test_other_plans_have_no_map(tiny_result: Result) -> None:
    layers = Planning(mapper="layers", objective_value=1.0, layer_by_layer_value=1.0)
    for planning in (None, layers):
        with pytest.raises(ConfigError) as caught:
            scratchpad_map(replace(tiny_result, planning=planning), CAPACITY_BYTES)
        assert str(caught.value) == "map of the scratchpad: expected a joint plan of 'tiny', found none"
