from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from plots.episode_names import EpisodeBox, name_episodes
from plots.style import new_figure, renderer_of


def _box(name: str, left: float, bottom: float, width: float, height: float) -> EpisodeBox:
    return EpisodeBox(name=name, left=left, bottom=bottom, width=width, height=height)


def _named(*boxes: EpisodeBox) -> tuple[Figure, Axes, list[Text]]:
    """Axes of 100 x 100, about 600 by 450 pixels."""
    figure = new_figure(4.0, 3.0)
    axes = figure.add_subplot()
    axes.set(xlim=(0, 100), ylim=(0, 100))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    name_episodes(figure, axes, boxes)
    return figure, axes, list(axes.texts)


def test_a_box() -> None:
    box = _box("x", 1, 2, 3, 4)
    assert box.area == 12
    assert box.corners == ((1, 2), (4, 2), (4, 6), (1, 6))


def test_wide_boxes_are_named_along_tall_ones_upwards_small_ones_not() -> None:
    _, _, texts = _named(_box("wide", 0, 0, 60, 10), _box("tall", 60, 0, 6, 90), _box("small", 70, 0, 6, 6))
    assert [(text.get_text(), text.get_rotation()) for text in texts] == [("wide", 0), ("tall", 90)]


def test_names_lie_inside_their_boxes() -> None:
    boxes = [_box(f"tensor{place}", 25 * place, 0, 25, 5 + 25 * place) for place in range(4)]
    boxes += [_box("upwards", 8 * place, 40, 7, 55) for place in range(3)]
    figure, axes, texts = _named(*boxes)
    assert len(texts) == 7
    for text in texts:
        extent = text.get_window_extent(renderer_of(figure))
        x, y = text.get_position()
        (box,) = [one for one in boxes if one.left + one.width / 2 == x and one.bottom + one.height / 2 == y]
        low, high = axes.transData.transform([box.corners[0], box.corners[2]])
        assert low[0] <= extent.x0
        assert low[1] <= extent.y0
        assert extent.x1 <= high[0]
        assert extent.y1 <= high[1]


def test_long_names_lose_their_middle_and_formulas_are_none() -> None:
    _, _, (text,) = _named(_box("$block" + "s" * 60 + "end", 0, 0, 100, 100))
    assert text.get_text().startswith(r"\$block")
    assert text.get_text().endswith("end")
    assert "…" in text.get_text()


def test_only_the_largest_are_named() -> None:
    boxes = [_box("a", 0, 0, 99 - place / 10, 99) for place in range(50)]
    _, _, texts = _named(*boxes)
    assert len(texts) == 40
