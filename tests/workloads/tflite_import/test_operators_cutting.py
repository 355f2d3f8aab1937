"""Joining, cutting and picking: shapes and what is read."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.operators import OperatorKind, View


def test_concatenation_along_channels(model) -> None:
    model.tensor("x", (1, 4, 4, 3))
    model.tensor("p", (1, 4, 4, 3))
    model.tensor("y", (1, 4, 4, 6))
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)
    model.op("CONCATENATION", ["x", "p"], ["y"], Axis=-1)
    network = model.load(["x"], ["y"])
    assert network.operators[1].kind is OperatorKind.CONCAT
    assert network.tensors["y"].shape == (1, 6, 4, 4)


def test_concatenation_of_an_image_and_what_was_none(model) -> None:
    """The reshaped tensor is shown as an image; the bytes are the same."""
    model.tensor("x", (1, 4, 4, 3))
    model.tensor("p", (1, 4, 4, 3))
    model.tensor("flat", (1, 48))
    model.ints("shape", [1, 4, 4, 3])
    model.tensor("r", (1, 4, 4, 3))
    model.tensor("y", (1, 8, 4, 3))
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)
    model.op("RESHAPE", ["flat", "shape"], ["r"])
    model.op("CONCATENATION", ["p", "r"], ["y"], Axis=1)
    network = model.load(["x", "flat"], ["y"])
    assert network.tensors["y"].shape == (1, 3, 8, 4)
    assert {network.tensors[name].shape for name in network.operators[-1].inputs} == {(1, 3, 4, 4)}


def test_pack_and_unpack(model) -> None:
    model.tensor("a", (2, 3))
    model.tensor("b", (2, 3))
    model.tensor("both", (2, 2, 3))
    model.tensor("first", (2, 2))
    model.tensor("second", (2, 2))
    model.tensor("third", (2, 2))
    model.op("PACK", ["a", "b"], ["both"], Axis=1)
    model.op("UNPACK", ["both"], ["first", "second", "third"], Axis=2)
    network = model.load(["a", "b"], ["first", "second", "third"])
    assert [item.kind for item in network.operators] == [OperatorKind.CONCAT, OperatorKind.SPLIT]


def test_split(model) -> None:
    model.ints("axis", 3)
    model.tensor("x", (1, 4, 4, 6))
    model.tensor("a", (1, 4, 4, 3))
    model.tensor("b", (1, 4, 4, 3))
    model.tensor("y", (1, 2, 2, 3))
    model.op("SPLIT", ["axis", "x"], ["a", "b"])
    model.op("MAX_POOL_2D", ["a"], ["y"])
    network = model.load(["x"], ["b", "y"])
    assert network.tensors["b"].shape == (1, 3, 4, 4)


def test_split_into_named_sizes(model) -> None:
    model.tensor("x", (2, 9))
    model.ints("sizes", [2, -1, 3])
    model.ints("axis", 1)
    for name, size in (("a", 2), ("b", 4), ("c", 3)):
        model.tensor(name, (2, size))
    model.op("SPLIT_V", ["x", "sizes", "axis"], ["a", "b", "c"])
    assert model.load(["x"], ["a", "b", "c"]).operators[0].outputs == ("a", "b", "c")


def test_slices(model) -> None:
    model.tensor("x", (4, 9))
    model.ints("begin", [1, 0])
    model.ints("size", [2, -1])
    model.tensor("y", (2, 9))
    model.op("SLICE", ["x", "begin", "size"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].kind is OperatorKind.SLICE


def test_a_slice_of_everything_is_another_name(model) -> None:
    model.tensor("x", (4, 9))
    model.ints("begin", [0, 0])
    model.ints("size", [-1, 9])
    model.tensor("same", (4, 9))
    model.tensor("y", (4, 9))
    model.op("SLICE", ["x", "begin", "size"], ["same"])
    model.op("RELU", ["same"], ["y"])
    (operator,) = model.load(["x"], ["y"]).operators
    assert operator.inputs == ("x",)


def test_a_slice_that_only_drops_an_axis_is_a_view(model) -> None:
    model.tensor("x", (1, 9))
    model.ints("zero", [0])
    model.ints("one", [1])
    model.tensor("y", (9,))
    model.op("STRIDED_SLICE", ["x", "zero", "one", "one"], ["y"], ShrinkAxisMask=1)
    assert isinstance(model.load(["x"], ["y"]).operators[0].work, View)


@pytest.mark.parametrize(("constant", "kind"), [(True, OperatorKind.SLICE), (False, OperatorKind.GATHER)])
def test_gather(model, constant: bool, kind) -> None:
    model.constant("table", np.zeros((50, 8), np.float32))
    model.tensor("x", (50, 8))
    model.ints("i", [[3, 4, 5]]) if constant else model.tensor("i", (1, 3), "int32")
    model.tensor("y", (1, 3, 8))
    model.op("GATHER", ["x", "i"], ["y"])
    network = model.load(["x"] if constant else ["x", "i"], ["y"])
    assert network.operators[0].kind is kind
    assert network.operators[0].inputs == (("x",) if constant else ("x", "i"))


def test_embedding(model) -> None:
    model.constant("table", np.zeros((50, 8), np.float32))
    model.tensor("i", (3,), "int32")
    model.tensor("y", (3, 8))
    model.op("EMBEDDING_LOOKUP", ["i", "table"], ["y"])
    assert model.load(["i"], ["y"]).num_parameters == 400


def test_gather_of_several_axes(model) -> None:
    model.tensor("x", (5, 6, 7))
    model.tensor("i", (4, 2), "int32")
    model.tensor("y", (4, 7))
    model.op("GATHER_ND", ["x", "i"], ["y"])
    assert model.load(["x", "i"], ["y"]).operators[0].kind is OperatorKind.GATHER


def test_mistakes(model) -> None:
    model.tensor("x", (2, 9))
    model.tensor("other", (3, 8))
    model.ints("axis", 1)
    model.ints("sizes", [2, 2])
    model.ints("ten", [0, 10])
    model.ints("i", [1])
    model.tensor("y", (2, 9))
    model.tensor("z", (2, 9))
    for op_type, inputs, outputs, options, message in (
        ("CONCATENATION", ["x", "other"], ["y"], {"Axis": 1}, r"inputs \[2, 9\] and \[3, 8\] differ in other axes"),
        ("CONCATENATION", [], ["y"], {}, "has no inputs"),
        ("PACK", ["x", "other"], ["y"], {}, r"inputs \[\[2, 9\], \[3, 8\]\] do not have one shape"),
        ("UNPACK", ["x"], ["y"], {}, r"axis 0 of \[2, 9\] is not cut into its 1 outputs"),
        ("SPLIT", ["axis", "x"], ["y", "z"], {}, r"axis 1 of \[2, 9\] is not the sum of parts \[4, 4\]"),
        ("SPLIT_V", ["x", "sizes", "axis"], ["y", "z"], {}, r"is not the sum of parts \[2, 2\]"),
        ("SLICE", ["x", "ten", "sizes"], ["y"], {}, r"slices axis 1 of \[2, 9\] from 10 to 12"),
        ("GATHER", ["x", "i"], ["y"], {"BatchDims": 2}, r"shares 2 axes between \[2, 9\] and \[1\]"),
        ("GATHER_ND", ["i", "x"], ["y"], {}, r"indices \[2, 9\] do not point into \[1\]"),
    ):
        model.operators.clear()
        model.op(op_type, inputs, outputs, **options)
        with pytest.raises(NetworkError, match=message):
            model.load(["x", "other"], ["y"])
