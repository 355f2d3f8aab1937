import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.onnx_export import CompressedWeight, IntegerWeight

INTEGERS = np.array([[1, -8], [7, 0]])
SCALE = np.array([[0.5], [2.0]], np.float32)
"""Row 0 is 0.5 and -4, row 1 is 14 and 0."""
VALUES = np.array([[0.5, -4.0], [14.0, 0.0]], np.float32)


def weight(values=VALUES, integers=INTEGERS, scale=SCALE, bits=4):
    return CompressedWeight(name="w", values=values, integer=IntegerWeight(values=integers, scale=scale, bits=bits))


def test_integers_that_stand_for_the_values_are_taken():
    assert weight().integer.bits == 4


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(number):
    values = VALUES.copy()
    values[1, 0] = number
    with pytest.raises(NetworkError, match=rf"weight 'w': holds {number} at index \[1, 0\], expected a finite number"):
        CompressedWeight(name="w", values=values)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"bits": 3}, r"weight 'w': integers from -8 to 7, expected -4 to 3 \(3 bits\)"),
        ({"bits": 17}, r"17-bit int64 values, expected integers of 1 to 16 bits"),
        ({"bits": 0}, r"0-bit int64 values, expected integers of 1 to 16 bits"),
        ({"integers": INTEGERS.astype(np.float32)}, r"4-bit float32 values, expected integers"),
        ({"integers": INTEGERS.reshape(4)}, r"weight 'w': integers of shape \[4\], expected \[2, 2\] as the values"),
        ({"scale": 2 * SCALE}, r"weight 'w': integers times scale differ from the values by up to 14"),
    ],
)
def test_integers_that_do_not_fit(changed, message):
    with pytest.raises(NetworkError, match=message):
        weight(**changed)
