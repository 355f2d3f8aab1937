import re

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.onnx_import.element_types import FLOAT, INT8
from workloads.onnx_import.value import Value, make_value


def test_made_values_are_computed_and_stored_as_they_are_used():
    value = make_value("x", (2, 3), FLOAT)
    assert (value.is_constant, value.stored_type, value.rank, value.num_elements) == (False, FLOAT, 2, 6)
    assert str(make_value("x", (2, 3), FLOAT, INT8).format) == "int8"


def test_impossible_shapes():
    with pytest.raises(NetworkError, match=re.escape("tensor 'x': shape [2, -3] has a negative dimension")):
        make_value("x", (2, -3), FLOAT)
    with pytest.raises(NetworkError, match=r"tensor .x..*more than the"):
        make_value("x", (2**30, 2**30), FLOAT)


def test_content_and_immediates():
    one = Value(name="c", shape=(1, 1), element_type=FLOAT, stored_type=FLOAT, is_constant=True, data=np.array([[7.0]]))
    assert one.is_immediate
    assert one.integers() == (7,)
    assert make_value("x", (1,), FLOAT).integers() is None
    assert not make_value("x", (1,), FLOAT).is_immediate
