from __future__ import annotations

import pytest

from sweeps.search_space import SearchAxis, SearchSpace
from tests.sweeps.evaluating import points_with
from workloads.errors import ConfigError

OTHERS = {
    "compressions": ["dense", "nm:2:8"],
    "zip": [{"array.cols": [8, 4, 2], "scratchpad.capacity_bytes": ["1 MiB", "64 KiB", "2 KiB"]}],
}


def space(rows: list[int], **others: object) -> SearchSpace:
    return SearchSpace(points_with(rows, **others))


def test_a_list_is_an_axis_and_so_is_a_zip_group() -> None:
    axes = [axis for axis in space([1, 2, 4, 8], **OTHERS).axes if axis.num_values > 1]
    assert axes == [
        SearchAxis(name="compressions", num_values=2, is_ordered=False),
        SearchAxis(name="array.rows", num_values=4, is_ordered=True),
        SearchAxis(name="array.cols and scratchpad.capacity_bytes", num_values=3, is_ordered=True),
    ]


def test_places_and_positions_are_each_others_inverse() -> None:
    searched = space([1, 2, 4, 8], **OTHERS)
    places = [searched.places(position) for position in range(searched.points.num_points)]
    assert [searched.position(one) for one in places] == list(range(24))
    # the last list varies fastest: 13 is 1 x 12 + 0 x 3 + 1
    assert places[13] == {"compressions": 1, "array.rows": 0, "array.cols and scratchpad.capacity_bytes": 1}
    point = searched.points.point(13)
    assert dict(point.overrides) == {"array.rows": 1, "array.cols": 4, "scratchpad.capacity_bytes": "64 KiB"}
    assert point.compression != "dense"


@pytest.mark.parametrize(
    ("axis", "is_ordered"),
    [
        ({"log2": ["1 KiB", "1 MiB"]}, True),
        (["2 KiB", "1 MiB", "1 GiB"], True),
        (["1 MiB", "2 KiB", "1 GiB"], False),
        ([1024, 1024], False),
    ],
)
def test_numbers_in_order_are_steps(axis: object, is_ordered: bool) -> None:
    axes = {one.name: one for one in space([8], zip=[{"scratchpad.capacity_bytes": axis}]).axes}
    assert axes["scratchpad.capacity_bytes"].is_ordered == is_ordered


def test_names_are_choices() -> None:
    axes = {one.name: one for one in space([8], zip=[{"array.dataflow": ["os", "ws"]}]).axes}
    assert not axes["array.dataflow"].is_ordered


def test_designs_for_other_work_are_not_compared() -> None:
    message = "study 'tiny': a search compares designs at the same work, expected one network, found 2"
    with pytest.raises(ConfigError, match=message):
        space([8], networks=["resnet9", "resnet18"])
    with pytest.raises(ConfigError, match="expected one batch, found 2: give each a study of its own"):
        space([8], batches=[1, 2])
