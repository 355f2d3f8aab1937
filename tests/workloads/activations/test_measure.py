import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.activations import measure, with_activation_density
from workloads.activations.measure import measured_activation_densities
from workloads.errors import ConfigError, NetworkError
from workloads.load import load_network
from workloads.sparsity import SparsityOrigin

pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'sparsim[activations]'")
make = helper.make_node


def convolved(path, x):
    """The convolution of x (B, 3, 6, 6) by numpy, one window at a time: (B, 4, 4, 4)."""
    kernel = next(numpy_helper.to_array(item) for item in onnx.load(path).graph.initializer if item.name == "k")
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
    return np.einsum("bcijkl,nckl->bnij", windows, kernel)


def test_densities_are_numpys(path, network, tmp_path):
    """Seven samples in one array of batch 7, run one by one; the fused operator's output is that of the ReLU."""
    x = np.random.default_rng(2).normal(size=(7, 3, 6, 6)).astype(np.float32)
    np.savez(tmp_path / "i.npz", x=x)
    found = measured_activation_densities(path, network, inputs=tmp_path / "i.npz")
    assert network.operators[0].outputs == ("r",)
    expected = np.mean(convolved(path, x) > 0)
    assert 0.3 < expected < 0.7
    assert found == pytest.approx({"r": expected, "f": expected, "p": 1, "y": 1, "x": 1})


def test_every_name_is_a_tensor_of_the_network(path, network):
    found = measured_activation_densities(path, network, num_samples=2)
    assert set(found) == {"r", "f", "p", "y"}
    changed = with_activation_density(network, found, SparsityOrigin.MEASURED)
    assert changed.tensors["r"].density_fraction == found["r"]


def test_without_fusion_the_convolutions_own_result_is_there_too(path):
    found = measured_activation_densities(path, load_network(path, batch=1, fuse=False))
    assert found["c"] == 1 > found["r"]


def test_random_inputs_depend_on_the_seed(path, network):
    first, again, other = (measured_activation_densities(path, network, seed=seed)["r"] for seed in (1, 1, 2))
    assert first == again != other


def test_more_samples_are_more_elements(path, network):
    """64 elements a sample: the density over three is a count of 192."""
    found = measured_activation_densities(path, network, num_samples=3)["r"]
    assert found * 192 == pytest.approx(round(found * 192))


def test_fetching_in_groups_changes_nothing(path, network, monkeypatch):
    whole = measured_activation_densities(path, network, num_samples=2)
    monkeypatch.setattr(measure, "MAX_FETCHED_ELEMENTS", 10)
    assert measured_activation_densities(path, network, num_samples=2) == whole


def test_an_open_batch_is_that_of_the_network(path):
    found = measured_activation_densities(path, load_network(path, batch=4))["r"]
    assert found * 4 * 64 == pytest.approx(round(found * 4 * 64))


QUANTISED = [
    make("QuantizeLinear", ["x", "s", "z"], ["xq"]),
    make("QLinearConv", ["xq", "s", "z", "w", "s", "wz", "s", "z"], ["c"]),
    make("MaxPool", ["c"], ["p"], kernel_shape=[1, 1]),
    make("DequantizeLinear", ["p", "s", "z"], ["y"]),
]


def test_zero_of_a_quantised_activation_is_its_zero_point(save, tmp_path):
    """A filter of one weight, 1.0: the result is the input again. Half of the input is zero, stored as 100."""
    weights = {"s": np.float32(0.1), "z": np.uint8(100), "wz": np.int8(0), "w": np.full((1, 1, 1, 1), 10, np.int8)}
    path = save(QUANTISED, weights, {"x": [1, 1, 2, 4]})
    np.savez(tmp_path / "i.npz", x=np.float32([[[[0, 1, 0, -2], [3, 0, 0, 4]]]]))
    network = load_network(path, fuse=False)
    found = measured_activation_densities(path, network, inputs=tmp_path / "i.npz")
    assert set(found.values()) == {0.5}
    assert {"xq", "c", "p", "x"} <= found.keys()


def test_the_zero_point_that_is_found_at_run_time(save, tmp_path):
    nodes = [
        make("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        make("MatMulInteger", ["xq", "w", "xz"], ["p"]),
        make("Cast", ["p"], ["y"], to=TensorProto.FLOAT),
    ]
    path = save(nodes, {"w": np.ones((4, 2), np.int8)}, {"x": [1, 4]})
    np.savez(tmp_path / "i.npz", x=np.float32([[0, -1, 0, 2]]))
    assert measured_activation_densities(path, load_network(path), inputs=tmp_path / "i.npz")["xq"] == 0.5


def test_integers_need_a_file(save):
    path = save([make("Gather", ["t", "i"], ["y"])], {"t": np.ones((5, 2), np.float32)}, {"i": [3]}, types={"i": 7})
    with pytest.raises(NetworkError, match=r"m.onnx: input 'i' is int64: random values are drawn for floats only"):
        measured_activation_densities(path, load_network(path))


def test_at_least_one_sample(path, network):
    with pytest.raises(ConfigError, match=r"num_samples is 0, expected at least 1"):
        measured_activation_densities(path, network, num_samples=0)


def test_files_are_named_in_errors(path, network, tmp_path):
    with pytest.raises(ConfigError, match=r"^[^:]*nothing.npz: cannot be read"):
        measured_activation_densities(path, network, inputs=tmp_path / "nothing.npz")
