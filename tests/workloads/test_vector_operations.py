"""Operations of the vector unit, by hand."""

from __future__ import annotations

import pytest

from workloads.vector_operations import (
    elementwise_operations,
    operations_per_element,
    resize_operations,
    row_gradient_operations,
)


def test_activations_take_one_operation_unless_listed():
    assert (operations_per_element("relu"), operations_per_element("gelu")) == (1, 5)


@pytest.mark.parametrize(
    ("function", "num_inputs", "expected"),
    [("add", 1, 1), ("add", 4, 3), ("sgd_update", 2, 2), ("momentum_update", 3, 4), ("adam_update", 4, 13)],
)
def test_operations_grow_with_inputs_where_their_number_is_open(function, num_inputs, expected):
    assert elementwise_operations(function, num_inputs) == expected


@pytest.mark.parametrize(
    ("function", "has_axes", "expected"),
    [
        ("softmax", True, 4),
        ("layer_normalisation", True, 12),
        ("rms_normalisation", True, 8),
        ("batch_normalisation", False, 1),
    ],
)
def test_operations_of_gradients_along_rows(function, has_axes, expected):
    assert row_gradient_operations(function, has_axes=has_axes) == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [("nearest", 0), ("linear", 4 * 5), ("cubic", 16 * 5), ("linear_gradient", 4 * 3), ("nearest_gradient", 3)],
)
def test_resize_of_three_elements_to_five(function, expected):
    assert resize_operations(function, 3, 5) == expected
