import re

import numpy as np
import pytest
from onnx import helper

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.loop_nest import lower

make = helper.make_node


def macs(network):
    return sum(lower(operator, network.tensors).num_macs for operator in network.operators if operator.kind != "view")


def conv(model, x, w, **attributes):
    network = model.load([make("Conv", ["x", "w"], ["y"], name="c", **attributes)], {"x": x}, ["y"], weights={"w": w})
    return network.operators[0].work, network.tensors["y"].shape, macs(network)


def test_convolution_by_hand(model):
    """A 3x3 kernel, 4 to 8 channels, on 10x10 without padding: 8x8 positions x 8 filters x 36 = 18,432."""
    work, shape, total = conv(model, [1, 4, 10, 10], (8, 4, 3, 3))
    assert (work.groups, shape, total) == (1, (1, 8, 8, 8), 18_432)


def test_depthwise_with_strides_pads_and_dilation(model):
    """Reach 2*(3-1)+1 = 5: (11 + 2 - 5) // 2 + 1 = 5 positions an axis, 6 channels, 9 taps: 25 * 6 * 9 = 1,350."""
    work, shape, total = conv(
        model, [1, 6, 11, 11], (6, 1, 3, 3), group=6, strides=[2, 2], dilations=[2, 2], pads=[1, 1, 1, 1]
    )
    assert (work.window.pads_begin, work.window.dilations) == ((1, 1), (2, 2))
    assert (shape, total) == ((1, 6, 5, 5), 1350)


@pytest.mark.parametrize(("mode", "begin", "end"), [("SAME_UPPER", 0, 1), ("SAME_LOWER", 1, 0), ("VALID", 0, 0)])
def test_automatic_padding(model, mode, begin, end):
    """8 wide, kernel 3, stride 2: 4 positions need (4-1)*2 + 3 = 9 elements, one more than there are."""
    work, shape, _ = conv(model, [1, 1, 8], (1, 1, 3), strides=[2], auto_pad=mode)
    assert (work.window.pads_begin, work.window.pads_end) == ((begin,), (end,))
    assert shape == (1, 1, 4 if mode != "VALID" else 3)


def test_automatic_padding_of_a_kernel_below_its_stride(model):
    work, shape, _ = conv(model, [1, 1, 7], (1, 1, 1), strides=[3], auto_pad="SAME_UPPER")
    assert (work.window.pads_end, shape) == ((0,), (1, 1, 3))


@pytest.mark.parametrize("rank", [3, 4, 5])
def test_one_to_three_spatial_axes(model, rank):
    _, shape, total = conv(model, [2, 3, *[6] * (rank - 2)], (5, 3, *[3] * (rank - 2)))
    axes = rank - 2
    assert shape == (2, 5, *[4] * axes)
    assert total == 2 * 5 * 3 * 4**axes * 3**axes


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


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({}, 9),  # 2*(4-1) + 3
        ({"output_padding": [1]}, 10),
        ({"pads": [1, 1]}, 7),
        ({"pads": [1, 1], "output_padding": [1]}, 8),
        ({"auto_pad": "SAME_UPPER"}, 8),
        ({"auto_pad": "SAME_LOWER"}, 8),
        ({"output_shape": [8]}, 8),
        ({"output_shape": [12]}, 12),
        ({"dilations": [2]}, 11),  # 2*(4-1) + 2*(3-1) + 1
    ],
)
def test_transposed_convolution(model, attributes, size):
    """4 elements, stride 2, kernel 3, 6 to 10 channels in 2 groups: every element meets 5 filters x 3 taps x 6."""
    node = make("ConvTranspose", ["x", "w"], ["y"], strides=[2], group=2, **attributes)
    network = model.load([node], {"x": [1, 6, 4]}, ["y"], weights={"w": (6, 5, 3)})
    assert network.tensors["y"].shape == (1, 10, size)
    assert network.operators[0].kind == "conv_transpose"
    assert macs(network) == 4 * 6 * 5 * 3


def test_gemm(model):
    node = make("Gemm", ["a", "w", "b"], ["y"], transA=1, transB=1)
    network = model.load([node], {"a": [7, 2]}, ["y"], weights={"w": (5, 7), "b": (5,)})
    assert network.operators[0].kind == "gemm"
    assert (macs(network), network.num_parameters) == (2 * 5 * 7, 40)


@pytest.mark.parametrize(
    ("a", "b", "total"),
    [([2, 3], [3, 4], 24), ([5, 2, 3], [3, 4], 120), ([5, 2, 3], [5, 3, 4], 120), ([2, 1, 2, 3], [5, 3, 4], 240)],
)
def test_matmul(model, a, b, total):
    assert macs(model.load([make("MatMul", ["a", "b"], ["y"])], {"a": a, "b": b}, ["y"])) == total


@pytest.mark.parametrize(
    ("equation", "a", "b", "total", "kinds"),
    [
        ("ij,jk->ik", (2, 3), (3, 4), 24, ["matmul"]),
        ("bij,bjk->bik", (5, 2, 3), (5, 3, 4), 120, ["matmul"]),
        ("bij,bkj->bik", (5, 2, 3), (5, 4, 3), 120, ["matmul"]),
        ("bqhd,bkhd->bhqk", (2, 5, 3, 4), (2, 6, 3, 4), 720, ["transpose", "transpose", "matmul"]),
        ("bhqk,bkhd->bqhd", (2, 3, 5, 6), (2, 6, 3, 4), 720, ["transpose", "matmul", "transpose"]),
        ("ij,jk", (2, 3), (3, 4), 24, ["matmul"]),
        ("i,j->ij", (2,), (3,), 6, ["matmul"]),
    ],
)
def test_einsum_of_two(model, equation, a, b, total, kinds):
    node = make("Einsum", ["a", "b"], ["y"], equation=equation)
    network = model.load([node], {"a": a, "b": b}, ["y"])
    costed = [operator for operator in network.operators if operator.kind != "view"]
    assert [operator.kind for operator in costed] == kinds
    product = next(operator for operator in costed if operator.kind == "matmul")
    assert lower(product, network.tensors).num_macs == total
    letters = equation.partition("->")[2] or "ik"
    expected = np.einsum(equation, np.zeros(a), np.zeros(b)).shape
    assert network.tensors["y"].shape == expected
    assert len(letters) == len(expected)


def test_einsum_of_one(model):
    network = model.load([make("Einsum", ["a"], ["y"], equation="ij->ji")], {"a": [2, 3]}, ["y"])
    assert [operator.kind for operator in network.operators] == ["transpose"]
    network = model.load([make("Einsum", ["a"], ["y"], equation="ij->j")], {"a": [2, 3]}, ["y"])
    assert network.operators[0].work.axes == (0,)


@pytest.mark.parametrize(
    ("equation", "names", "message"),
    [
        ("...ij,...jk->...ik", "ab", "has an ellipsis or repeats a letter"),
        ("ij,jk,kl->il", "abc", "has 3 operands, a product takes two"),
        ("ij,jk->i", "ab", "letters k of its equation are summed in one operand alone"),
    ],
)
def test_einsum_that_is_no_product(model, equation, names, message):
    node = make("Einsum", list(names), ["y"], name="e", equation=equation)
    with pytest.raises(UnsupportedOperator, match=re.escape(message)):
        model.load([node], {name: [3, 3] for name in names}, ["y"])
