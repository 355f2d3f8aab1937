"""Gradients of small training graphs, run with numpy, against finite differences of their loss."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workloads.training.execute import Meanings, execute
from workloads.formats import FP32
from workloads.network import Network
from workloads.operators import Convolution, Fusion, MatMul, OperatorKind, Reduction
from workloads.tensor import TensorRole
from workloads.training import ChannelAxis, ChannelShare, Stage, TrainingNetwork, UpdateScheme, training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused

_STEP = 1e-6
_PLAIN = Meanings()


def builder() -> GraphBuilder:
    return GraphBuilder(name="small", format=FP32)


def convolutions() -> Network:
    """Padding, stride, groups, a residual, both poolings, and activations that are fused."""
    graph = builder()
    x = graph.conv("first", graph.input("x", (2, 3, 8, 8)), ConvSpec(filters=4, kernel=3, padding=1, activation="relu"))
    x = graph.pool("largest", x, PoolSpec(function="max", kernel=3, stride=2, padding=1))
    y = graph.conv("grouped", x, ConvSpec(filters=4, kernel=3, padding=1, groups=2, bias=True))
    x = graph.elementwise("residual", "add", x, y, fusions=(fused("residual.relu", "relu"),))
    x = graph.conv("strided", x, ConvSpec(filters=6, kernel=2, stride=2, bias=True))
    return graph.finish((graph.linear("fc", graph.global_pool("mean", x), 5),))


def normalised() -> Network:
    """A batch normalisation that stands alone, and a depthwise convolution."""
    graph = builder()
    x = graph.conv("first", graph.input("x", (3, 2, 4, 4)), ConvSpec(filters=3, kernel=3))
    x = graph.activation("relu", "relu", graph.batch_norm("norm", x))
    x = graph.conv("depthwise", x, ConvSpec(filters=3, kernel=2, groups=3, bias=True))
    return graph.finish((graph.linear("fc", graph.flatten("flat", x), 4),))


def attention() -> Network:
    """One head: products of activations, softmax, gelu, layer normalisation, a product of three axes."""
    graph = builder()
    x = graph.layer_norm("norm", graph.input("x", (2, 3, 4)))
    q, k, v = (graph.linear(name, x, 4) for name in ("q", "k", "v"))
    weights = graph.softmax("softmax", graph.matmul("scores", q, k, transpose_b=True))
    x = graph.elementwise("residual", "add", x, graph.matmul("context", weights, v))
    gelu = Fusion(name="mlp.gelu", function="gelu", num_operations_per_output=5)
    x = graph.linear("mlp", x, 6, fusions=(gelu,))
    return graph.finish((graph.linear("fc", x, 5, bias=False),))


def arithmetic() -> Network:
    """Broadcast operands of every function, a constant that is added, a product of a tensor by itself."""
    graph = builder()
    x = graph.linear("fc", graph.input("x", (3, 4)), 4)
    y = graph.linear("other", x, 4)
    scaled = graph.elementwise("scaled", "mul", x, graph.weight("scale", (4,)))
    squared = graph.elementwise("squared", "mul", y, y)
    positive = graph.activation(
        "positive", "sigmoid", graph.elementwise("sum", "add", squared, graph.weight("c", (1,)))
    )
    difference = graph.elementwise("difference", "sub", scaled, graph.activation("tanh", "tanh", y))
    return graph.finish((graph.elementwise("quotient", "div", difference, positive),))


def values_of(step: TrainingNetwork, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    found = {}
    for tensor in step.network.with_role(TensorRole.INPUT, TensorRole.WEIGHT):
        if tensor.name.endswith(".labels"):
            found[tensor.name] = rng.integers(0, 4, tensor.shape)
        else:
            found[tensor.name] = rng.normal(size=tensor.shape)
    return found


def check_gradients(step: TrainingNetwork, meanings: Meanings, loss: str) -> None:
    """Move some elements of each parameter a little both ways."""
    values = values_of(step, 7)
    made = execute(step.network, values, meanings)
    rng = np.random.default_rng(1)
    for name, gradient in step.gradients.items():
        for flat in rng.choice(values[name].size, size=min(6, values[name].size), replace=False):
            losses = []
            for sign in (1, -1):
                moved = values[name].copy()
                moved.flat[flat] += sign * _STEP
                losses.append(execute(step.network, {**values, name: moved}, meanings)[loss])
            expected = (losses[0] - losses[1]) / (2 * _STEP)
            assert made[gradient].flat[flat] == pytest.approx(expected, rel=1e-4, abs=1e-7), name


def pick(probabilities, labels):
    axis = next(place for place, size in enumerate(labels.shape) if size != probabilities.shape[place])
    return np.take_along_axis(probabilities, labels.astype(int), axis=axis)


def with_sign(step: TrainingNetwork, output: str) -> Meanings:
    """The loss of the graph is the mean logarithm; its gradient is that of minus it: the sign is in the look-up."""
    return Meanings(moves={f"{output}.loss_of_label": lambda p, labels: 1 / pick(p, labels)})


@pytest.mark.parametrize("make", [convolutions, normalised, attention])
def test_cross_entropy_falls_along_the_gradient(make) -> None:
    step = training_network(make())

    check_gradients(step, with_sign(step, "fc"), "fc.loss")


def test_mean_squared_of_arithmetic() -> None:
    """Sum of squares: its slope is twice the difference."""
    step = training_network(arithmetic(), loss="mean_squared")

    check_gradients(step, Meanings(factors={"quotient.loss_gradient": 2.0}), "quotient.loss")


def test_transposed_convolution() -> None:
    """Stride 2 from 3 x 3 to 6 x 6, in two groups."""
    graph = builder()
    x = graph.conv("first", graph.input("x", (2, 3, 3, 3)), ConvSpec(filters=4, kernel=1))
    window = ConvSpec(filters=1, kernel=2, stride=2).window([6, 6])
    w, bias = graph.weight("up.weight", (4, 3, 2, 2)), graph.bias("up.bias", (6,))
    up = graph._append("up", Convolution(window=window, groups=2, transposed=True), (x, w, bias), (2, 6, 6, 6))
    step = training_network(graph.finish((up,)), loss="mean_squared")

    check_gradients(step, Meanings(factors={"up.loss_gradient": 2.0}), "up.loss")


@pytest.mark.parametrize(
    ("a", "b", "transpose_b"),
    [
        ((2, 3, 4), (4, 5), False),
        ((2, 3, 4), (1, 5, 4), True),
        ((3, 4), (2, 4, 5), False),
        ((2, 1, 3, 4), (5, 4, 2), False),
        ((2, 3, 4), (2, 5, 4), True),
    ],
)
def test_products_of_broadcast_matrices(a, b, transpose_b) -> None:
    graph = builder()
    left, right = graph.weight("left", a), graph.weight("right", b)
    columns = b[-2] if transpose_b else b[-1]
    shape = (*np.broadcast_shapes(a[:-2], b[:-2]), a[-2], columns)
    product = graph._append("product", MatMul(transpose_b=transpose_b), (left, right), shape)
    y = graph.elementwise("plus", "add", product, graph.input("x", (1,)))
    step = training_network(graph.finish((y,)), loss="mean_squared")

    assert set(step.gradients) == {"left", "right"}
    check_gradients(step, Meanings(factors={"plus.loss_gradient": 2.0}), "plus.loss")


def test_reductions_and_movements() -> None:
    """A concatenation of a tensor and its slice, transposed, padded, and its mean taken."""
    graph = builder()
    x = graph.linear("fc", graph.input("x", (2, 4)), 4)
    part = graph.move("part", OperatorKind.SLICE, (x,), (2, 3))
    both = graph.concat("both", x, part)
    turned = graph.transpose("turned", both, (1, 0))
    padded = graph.move("padded", OperatorKind.PAD, (turned,), (8, 2))
    mean = graph._append("mean", Reduction(function="mean", axes=(0,)), (padded,), (2,))
    step = training_network(graph.finish((mean,)), loss="mean_squared")
    moves = {
        "part": lambda x: x[:, :3],
        "both": lambda x, y: np.concatenate([x, y], axis=1),
        "turned": np.transpose,
        "padded": lambda x: np.pad(x, [(0, 1), (0, 0)]),
        "mean.gradient_expanded": lambda dy: np.broadcast_to(dy, (8, 2)),
        "padded.input_gradient": lambda dy: dy[:7],
        "turned.input_gradient": np.transpose,
        "both.input_gradient": lambda dy: dy[:, :4],
        "both.input_gradient1": lambda dy: dy[:, 4:],
        "part.input_gradient": lambda dy: np.pad(dy, [(0, 0), (0, 1)]),
    }
    factors = {"mean.loss_gradient": 2.0, "mean.gradient_scaled": 1 / 8}

    check_gradients(step, Meanings(factors=factors, moves=moves), "mean.loss")


def test_rows_of_a_table_that_are_read_twice_add_up() -> None:
    graph = builder()
    table = graph.weight("table", (5, 3))
    rows = graph.gather("rows", table, graph.input("indices", (4,)))
    step = training_network(graph.finish((graph.linear("fc", rows, 2),)), loss="mean_squared")
    indices = np.array([0, 3, 3, 1])

    def scatter(dy, _):
        made = np.zeros((5, 3))
        np.add.at(made, indices, dy)
        return made

    moves = {"rows": lambda table, _: table[indices], "rows.input_gradient": scatter}

    check_gradients(step, Meanings(factors={"fc.loss_gradient": 2.0}, moves=moves), "fc.loss")


def test_recomputed_activations_give_the_same_gradients() -> None:
    network = convolutions()
    whole, saving = training_network(network), training_network(network, checkpoints=("largest",))
    values = values_of(whole, 3)
    meanings = with_sign(whole, "fc")
    expected, found = (execute(step.network, values, meanings) for step in (whole, saving))

    for name in whole.gradients:
        np.testing.assert_array_equal(found[saving.gradients[name]], expected[whole.gradients[name]])


def test_a_part_of_the_input_channels_has_the_gradient_of_the_whole() -> None:
    """The first 2 of 3 channels of x and of 4 of the pool, one of two groups, 3 of 6 features."""
    network = convolutions()
    shares = (ChannelShare(layers="*", fraction=0.5, axis=ChannelAxis.INPUT),)
    whole, part = training_network(network), training_network(network, update=UpdateScheme(channel_shares=shares))
    values = values_of(whole, 3)
    moves = dict(with_sign(whole, "fc").moves)
    moves.update({f"{name}.input_part": lambda x: x[:, :2] for name in ("first", "grouped", "strided")})
    moves.update({"fc.input_part": lambda x: x[:, :3], "grouped.gradient_part": lambda dy: dy[:, :2]})
    expected = execute(whole.network, values, with_sign(whole, "fc"))
    found = execute(without_updates(part), values, Meanings(moves=moves))
    kept = {"first": np.s_[:, :2], "grouped": np.s_[:2], "strided": np.s_[:, :2], "fc": np.s_[:3]}

    for name, places in kept.items():
        gradient = f"{name}.weight"
        np.testing.assert_allclose(found[part.gradients[gradient]], expected[whole.gradients[gradient]][places])


def without_updates(step: TrainingNetwork) -> Network:
    operators = tuple(one for one in step.network.operators if step.roles[one.name].stage is not Stage.UPDATE)
    made = {name for one in operators for name in (*one.inputs, *one.outputs)}
    tensors = {name: tensor for name, tensor in step.network.tensors.items() if name in made}
    return Network(name="cut", operators=operators, tensors=tensors)


def test_a_part_of_the_channels_has_the_gradient_of_the_whole() -> None:
    network = convolutions()
    shares = (ChannelShare(layers="*", fraction=0.5),)
    whole, part = training_network(network), training_network(network, update=UpdateScheme(channel_shares=shares))
    values = values_of(whole, 3)
    channels = {"first": 2, "strided": 3, "grouped": 2}
    moves = dict(with_sign(whole, "fc").moves)
    for name, count in channels.items():
        moves[f"{name}.gradient_part"] = lambda dy, count=count: dy[:, :count]
    moves["grouped.input_part"] = lambda x: x[:, :2]
    moves["fc.gradient_part"] = lambda dy: dy[:, :3]
    expected = execute(whole.network, values, with_sign(whole, "fc"))
    found = execute(without_updates(part), values, Meanings(moves=moves))

    for name, count in channels.items():
        gradient = f"{name}.weight"
        np.testing.assert_allclose(found[part.gradients[gradient]], expected[whole.gradients[gradient]][:count])
    np.testing.assert_allclose(found[part.gradients["fc.weight"]], expected[whole.gradients["fc.weight"]][:, :3])
