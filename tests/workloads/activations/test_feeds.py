import numpy as np
import onnx
import pytest
from onnx import helper

from workloads.activations.feeds import FedInput, fed_inputs, feeds, read_samples
from workloads.errors import NetworkError
from workloads.load import load_network

F32, I64 = np.dtype(np.float32), np.dtype(np.int64)
INPUTS = (FedInput(name="x", shape=(1, 3), dtype=F32), FedInput(name="ids", shape=(2,), dtype=I64))
FLOATS = INPUTS[:1]


def rng():
    return np.random.default_rng(1)


def test_open_sizes_are_those_of_the_network_and_fixed_ones_those_of_the_file(path):
    graph = onnx.load(path).graph
    assert fed_inputs(graph, load_network(path, batch=5)) == (FedInput(name="x", shape=(5, 3, 6, 6), dtype=F32),)


def test_a_batch_that_the_file_fixes_is_run_as_the_file_has_it(save):
    path = save([helper.make_node("Relu", ["x"], ["y"])], {}, {"x": [2, 3]})
    assert fed_inputs(onnx.load(path).graph, load_network(path, batch=8))[0].shape == (2, 3)


def test_another_network(path, save):
    other = load_network("resnet9")
    with pytest.raises(NetworkError, match=r"input 'x': network '.*' has no such input: it is not this file's"):
        fed_inputs(onnx.load(path).graph, other)


def test_samples_are_stacked_and_converted(tmp_path):
    np.savez(tmp_path / "i.npz", x=np.ones((4, 3)), ids=np.arange(8).reshape(4, 2))
    found = read_samples(tmp_path / "i.npz", INPUTS)
    assert {name: (array.shape, array.dtype) for name, array in found.items()} == {
        "x": ((4, 1, 3), F32),
        "ids": ((4, 2), I64),
    }
    fed = list(feeds(INPUTS, found, 99, rng()))
    assert len(fed) == 4
    assert fed[3]["ids"].tolist() == [6, 7]


def test_what_the_file_leaves_out_is_drawn(tmp_path):
    np.savez(tmp_path / "i.npz", ids=np.arange(4).reshape(2, 2))
    fed = list(feeds(INPUTS, read_samples(tmp_path / "i.npz", INPUTS), 1, rng()))
    expected = np.random.default_rng(1)
    for item in fed:
        np.testing.assert_array_equal(item["x"], expected.standard_normal((1, 3)).astype(np.float32))


def test_random_samples_depend_on_the_seed_alone():
    first, second = ([item["x"].tolist() for item in feeds(FLOATS, {}, 3, rng())] for _ in range(2))
    assert first == second
    assert len({tuple(item[0]) for item in first}) == 3


def test_random_integers_are_refused():
    expected = r"input 'ids' is int64: random values are drawn for floats only; give its values in a .npz file"
    with pytest.raises(NetworkError, match=expected):
        next(feeds(INPUTS, {}, 1, rng()))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"z": np.ones(3)}, r"i.npz: array 'z' is no input of the network, expected x, ids"),
        ({"id": np.ones(2, int)}, r"array 'id' is no input of the network, expected x, ids; nearest: 'ids'"),
        ({"ids": np.ones(2)}, r"i.npz: array 'ids' is float64, expected int64"),
        ({"x": np.ones((1, 4))}, r"i.npz: array 'x' has shape \[1, 4\], expected \[1, 3\]"),
        (
            {"x": np.ones((4, 3)), "ids": np.ones((3, 2), int)},
            r"i.npz: expected as many samples of each input, found 'x' 4, 'ids' 3",
        ),
    ],
)
def test_arrays_that_do_not_fit(tmp_path, arrays, message):
    np.savez(tmp_path / "i.npz", **arrays)
    with pytest.raises(NetworkError, match=message):
        read_samples(tmp_path / "i.npz", INPUTS)


def test_scalars_are_fed_as_arrays():
    scalar = FedInput(name="s", shape=(), dtype=F32)
    fed = next(feeds((scalar,), {}, 1, rng()))
    assert (fed["s"].shape, fed["s"].dtype) == ((), F32)
