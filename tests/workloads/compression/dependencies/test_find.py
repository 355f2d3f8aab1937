"""Which channels go together and which stay, by hand on small networks; every reason for staying."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workloads.compression.structural_execution import (
    conv,
    dense,
    feed_forward,
    residual,
    separable,
    shuffled,
    with_operator,
)
from workloads.compression.channels.prune import prune_channels
from workloads.compression.dependencies.find import find_dependencies
from workloads.formats import FP32
from workloads.network import Network
from workloads.operators import (
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Reduction,
    Softmax,
    View,
    Work,
)
from workloads.zoo.builder import GraphBuilder


def _classes(network: Network, name: str) -> list[int]:
    found = find_dependencies(network)
    return list(found.classes[found.outputs[name]])


def test_an_addition_ties_what_it_adds() -> None:
    """Atoms are numbered as they are made: a 1 to 6, b 7 to 14, c 15 to 20."""
    assert _classes(residual(), "a") == [1, 2, 3, 4, 5, 6]
    assert _classes(residual(), "b") == [7, 8, 9, 10, 11, 12, 13, 14]
    assert _classes(residual(), "c") == [1, 2, 3, 4, 5, 6]


def test_a_concatenation_puts_them_one_after_the_other() -> None:
    """a 1 to 6, b 7 to 16; c is added to both; the network's input behind them stays."""
    assert _classes(dense(), "c") == [*range(1, 7), *range(7, 17)]
    found = find_dependencies(dense())
    every = found.axes["every"][1]
    assert every is not None
    assert list(found.classes[every]) == [*range(1, 17), 0, 0, 0, 0]


def test_a_depthwise_convolution_repeats_its_input() -> None:
    assert _classes(separable(), "deep") == [1, 2, 3, 4, 5, 6]
    assert _classes(separable(), "twice") == [b for b in _classes(separable(), "b") for _ in range(2)]


def test_a_shuffle_ties_the_same_channel_of_every_group() -> None:
    """first 1 to 8, a 9 to 20 in two groups of 6."""
    assert _classes(shuffled(), "a") == [*range(9, 15), *range(9, 15)]
    mixed = find_dependencies(shuffled()).axes["mixed"][1]
    assert mixed is not None
    assert list(mixed) == [atom for atom in range(9, 15) for _ in range(2)]


def test_a_flattened_channel_owns_its_positions() -> None:
    builder = GraphBuilder(name="net", format=FP32)
    x = conv(builder, "a", builder.input("x", (1, 2, 2, 2)), 3)
    network = builder.finish((builder.linear("fc", builder.flatten("flat", x), 5),))
    rows = find_dependencies(network).axes["fc.weight"][0]
    assert rows is not None
    assert list(rows) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]


def test_an_input_added_to_channels_keeps_them() -> None:
    change = prune_channels(feed_forward(), {"down": 0.5}, None)
    assert change.notes == (
        "channel pruning: all channels of down stay, as operator 'sum' (elementwise) joins them to channels that stay",
    )


def _then(work: Work, *shapes: tuple[int, ...], weights: tuple[tuple[int, ...], ...] = ()) -> Network:
    """A convolution to (1, 6, 4, 4) and an operator behind it, whose outputs have ``shapes``."""
    builder = GraphBuilder(name="net", format=FP32)
    network = builder.finish((conv(builder, "a", builder.input("x", (1, 4, 4, 4)), 6),))
    outputs = {f"y{index}": shape for index, shape in enumerate(shapes)}
    tables = {f"w{index}": shape for index, shape in enumerate(weights)}
    operator = Operator(name="op", work=work, inputs=("a", *tables), outputs=tuple(outputs))
    return with_operator(network, operator, {**outputs, **tables})


def _move(kind: OperatorKind, function: str = "") -> Movement:
    return Movement(kind=kind, function=function)


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (_then(Softmax(axis=1), (1, 6, 4, 4)), "operator 'op' (softmax) is normalised over them"),
        (_then(Reduction(function="mean", axes=(1,)), (1, 4, 4)), "operator 'op' (reduction) is reduced over them"),
        (
            _then(View(), (1, 16, 6)),
            "operator 'op' (view) mixes them with positions or with each other",
        ),
        (
            _then(_move(OperatorKind.SLICE), (1, 3, 4, 4)),
            "operator 'op' (slice) keeps only some of them, or adds to them",
        ),
        (
            _then(_move(OperatorKind.PAD), (1, 8, 4, 4)),
            "operator 'op' (pad) keeps only some of them, or adds to them",
        ),
        (
            _then(_move(OperatorKind.SLICE, "gather"), (1, 6, 4, 4)),
            "operator 'op' (slice) moves them in a way that is not followed",
        ),
        (
            _then(_move(OperatorKind.COPY, "tile"), (1, 12, 4, 4)),
            "operator 'op' (copy) moves them in a way that is not followed",
        ),
        (
            _then(_move(OperatorKind.TRANSPOSE, "depth_to_space"), (1, 1, 8, 12)),
            "operator 'op' (transpose) moves them in a way that is not followed",
        ),
        (
            _then(Elementwise(function="rotary"), (1, 6, 4, 4)),
            "operator 'op' (elementwise) pairs them with each other",
        ),
        (
            _then(Normalisation(function="batch_normalisation"), (1, 6, 4, 4), weights=((3,),)),
            "operator 'op' (normalisation) has a table of shape [3], which is matched to none of its axes",
        ),
        (
            _then(MatMul(), (1, 6, 4, 4), weights=((4, 4),)),
            "operator 'op' (matmul) runs once for each of them",
        ),
    ],
)
def test_reasons_for_staying(network: Network, reason: str) -> None:
    found = find_dependencies(network)
    (index,) = set(found.refusal[found.classes[found.producers["a"]]])
    assert found.reasons[index] == reason
    change = prune_channels(network, {"a": 0.5}, None)
    assert change.network == network
    assert change.notes == (f"channel pruning: all channels of a stay, as {reason}",)


def test_a_transpose_with_two_axes_of_their_size() -> None:
    builder = GraphBuilder(name="net", format=FP32)
    network = builder.finish((conv(builder, "a", builder.input("x", (1, 4, 6, 6)), 6),))
    operator = Operator(name="op", work=_move(OperatorKind.TRANSPOSE), inputs=("a",), outputs=("y",))
    (note,) = prune_channels(with_operator(network, operator, {"y": (1, 6, 6, 6)}), {"a": 0.5}, None).notes
    assert note.endswith(
        "operator 'op' (transpose) takes [1, 6, 6, 6] to [1, 6, 6, 6], where several axes have their number"
    )


@pytest.mark.parametrize(
    ("work", "shape"),
    [
        (_move(OperatorKind.SLICE), (1, 6, 2, 4)),
        (_move(OperatorKind.PAD), (1, 6, 5, 5)),
        (_move(OperatorKind.RESIZE, "nearest"), (1, 6, 8, 8)),
        (_move(OperatorKind.TRANSPOSE), (1, 4, 4, 6)),
        (Reduction(function="max", axes=(2, 3)), (1, 6)),
        (Reduction(function="max", axes=(2, 3)), (1, 6, 1, 1)),
        (Softmax(axis=3), (1, 6, 4, 4)),
        (View(), (1, 6, 16)),
        (View(), (6, 1, 4, 2, 2)),
        (View(), (96,)),
    ],
)
def test_what_lets_channels_through(work: Work, shape: tuple[int, ...]) -> None:
    """A consumer behind it that reduces over them would be cut; here they only reach the network's output."""
    found = find_dependencies(_then(work, shape))
    (index,) = set(found.refusal[found.classes[found.producers["a"]]])
    assert found.reasons[index] == "tensor 'y0' is an output of the network"


def test_layer_normalisation_tables_follow() -> None:
    """The last axis is normalised: its tables have its atoms, though axis 1 is as long."""
    builder = GraphBuilder(name="net", format=FP32)
    x = builder.layer_norm("norm", builder.linear("up", builder.input("x", (1, 8, 4)), 8))
    network = prune_channels(builder.finish((builder.linear("down", x, 4),)), {"up": 0.5}, None).network
    shapes = {name: tensor.shape for name, tensor in network.tensors.items()}
    assert shapes["norm.scale"] == shapes["norm.shift"] == (4,)
    assert shapes["norm"] == (1, 8, 4)
    assert shapes["down.weight"] == (4, 4)


def test_instance_normalisation_tables_lie_along_channels() -> None:
    work = Normalisation(function="instance_normalisation", axes=(2, 3))
    tables = find_dependencies(_then(work, (1, 6, 4, 4), weights=((6,), (6,)))).axes["w0"]
    assert tables[0] is not None
    assert list(tables[0]) == [1, 2, 3, 4, 5, 6]


def test_products_of_activations_keep_both() -> None:
    builder = GraphBuilder(name="net", format=FP32)
    x = builder.input("x", (1, 5, 4))
    query, key = builder.linear("query", x, 8), builder.linear("key", x, 8)
    network = builder.finish((builder.matmul("scores", query, key, transpose_b=True),))
    (note,) = prune_channels(network, {"query": 0.5, "key": 0.5}, None).notes
    assert note == (
        "channel pruning: all channels of query, key stay, as operator 'scores' (matmul) "
        "multiplies two activations, whose channels are matched by position"
    )


def test_a_weight_on_the_left_has_its_filters_in_rows() -> None:
    builder = GraphBuilder(name="net", format=FP32)
    x = builder.input("x", (1, 3, 5))
    y = builder.matmul("left", builder.weight("w", (1, 8, 3)), x)
    z = builder.matmul("next", builder.weight("v", (1, 2, 8)), y)
    network = prune_channels(builder.finish((z,)), {"left": 0.5}, None).network
    assert network.tensors["left"].shape == (1, 4, 5)
    assert (network.tensors["w"].shape, network.tensors["v"].shape) == ((1, 4, 3), (1, 2, 4))


def test_a_weight_that_another_operator_reads_whole_stays() -> None:
    """fc multiplies by the table that is also looked up in: its columns are those of the look-up."""
    builder = GraphBuilder(name="net", format=FP32)
    table = builder.weight("table", (9, 6))
    looked_up = builder.gather("embedding", table, builder.input("indices", (1, 3)))
    y = builder.matmul("fc", builder.linear("up", looked_up, 9), table)
    network = builder.finish((builder.linear("down", y, 2),))
    (note,) = prune_channels(network, {"fc": 0.5}, None).notes
    assert note.endswith("operator 'fc' (matmul) reads 'table', whose other readers keep them")


def test_gemm_passes_its_rows() -> None:
    """Columns of one product, transposed, are the rows of A^T of the next."""
    builder = GraphBuilder(name="net", format=FP32)
    network = builder.finish((builder.linear("a", builder.input("x", (4, 3)), 6),))
    operator = Operator(name="b", work=Gemm(transpose_a=True), inputs=("a", "w"), outputs=("y",))
    found = find_dependencies(with_operator(network, operator, {"w": (4, 2), "y": (6, 2)}))
    rows = found.axes["y"][0]
    assert rows is not None
    assert list(rows) == [1, 2, 3, 4, 5, 6]


def test_every_axis_is_as_long_as_its_tensor() -> None:
    for network in (residual(), dense(), shuffled()):
        found = find_dependencies(network)
        for name, axes in found.axes.items():
            for axis, atoms in enumerate(axes):
                size = network.tensors[name].shape[axis] * (found.weight_groups.get(name, 1) if axis == 1 else 1)
                assert atoms is None or atoms.shape == (size,)
                assert atoms is None or np.all((atoms >= 0) & (atoms < len(found.classes)))
