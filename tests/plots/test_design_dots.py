from __future__ import annotations

from dataclasses import replace

import numpy as np

from plots.design_dots import add_legend_dots, add_shades, design_names, draw_dots, name_dots, parameters
from plots.style import new_figure
from tests.plots.design_rows import designs


def test_parameters_are_what_a_study_sets_and_differs() -> None:
    points = designs({}, {"array.rows": 16, "energy_mj": 3.0, "compression": "nm:2:8"})
    assert parameters(points) == ["compression", "array.rows"]


def test_names_say_what_differs_in_the_study_and_not_only_among_the_named() -> None:
    points = designs(
        {"accelerator": "a"},
        {"accelerator": "b", "array.rows": 16, "array.cols": 4},
        {"accelerator": "b", "scratchpad.capacity_bytes": 2**20},
    )
    assert design_names(points, [0, 1]) == ["a 8×8 64K", "b 16×4 64K"]
    assert design_names(points, [2]) == ["b 8×8 1M"]
    assert design_names(points.part([1]), [0]) == [""]


def test_columns_alone_are_named() -> None:
    points = designs({}, {"array.cols": 16})
    assert design_names(points, [0, 1]) == ["8×8", "8×16"]
    place = points.columns.index("array.rows")
    without = replace(
        points,
        columns=points.columns[:place] + points.columns[place + 1 :],
        rows=tuple(row[:place] + row[place + 1 :] for row in points.rows),
    )
    assert design_names(without, [0, 1]) == ["8 cols", "16 cols"]


def test_beaten_points_are_faded_and_series_keep_their_looks() -> None:
    points = designs({"accelerator": "a"}, {"accelerator": "b"}, {"accelerator": "b"})
    figure = new_figure(4, 3)
    axes = figure.add_subplot()
    draw_dots(axes, points, points, "accelerator", np.array([[1, 1, 1], [2, 2, 0], [3, 3, 1.0]]))
    drawn = {
        (tuple(map(float, place)), dots.get_alpha(), tuple(dots.get_facecolor()[0][:3]))
        for dots in axes.collections
        for place in dots.get_offsets()
    }
    assert {(place, alpha) for place, alpha, _ in drawn} == {((1, 1), 1.0), ((2, 2), 0.25), ((3, 3), 1.0)}
    colours = {place: colour for place, _, colour in drawn}
    assert colours[(2, 2)] == colours[(3, 3)] != colours[(1, 1)]


def test_a_legend_or_a_bar() -> None:
    points = designs(*({"energy_mj": float(place), "array.rows": 8 + place % 2} for place in range(12)))
    figure = new_figure(4, 3)
    axes = figure.add_subplot()
    add_legend_dots(axes, points, "array.rows")
    add_shades(figure, [axes], points, "array.rows")
    assert axes.get_legend_handles_labels()[1] == ["array rows 8", "array rows 9"]
    assert len(figure.axes) == 1
    add_shades(figure, [axes], points, "energy_mj")
    assert figure.axes[1].get_ylabel() == "energy of a run (mJ)"


def test_names_do_not_collide() -> None:
    """Twelve designs side by side: those that are named have text apart from each other."""
    rng = np.random.default_rng(0)
    places = np.column_stack([np.arange(12.0), np.sort(rng.random(12))[::-1], np.ones(12)])
    points = designs(*({"accelerator": f"accelerator_{place}"} for place in range(12)))
    figure = new_figure(4, 3)
    axes = figure.add_subplot()
    axes.scatter(places[:, 0], places[:, 1])
    figure.draw_without_rendering()
    num_named = name_dots(figure, axes, points, places, (range(12), places[:, :2]))
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
    assert 3 <= num_named == len(boxes) <= 8
    assert not any(one.overlaps(other) for index, one in enumerate(boxes) for other in boxes[:index])
