import numpy as np
import pytest
from onnx import helper

from workloads.activations import with_activation_density
from workloads.activations.densities import matrix_inputs
from workloads.errors import NetworkError
from workloads.load import load_network
from workloads.sparsity import SparsityOrigin
from workloads.tensor import TensorRole

GIVEN, MEASURED = SparsityOrigin.GIVEN, SparsityOrigin.MEASURED
make = helper.make_node


def densities(network):
    return {name: item.density_fraction for name, item in network.tensors.items() if item.sparsity is not None}


def test_only_named_tensors_get_a_density(network):
    found = with_activation_density(network, {"r": 0.25, "p": 1}, MEASURED)
    assert densities(found) == {"r": 0.25, "p": 1.0}
    assert found.tensors["r"].sparsity.origin is MEASURED
    assert densities(network) == {}


def test_what_a_tensor_has_stays_unless_it_is_named(network):
    first = with_activation_density(network, {"r": 0.25, "p": 0.5}, MEASURED)
    assert densities(with_activation_density(first, {"p": 0.75}, GIVEN)) == {"r": 0.25, "p": 0.75}


def test_one_number_is_for_what_matrix_operators_read(network):
    """The network's input x is none of them; r is read through the view f, and y by nobody."""
    assert matrix_inputs(network) == ("f", "p")
    assert densities(with_activation_density(network, 0.5, GIVEN)) == {"f": 0.5, "p": 0.5}


def test_views_and_conversions_of_the_input_are_the_input(save):
    nodes = [
        make("Flatten", ["x"], ["f"]),
        make("Cast", ["f"], ["h"], to=10),
        make("Cast", ["h"], ["g"], to=1),
        make("MatMul", ["g", "w"], ["p"]),
        make("Transpose", ["p"], ["t"]),
        make("MatMul", ["p", "t"], ["y"]),
    ]
    found = load_network(save(nodes, {"w": np.ones((4, 3), np.float32)}, {"x": [2, 2, 2]}))
    assert matrix_inputs(found) == ("p", "t")


def test_a_recurrent_layer_reads_its_sequence(save):
    nodes = [
        make("Relu", ["x"], ["s"]),
        make("LSTM", ["s", "w", "r", "", "", "h", "h"], ["y"], hidden_size=2),
    ]
    weights = {"w": np.ones((1, 8, 3), np.float32), "r": np.ones((1, 8, 2), np.float32)}
    found = load_network(save(nodes, weights, {"x": [5, 1, 3], "h": [1, 1, 2]}))
    assert matrix_inputs(found) == ("s",)


def test_no_weight_of_the_zoo_is_an_activation():
    network = load_network("resnet9")
    names = matrix_inputs(network)
    assert names
    assert {network.tensors[name].role for name in names} <= {TensorRole.ACTIVATION, TensorRole.OUTPUT}


@pytest.mark.parametrize("density", [-0.01, 1.01, float("nan")])
def test_densities_outside_0_to_1(network, density):
    with pytest.raises(NetworkError, match=rf"density of tensor 'r' is {density}, expected a fraction in \[0, 1\]"):
        with_activation_density(network, {"r": density}, GIVEN)
    with pytest.raises(NetworkError, match=rf"density of all activations is {density}, expected a fraction in"):
        with_activation_density(network, density, GIVEN)


def test_an_unknown_name_gives_the_nearest(save):
    nodes = [make("Relu", ["x"], ["Relu_1"]), make("Relu", ["Relu_1"], ["y"])]
    network = load_network(save(nodes, {}, {"x": [2]}), fuse=False)
    expected = r"density of tensor 'Relu_2': network 'm' has no such tensor; nearest: 'Relu_1'"
    with pytest.raises(NetworkError, match=expected):
        with_activation_density(network, {"Relu_2": 0.5}, GIVEN)


def test_a_name_like_no_other(network):
    with pytest.raises(NetworkError, match=r"'completely different': network 'm' has no such tensor$"):
        with_activation_density(network, {"completely different": 0.5}, GIVEN)


def test_a_weight_is_no_activation(network):
    with pytest.raises(NetworkError, match=r"density of tensor 'k': it is a weight, whose zeros are in its values"):
        with_activation_density(network, {"k": 0.5}, GIVEN)
