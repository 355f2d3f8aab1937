"""What slices keep, against numpy's own slicing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.tflite_import.records import OperatorRecord, TensorRecord
from workloads.tflite_import.slicing import slice_shape
from workloads.tflite_import.translation import Application
from workloads.tflite_import.value import Source, Value

MASKS = ("BeginMask", "EndMask", "EllipsisMask", "NewAxisMask", "ShrinkAxisMask")


def _application(shape, *numbers, op_type="STRIDED_SLICE", **masks) -> Application:
    constants = [
        Value(name="c", shape=(len(item),), element_type=2, source=Source(), data=np.array(item)) for item in numbers
    ]
    record = OperatorRecord(
        index=4, op_type=op_type, inputs=(0,), outputs=(1,), options={**dict.fromkeys(MASKS, 0), **masks}
    )
    declared = (TensorRecord(name="y", shape=(), open_axes=(), element_type=0, buffer=0),)
    inputs = (Value(name="x", shape=tuple(shape), element_type=0), *constants)
    return Application(record=record, inputs=inputs, declared=declared, are_images=(False,))


@given(st.data())
def test_strided_slices_are_numpy_s(data) -> None:
    shape = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    index, begins, ends, strides, masks = [], [], [], [], dict.fromkeys(MASKS, 0)
    for place, size in enumerate(shape):
        begin, end = data.draw(st.integers(-size, size - 1)), data.draw(st.integers(-size, size))
        stride = data.draw(st.sampled_from((1, 2, -1)))
        kind = data.draw(st.sampled_from(("plain", "begin", "end", "shrink")))
        if kind == "shrink":
            masks["ShrinkAxisMask"] |= 1 << place
            index.append(begin)
        else:
            masks["BeginMask"] |= (kind == "begin") << place
            masks["EndMask"] |= (kind == "end") << place
            index.append(slice(None if kind == "begin" else begin, None if kind == "end" else end, stride))
        begins.append(begin)
        ends.append(end)
        strides.append(stride)
    application = _application(shape, begins, ends, strides, **masks)
    expected = np.zeros(shape)[tuple(index)].shape
    if 0 in expected:
        with pytest.raises(UnsupportedOperator, match="it keeps nothing of axis"):
            slice_shape(application)
    else:
        assert slice_shape(application)[1] == expected


def test_ellipsis_and_new_axes() -> None:
    """x[..., new, 0] of (2, 3, 4) is (2, 3, 1)."""
    application = _application(
        (2, 3, 4), [0, 0, 0], [0, 0, 0], [1, 1, 1], EllipsisMask=1, NewAxisMask=2, ShrinkAxisMask=4
    )
    assert slice_shape(application) == ((2, 3, 1), (2, 3, 1))


@pytest.mark.parametrize(
    ("application", "message"),
    [
        (_application((4,), [0], [2], [0]), r"slices from \[0\] to \[2\] by \[0\]"),
        (_application((4,), [0, 0], [2, 2], [1, 1]), r"slices 2 axes of \[4\]"),
        (_application((4,), [9], [2], [1], ShrinkAxisMask=1), r"takes element 9 of axis 0 of \[4\]"),
        (_application((4,), [0, 0], [1], op_type="SLICE"), r"slices \[4\] from \[0, 0\] by \[1\]"),
        (_application((4,), [3], [2], op_type="SLICE"), r"slices axis 0 of \[4\] from 3 to 5"),
    ],
)
def test_mistakes(application: Application, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        slice_shape(application)
