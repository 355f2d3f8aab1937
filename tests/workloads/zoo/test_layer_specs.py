"""Windows of layer specifications: one number or one an axis, and padding that keeps ceil(input / stride)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workloads.zoo.layer_specs import ConvSpec, PoolSpec, per_axis


def test_one_number_stands_for_every_axis() -> None:
    window = ConvSpec(filters=1, kernel=3, stride=2, padding=1, dilation=2).window((9, 9, 9))
    assert window.kernel == (3, 3, 3)
    assert window.strides == window.dilations == (2, 2, 2)
    assert window.pads_begin == window.pads_end == (1, 1, 1)
    assert per_axis((1, 7), 2) == (1, 7)


def test_one_number_an_axis() -> None:
    window = PoolSpec(function="max", kernel=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)).window((8, 112, 112))
    assert [window.output_size(axis, size) for axis, size in enumerate((8, 112, 112))] == [8, 56, 56]


def test_same_padding_by_hand() -> None:
    """111 -> 56 with a kernel of 3: 55 x 2 + 3 - 111 = 2, one at each end. 112 -> 56: 55 x 2 + 3 - 112 = 1, at the end.

    A kernel of 2 on 111: 55 x 2 + 2 - 111 = 1; on 112 none.
    """
    spec = PoolSpec(function="max", kernel=3, stride=2, padding="same")
    assert (spec.window((111, 112)).pads_begin, spec.window((111, 112)).pads_end) == ((1, 0), (1, 1))
    spec = PoolSpec(function="max", kernel=2, stride=2, padding="same")
    assert (spec.window((111, 112)).pads_begin, spec.window((111, 112)).pads_end) == ((0, 0), (1, 0))


@given(
    size=st.integers(1, 300), kernel=st.integers(1, 9), stride=st.integers(1, 4), dilation=st.sampled_from((1, 2, 4))
)
def test_same_padding_keeps_the_ceiling(size: int, kernel: int, stride: int, dilation: int) -> None:
    spec = ConvSpec(filters=1, kernel=kernel, stride=stride, dilation=dilation, padding="same")
    window = spec.window((size,))
    assert window.output_size(0, size) == -(-size // stride)
    assert 0 <= window.pads_end[0] - window.pads_begin[0] <= 1
