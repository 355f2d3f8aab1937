"""Channels through views: blocks by hand, and a brute-force check on arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.compression.dependencies.ledger import Axes, Ledger, components
from workloads.compression.dependencies.views import axes_of_view

Shape = tuple[int, ...]


def _through(source: Shape, target: Shape, axis: int) -> tuple[Axes, Ledger]:
    """The view of a tensor whose ``axis`` has atoms 1, 2, ..."""
    ledger = Ledger()
    atoms = ledger.new_atoms(source[axis])
    axes = tuple(atoms if place == axis else None for place in range(len(source)))
    return axes_of_view(ledger, axes, (source, target), "view"), ledger


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ((1, 3, 2, 2), (1, 12), (1, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])),
        ((1, 3, 1, 1), (1, 3), (1, [1, 2, 3])),
        ((1, 3, 1, 1), (3,), (0, [1, 2, 3])),
        ((2, 3), (6,), (0, [1, 2, 3, 1, 2, 3])),
        ((1, 6, 5), (1, 2, 3, 5), (2, [1, 2, 3])),  # 4, 5, 6 are tied to these
        ((1, 6, 5), (1, 3, 2, 5), (1, [1, 3, 5])),  # the longer part has them
        ((2, 6), (2, 1, 6), (2, [1, 2, 3, 4, 5, 6])),
    ],
)
def test_by_hand(source: Shape, target: Shape, expected: tuple[int, list[int]]) -> None:
    axes, ledger = _through(source, target, 1)
    place, atoms = expected
    assert [axis for axis, found in enumerate(axes) if found is not None] == [place]
    found = axes[place]
    assert found is not None
    assert list(found) == atoms
    assert not ledger.refusals


def test_split_ties_the_same_channel_of_every_part() -> None:
    _, ledger = _through((1, 6, 5), (1, 2, 3, 5), 1)
    assert list(components(ledger.num_atoms, ledger.ties)) == [0, 1, 2, 3, 1, 2, 3]


def test_what_was_merged_is_told_apart_again() -> None:
    axes, ledger = _through((1, 3, 2, 2), (1, 12), 1)
    back = axes_of_view(ledger, axes, ((1, 12), (1, 3, 4)), "view")
    assert back[2] is None
    assert back[1] is not None
    assert list(back[1]) == [1, 2, 3]
    assert not ledger.ties


def test_mixed_channels_stay() -> None:
    axes, ledger = _through((1, 6, 2, 2), (1, 4, 6), 1)
    assert axes == (None, None, None)
    (refused,) = ledger.refusals
    assert (list(refused.atoms), refused.reason) == (
        [1, 2, 3, 4, 5, 6],
        "view mixes them with positions or with each other",
    )


def test_of_two_merged_axes_the_longer_has_channels() -> None:
    ledger = Ledger()
    few, many = ledger.new_atoms(2), ledger.new_atoms(3)
    (axis,) = axes_of_view(ledger, (few, many), ((2, 3), (6,)), "view")
    assert axis is not None
    assert list(axis) == [3, 4, 5, 3, 4, 5]
    (refused,) = ledger.refusals
    assert (list(refused.atoms), refused.reason) == ([1, 2], "view joins them to other channels")


_SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


@given(source=_SIZES, data=st.data())
def test_removing_a_class_leaves_a_box_on_both_sides(source: Shape, data: st.DataObject) -> None:
    """Any class that may go, taken out of both shapes, leaves the same elements."""
    sizes = [size for size in source if size > 1]
    cuts = data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)))
    target: list[int] = [1]
    for size, joined in zip(sizes, cuts, strict=True):
        target = [*target[:-1], target[-1] * size] if joined else [*target, size]
    for shapes in ((source, tuple(target)), (tuple(target), source)):
        axis = data.draw(st.integers(0, len(shapes[0]) - 1))
        axes, ledger = _through(*shapes, axis)
        classes = components(ledger.num_atoms, ledger.ties)
        stays = {classes[atom] for refused in ledger.refusals for atom in refused.atoms}
        elements = np.arange(np.prod(source)).reshape(shapes[0])
        gone = data.draw(st.integers(1, ledger.num_atoms - 1))
        if classes[gone] in stays or shapes[0][axis] == 1:
            continue
        left = elements.compress(classes[1 : shapes[0][axis] + 1] != classes[gone], axis=axis)
        after = elements.reshape(shapes[1])
        for place, atoms in enumerate(axes):
            if atoms is not None:
                after = after.compress(classes[atoms] != classes[gone], axis=place)
        np.testing.assert_array_equal(left.reshape(-1), after.reshape(-1))
