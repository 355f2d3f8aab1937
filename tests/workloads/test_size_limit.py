"""The largest operator that is costed, and one step beyond it."""

from __future__ import annotations

import re

import pytest

from workloads.errors import NetworkError
from workloads.formats import INT8
from workloads.network import Network
from workloads.operators import MatMul, Operator, Pooling, Window
from workloads.size_limit import MAX_OPERATIONS, check_size
from workloads.tensor import Tensor, TensorRole


def product(m: int, n: int, k: int) -> tuple[Operator, dict[str, Tensor]]:
    shapes = {"a": (m, k), "b": (k, n), "c": (m, n)}
    roles = {"a": TensorRole.INPUT, "b": TensorRole.WEIGHT, "c": TensorRole.OUTPUT}
    tensors = {name: Tensor(name=name, shape=shape, format=INT8, role=roles[name]) for name, shape in shapes.items()}
    return Operator(name="huge", work=MatMul(), inputs=("a", "b"), outputs=("c",)), tensors


def test_the_limit_itself_is_allowed() -> None:
    """2**18 x 2**18 x 2**17 = 2**53."""
    check_size(*product(2**18, 2**18, 2**17))


def test_beyond_the_limit() -> None:
    operator, tensors = product(2**18, 2**18, 2**17 + 1)
    message = f"operator 'huge' (matmul): takes {2**53 + 2**36} multiply-accumulates, more than the {MAX_OPERATIONS}"
    with pytest.raises(NetworkError, match=re.escape(message)):
        check_size(operator, tensors)
    with pytest.raises(NetworkError, match=re.escape(message)):
        Network(name="net", operators=(operator,), tensors=tensors)


def test_vector_operations_count_too() -> None:
    """2**20 x 2**20 outputs, a window of 2**7 x 2**7 each: 2**54."""
    side, window = 2**20, 2**7
    tensors = {
        "x": Tensor(name="x", shape=(1, 1, side + window - 1, side + window - 1), format=INT8, role=TensorRole.INPUT),
        "y": Tensor(name="y", shape=(1, 1, side, side), format=INT8, role=TensorRole.OUTPUT),
    }
    work = Pooling(
        window=Window(kernel=(window, window), strides=(1, 1), dilations=(1, 1), pads_begin=(0, 0), pads_end=(0, 0)),
        function="max",
    )
    operator = Operator(name="pool", work=work, inputs=("x",), outputs=("y",))
    with pytest.raises(NetworkError, match=f"operator 'pool' \\(pool\\): takes {2**54} vector operations"):
        check_size(operator, tensors)
