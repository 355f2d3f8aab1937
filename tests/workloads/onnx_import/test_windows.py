import pytest
from onnx import helper

from workloads.errors import NetworkError

make = helper.make_node


def conv(model, x, w, **attributes):
    network = model.load([make("Conv", ["x", "w"], ["y"], name="c", **attributes)], {"x": x}, ["y"], weights={"w": w})
    return network.operators[0].work, network.tensors["y"].shape


@pytest.mark.parametrize(("mode", "begin", "end"), [("SAME_UPPER", 0, 1), ("SAME_LOWER", 1, 0), ("VALID", 0, 0)])
def test_automatic_padding(model, mode, begin, end):
    """8 wide, kernel 3, stride 2: 4 positions need (4-1)*2 + 3 = 9 elements, one more than there are."""
    work, shape = conv(model, [1, 1, 8], (1, 1, 3), strides=[2], auto_pad=mode)
    assert (work.window.pads_begin, work.window.pads_end) == ((begin,), (end,))
    assert shape == (1, 1, 4 if mode != "VALID" else 3)


def test_automatic_padding_of_a_kernel_below_its_stride(model):
    work, shape = conv(model, [1, 1, 7], (1, 1, 1), strides=[3], auto_pad="SAME_UPPER")
    assert (work.window.pads_end, shape) == ((0,), (1, 1, 3))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"pads": [-1, 0]}, "attribute 'pads' is [-1, 0], expected 2 integers of at least 0"),
        ({"strides": [0]}, "attribute 'strides' is [0], expected 1 integers of at least 1"),
        ({"auto_pad": "SAME"}, "auto_pad 'SAME' is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER"),
        ({"group": 0}, "attribute 'group' is 0, expected at least 1"),
        ({"group": 1.5}, "attribute 'group' has the wrong type, expected an integer"),
    ],
)
def test_bad_attributes_name_the_node(model, attributes, message):
    with pytest.raises(NetworkError, match="node 'c' \\(Conv\\)") as caught:
        conv(model, [1, 1, 8], (1, 1, 3), **attributes)
    assert message in str(caught.value) or "its inputs do not fit" in str(caught.value)


def test_a_kernel_larger_than_its_image(model):
    with pytest.raises(NetworkError, match=r"'[cy]'"):
        conv(model, [1, 1, 2], (1, 1, 3))
