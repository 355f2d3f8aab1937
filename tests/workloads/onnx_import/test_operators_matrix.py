import pytest
from onnx import helper

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


@pytest.mark.parametrize("rank", [3, 4, 5])
def test_one_to_three_spatial_axes(model, rank):
    _, shape, total = conv(model, [2, 3, *[6] * (rank - 2)], (5, 3, *[3] * (rank - 2)))
    axes = rank - 2
    assert shape == (2, 5, *[4] * axes)
    assert total == 2 * 5 * 3 * 4**axes * 3**axes


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


@pytest.mark.parametrize("shape", [(2, 5), (2, 1)])
def test_gemm_with_a_term_for_every_row_adds_it_apart(model, shape):
    """Such a term is an operand: it is streamed with the results, not kept at hand as a bias."""
    node = make("Gemm", ["a", "w", "c"], ["y"], transB=1)
    network = model.load([node], {"a": [2, 7]}, ["y"], weights={"w": (5, 7), "c": shape})
    assert [operator.kind for operator in network.operators] == ["gemm", "elementwise"]
    assert len(network.operators[0].inputs) == 2
    assert network.tensors["y"].shape == (2, 5)
