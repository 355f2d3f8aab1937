from __future__ import annotations

from enum import StrEnum

import pytest

from plots.address_map import AddressMap, Mark, address_map
from plots.episode_names import EpisodeBox
from plots.style import COLUMN_INCHES, GREEN, PAGE_INCHES, SKY_BLUE


class Kind(StrEnum):
    ONE = "one"
    OTHER = "other"


COLOURS = {Kind.ONE: SKY_BLUE, Kind.OTHER: GREEN}
UP, DOWN = Mark("up", "^", "black"), Mark("down", "v", "white")


def drawn(*, num_steps: int = 4, capacity_bytes: int = 8, marks=()) -> AddressMap:
    """Two boxes that end at byte 6; the second has no name."""
    return AddressMap(
        title="title",
        num_steps=num_steps,
        capacity_bytes=capacity_bytes,
        boxes=[
            EpisodeBox(name="a", left=0, bottom=0, width=2, height=4),
            EpisodeBox(name="", left=2, bottom=2, width=2, height=4),
        ],
        kinds=[Kind.ONE, Kind.OTHER],
        colours=COLOURS,
        marks=marks,
    )


def test_a_box_without_a_name_is_drawn_without_one() -> None:
    (axes,) = address_map(drawn()).axes
    assert [one.get_label() for one in axes.collections] == ["one", "other"]
    assert sorted(text.get_text() for text in axes.texts) == ["a", "capacity"]


@pytest.mark.parametrize(("capacity_bytes", "is_shown"), [(6, True), (24, True), (25, False)])
def test_capacity_is_shown_when_a_quarter_is_used(capacity_bytes: int, is_shown: bool) -> None:
    (axes,) = address_map(drawn(capacity_bytes=capacity_bytes)).axes
    assert ("capacity" in [text.get_text() for text in axes.texts]) is is_shown


def test_marks_of_a_kind_are_one_entry_of_the_legend_in_the_order_given() -> None:
    marks = ((DOWN, (1.0, 2.0)), (UP, (2.0, 3.0)), (DOWN, (3.0, 4.0)))
    (axes,) = address_map(drawn(marks=marks)).axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines if line.get_linestyle() == "None"}
    assert lines == {"down": [[1, 2], [3, 4]], "up": [[2, 3]]}
    assert list(lines) == ["down", "up"]


def test_many_steps_are_a_page_wide() -> None:
    assert address_map(drawn()).get_size_inches()[0] == COLUMN_INCHES
    assert address_map(drawn(num_steps=400)).get_size_inches()[0] == PAGE_INCHES
