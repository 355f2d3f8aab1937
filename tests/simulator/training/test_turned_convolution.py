"""A transposed convolution and the plain one in place of it give the same numbers, with the same work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulator.training.turned_convolution import turned_convolution
from tests.simulator.training.small_step import small_step
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import Convolution, Operator

FloatArray = NDArray[np.float64]


def found(step: Network, name: str) -> Operator:
    return next(one for one in step.operators if one.name == name)


def test_small_step() -> None:
    network = small_step().network
    operator = found(network, "second.input_gradient")
    turned = turned_convolution(operator, network.tensors)
    assert turned is not None
    plain, other = lower(operator, network.tensors), lower(turned.operator, turned.tensors)
    assert isinstance(plain, MatrixNest)
    assert isinstance(other, MatrixNest)
    # 4 images x 8 x 8 positions; 16 x 9 columns of 32 products, or 16 columns of 32 x 9.
    assert (plain.m, plain.n, plain.k) == (256, 144, 32)
    assert (other.m, other.n, other.k) == (256, 16, 288)
    assert plain.num_macs == other.num_macs
    assert turned.tensors["second.weight"].shape == (16, 32, 3, 3)


def test_nothing_to_turn() -> None:
    network = small_step().network
    assert turned_convolution(found(network, "second"), network.tensors) is None  # no transposed one
    assert turned_convolution(found(network, "last"), network.tensors) is None  # no convolution
    operator = found(network, "second.input_gradient")
    work = operator.work
    assert isinstance(work, Convolution)
    strided = replace(operator, work=replace(work, window=replace(work.window, strides=(2, 2))))
    assert turned_convolution(strided, network.tensors) is None


@given(size=st.integers(3, 9), kernel=st.integers(2, 3), pad=st.integers(0, 2), dilation=st.integers(1, 2))
def test_numbers_agree_along_one_axis(size: int, kernel: int, pad: int, dilation: int) -> None:
    reach = dilation * (kernel - 1)
    narrow = size + 2 * pad - reach
    if pad > reach or narrow < 1:
        return
    rng = np.random.default_rng(0)
    gradient, weights = rng.integers(-5, 6, narrow), rng.integers(-5, 6, kernel)
    spread = np.zeros(size + 2 * pad, dtype=np.int64)
    for position in range(narrow):  # forward: y[p] = sum over t of w[t] * x[p + t * dilation - pad]
        for tap in range(kernel):
            spread[position + tap * dilation] += gradient[position] * weights[tap]
    padded = np.pad(gradient, reach - pad)
    turned = [sum(padded[p + tap * dilation] * weights[kernel - 1 - tap] for tap in range(kernel)) for p in range(size)]
    assert turned == spread[pad : pad + size].tolist()
