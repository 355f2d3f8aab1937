"""A network in the manner of MCUNet: blocks, sizes, and parameters counted from the table."""

from __future__ import annotations

from tests.workloads.zoo.counts import num_macs
from workloads.operators import Convolution
from workloads.zoo import build


def test_blocks() -> None:
    operators = build("mcunet_like").operators
    depthwise = [op for op in operators if isinstance(op.work, Convolution) and op.work.groups > 1]

    assert len(depthwise) == 17
    assert {op.work.window.kernel for op in depthwise} == {(3, 3), (5, 5), (7, 7)}
    assert sum(op.name.endswith(".add") for op in operators) == 2 + 2 + 2 + 2 + 2


def test_size() -> None:
    """Two classes take 998 x 161 parameters fewer than a thousand."""
    thousand, two = build("mcunet_like"), build("mcunet_like", bindings={"classes": 2})

    assert thousand.num_parameters == 770_616
    assert two.num_parameters == 770_616 - 998 * 161
    assert round(num_macs(thousand) / 1e6) == 40


def test_the_last_image_is_the_32nd_part() -> None:
    assert build("mcunet_like", bindings={"resolution": 96}).tensors["blocks.16.project"].shape == (1, 160, 3, 3)
