"""Values: the file's shape and the network's order of axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.errors import NetworkError
from workloads.tflite_import.value import Rearrangement, Source, Value, image_order


def test_images() -> None:
    value = Value(name="x", shape=(2, 5, 6, 3), element_type=0, axis_order=image_order(4))
    assert value.network_shape == (2, 3, 5, 6)
    assert [value.network_axis(axis) for axis in range(4)] == [0, 2, 3, 1]
    assert value.is_image
    assert image_order(5) == (0, 4, 1, 2, 3)


def test_without_an_order_axes_are_the_file_s() -> None:
    value = Value(name="x", shape=(2, 5, 6, 3), element_type=0)
    assert (value.network_shape, value.network_axis(3), value.is_image) == ((2, 5, 6, 3), 3, False)


@given(st.permutations(range(3)), st.permutations(range(2)))
def test_rearranged_constants_say_what_was_done(first, second) -> None:
    content = np.arange(24).reshape(2, 3, 4)
    value = Value(name="w", shape=(2, 3, 4), element_type=2, source=Source(tensors=(0,)), data=content)
    moved = value.transposed(tuple(first)).reshaped((6, 4)).transposed(tuple(second))
    expected = content
    for shape, permutation in moved.source.rearrangements:
        expected = expected.reshape(shape).transpose(permutation)
    assert np.array_equal(moved.data, expected)
    assert moved.shape == expected.shape
    assert moved.source.rearrangements[1] == Rearrangement((6, 4), (0, 1))


@pytest.mark.parametrize(
    ("shape", "message"),
    [((2, 0), "has a dimension below 1"), ((2, -1), "has a dimension below 1"), ((2**40, 2**40), "is not one of 0 to")],
)
def test_shapes_that_cannot_be(shape, message: str) -> None:
    with pytest.raises(NetworkError, match=f"tensor 'x': shape .* {message}"):
        Value(name="x", shape=shape, element_type=0)


def test_an_empty_constant_is_one() -> None:
    assert Value(name="c", shape=(0,), element_type=2, source=Source()).num_elements == 0
    with pytest.raises(NetworkError, match="is not one of 0 to"):
        Value(name="c", shape=(-1,), element_type=2, source=Source())
