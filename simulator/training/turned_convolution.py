"""The gradient of a convolution's input as a convolution by weights turned round: one reduction over taps as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workloads.operators import Convolution, Operator, Window
from workloads.tensor import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedConvolution:
    """An operator in place of a transposed convolution, with its tensors: the weights have swapped channels."""

    operator: Operator
    tensors: Mapping[str, Tensor]


def turned_convolution(operator: Operator, tensors: Mapping[str, Tensor]) -> TurnedConvolution | None:
    """Return the same results as a plain convolution; None for what is no transposed convolution of stride 1.

    A transposed convolution has a column of the product for each tap of the kernel and adds overlapping results; its
    reduction is the channels alone. Turned round it is reduced over taps and channels and adds nothing: fewer, longer
    sums. Groups of N:M weights lie along the same channels in both. Strides above 1 would have to multiply by zeros.

    Example: 3 x 3 taps with padding 1 over 8 x 8 elements have padding 3 - 1 - 1 = 1 turned round.
    """
    work = operator.work
    if not isinstance(work, Convolution) or not work.transposed or any(one != 1 for one in work.window.strides):
        return None
    window = work.window
    reach = [dilation * (size - 1) for dilation, size in zip(window.dilations, window.kernel, strict=True)]
    begins = tuple(far - pad for far, pad in zip(reach, window.pads_begin, strict=True))
    ends = tuple(far - pad for far, pad in zip(reach, window.pads_end, strict=True))
    if min(*begins, *ends) < 0 or max(window.kernel) == 1:
        return None
    turned = Convolution(window=_padded(window, begins, ends), groups=work.groups)
    name = operator.inputs[1]
    num_read, num_made, *kernel = tensors[name].shape
    shape = (num_made * work.groups, num_read // work.groups, *kernel)
    return TurnedConvolution(
        operator=replace(operator, work=turned), tensors={**tensors, name: replace(tensors[name], shape=shape)}
    )


def _padded(window: Window, begins: tuple[int, ...], ends: tuple[int, ...]) -> Window:
    return replace(window, pads_begin=begins, pads_end=ends)
