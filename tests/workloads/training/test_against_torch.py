"""Gradients of a small network, run with numpy, against those of PyTorch's autograd."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workloads.training.execute import Meanings, execute
from workloads.formats import FP32
from workloads.tensor import TensorRole
from workloads.training import UpdateScheme, training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec

torch = pytest.importorskip("torch")

_SHAPE, _CLASSES = (3, 2, 8, 8), 5


@pytest.mark.parametrize("scheme", [UpdateScheme(), UpdateScheme(weights=())])
def test_convolution_normalisation_relu_pooling_linear(scheme: UpdateScheme) -> None:
    builder = GraphBuilder(name="small", format=FP32)
    x = builder.conv("conv", builder.input("x", _SHAPE), ConvSpec(filters=4, kernel=3, padding=1, stride=1))
    x = builder.activation("relu", "relu", builder.batch_norm("norm", x))
    x = builder.pool("pool", x, PoolSpec(function="max", kernel=2, stride=2))
    x = builder.conv("second", x, ConvSpec(filters=6, kernel=3, padding=1, groups=2, activation="relu"))
    network = builder.finish((builder.linear("fc", builder.global_pool("mean", x), _CLASSES),))
    step = training_network(network, update=scheme)
    rng = np.random.default_rng(3)
    values = {one.name: rng.normal(size=one.shape) for one in step.network.with_role(TensorRole.WEIGHT)}
    values["x"] = rng.normal(size=_SHAPE)
    labels = rng.integers(0, _CLASSES, (3, 1))
    picked = Meanings(moves={"fc.loss_of_label": lambda p, i: np.take_along_axis(p, i, 1)})
    known = execute(step.network, {**values, "fc.labels": labels}, picked)

    held = {name: torch.tensor(array, dtype=torch.float64, requires_grad=True) for name, array in values.items()}
    expected = _loss(held, torch.tensor(labels[:, 0]))
    expected.backward()

    assert -known["fc.loss"] == pytest.approx(expected.item())
    assert step.gradients
    for name, gradient in step.gradients.items():
        np.testing.assert_allclose(known[gradient], held[name].grad.numpy(), rtol=1e-8, atol=1e-10, err_msg=name)


def _loss(held, labels):
    functional = torch.nn.functional
    x = functional.conv2d(held["x"], held["conv.weight"], held["conv.bias"], padding=1)
    x = functional.batch_norm(x, None, None, held["norm.scale"], held["norm.shift"], training=True, eps=1e-5)
    x = functional.max_pool2d(torch.relu(x), 2)
    x = torch.relu(functional.conv2d(x, held["second.weight"], held["second.bias"], padding=1, groups=2))
    logits = x.mean(dim=(2, 3)) @ held["fc.weight"] + held["fc.bias"]
    return functional.cross_entropy(logits, labels)
