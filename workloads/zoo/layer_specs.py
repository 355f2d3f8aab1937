"""Convolution and pooling layers as a zoo network states them, and the windows that they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workloads.operators import Window

Sizes = int | tuple[int, ...]
"""One number for all spatial axes, or one an axis."""

Padding = Sizes | Literal["same"]
"""Elements at both ends of an axis; ``same`` pads until the output has ceil(input / stride), the odd one at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvSpec:
    """A convolution over one to three axes with what is fused into it.

    ``batch_norm``: its scale is folded into the weights and its shift becomes the bias, so that the layer keeps the
    2 * ``filters`` parameters that the published count has. Without it the convolution has a bias of its own, unless
    ``bias`` is False.
    """

    filters: int
    kernel: Sizes
    stride: Sizes = 1
    padding: Padding = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = True
    batch_norm: bool = False
    activation: str | None = None

    def window(self, sizes: Sequence[int]) -> Window:
        """Return the window on an image of ``sizes`` (one a spatial axis)."""
        return _window(sizes, self.kernel, self.stride, self.padding, self.dilation)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """A pooling window over one to three axes. ``function`` is ``max`` or ``average``."""

    function: str
    kernel: Sizes
    stride: Sizes
    padding: Padding = 0

    def window(self, sizes: Sequence[int]) -> Window:
        """Return the window on an image of ``sizes`` (one a spatial axis)."""
        return _window(sizes, self.kernel, self.stride, self.padding, 1)


def _window(sizes: Sequence[int], kernel: Sizes, stride: Sizes, padding: Padding, dilation: int) -> Window:
    num_axes = len(sizes)
    kernels, strides = per_axis(kernel, num_axes), per_axis(stride, num_axes)
    if padding == "same":
        axes = zip(sizes, kernels, strides, strict=True)
        totals = tuple(_same_padding(size, dilation * (taps - 1) + 1, step) for size, taps, step in axes)
        pads_begin = tuple(total // 2 for total in totals)
        pads_end = tuple(total - total // 2 for total in totals)
    else:
        pads_begin = pads_end = per_axis(padding, num_axes)
    return Window(
        kernel=kernels, strides=strides, dilations=(dilation,) * num_axes, pads_begin=pads_begin, pads_end=pads_end
    )


def _same_padding(size: int, reach: int, stride: int) -> int:
    """Return the elements that an axis needs at both ends together for ceil(size / stride) window positions."""
    return max((-(-size // stride) - 1) * stride + reach - size, 0)


def per_axis(sizes: Sizes, num_axes: int) -> tuple[int, ...]:
    """Return ``sizes`` with one entry an axis."""
    return (sizes,) * num_axes if isinstance(sizes, int) else sizes
