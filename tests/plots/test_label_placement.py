from __future__ import annotations

from itertools import combinations

import numpy as np

from plots.label_placement import place_labels
from plots.style import new_figure, renderer_of


def test_names_cover_neither_each_other_nor_dots() -> None:
    """Twelve dots almost on top of one another."""
    figure = new_figure(4.8, 3.6)
    axes = figure.add_subplot()
    points = [(0.5 + 0.01 * index, 0.5 + 0.005 * (index % 3)) for index in range(12)]
    axes.scatter(*zip(*points, strict=True))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    placed = place_labels(figure, axes, points, [f"operator {index}" for index in range(12)], [], [])
    names = [text for text in axes.texts if text.get_text()]
    assert 3 <= placed == len(names)
    boxes = [text.get_window_extent(renderer_of(figure)) for text in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    for x, y in axes.transData.transform(points):
        assert not any(box.contains(x, y) for box in boxes)
    for box in boxes:
        assert axes.bbox.x0 <= box.x0
        assert box.x1 <= axes.bbox.x1


def test_names_keep_clear_of_lines_and_boxes() -> None:
    figure = new_figure(3.0, 3.0)
    axes = figure.add_subplot()
    figure.draw_without_rendering()
    point = [(0.5, 0.5)]
    assert place_labels(figure, axes, point, ["name"], [axes.bbox], []) == 0, "everything is taken"
    grid = np.stack(np.meshgrid(np.linspace(0, 480, 97), np.linspace(0, 480, 97)), axis=-1).reshape(-1, 2)
    assert place_labels(figure, axes, point, ["name"], [], [grid]) == 0, "lines everywhere"
    assert not axes.texts


def test_no_points() -> None:
    figure = new_figure(3.0, 3.0)
    assert place_labels(figure, figure.add_subplot(), [], [], [], []) == 0


def test_an_empty_name_has_no_line() -> None:
    figure = new_figure(3.0, 3.0)
    axes = figure.add_subplot()
    figure.draw_without_rendering()
    assert place_labels(figure, axes, [(0.2, 0.2), (0.7, 0.7)], ["", "name"], [], []) == 1
    assert len(axes.texts) == 2, "the name, and its line"


def test_a_line_to_a_name_passes_no_other_dot() -> None:
    """A ring of dots around the named one, in pixels of its leader lines: what is written lies within it."""
    figure = new_figure(3.0, 3.0)
    axes = figure.add_subplot()
    figure.draw_without_rendering()
    centre = axes.transData.transform((0.5, 0.5))
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = centre + 40 * np.column_stack([np.cos(angles), np.sin(angles)])
    dots = [(0.5, 0.5), *map(tuple, axes.transData.inverted().transform(ring))]
    assert place_labels(figure, axes, dots, ["i"], [], []) == 1
    (name,) = (text for text in axes.texts if text.get_text())
    box = name.get_window_extent(renderer_of(figure))
    assert np.hypot(*(np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]) - centre)) < 40
