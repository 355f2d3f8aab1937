import importlib.util
import os

import numpy as np
import onnx
import pytest
from onnx import helper

from workloads.activations.runner import Runner
from workloads.errors import ConfigError, NetworkError
from workloads.onnx_import.read import read_model

pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'sparsim[activations]'")
make = helper.make_node
X = np.array([[-1.0, 2.0]], np.float32)


@pytest.fixture
def chain(save):
    return save(
        [make("Add", ["x", "w"], ["a"]), make("Relu", ["a"], ["y"])], {"w": np.float32([[0.5, -3]])}, {"x": [1, 2]}
    )


def test_inner_values_outputs_and_constants_are_handed_out(chain):
    runner = Runner(read_model(chain), chain.parent, ("a", "w"))
    found = runner.run({"x": X}, ("w", "a", "y", "a"))
    assert {name: array.tolist() for name, array in found.items()} == {
        "w": [[0.5, -3.0]],
        "a": [[-0.5, -1.0]],
        "y": [[0.0, 0.0]],
    }


def test_the_model_is_not_changed(chain):
    model = read_model(chain)
    Runner(model, chain.parent, ("a",))
    assert [item.name for item in model.graph.output] == ["y"]


def test_external_data_is_found_from_any_folder(chain, tmp_path, monkeypatch):
    """The weight lies beside the file, and the command runs elsewhere."""
    folder = tmp_path / "apart"
    folder.mkdir()
    onnx.save_model(onnx.load(chain), folder / "m.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
    monkeypatch.chdir(tmp_path)
    runner = Runner(read_model(folder / "m.onnx"), folder, ("a",))
    assert runner.run({"x": X}, ("a",))["a"].tolist() == [[-0.5, -1.0]]
    os.truncate(folder / "w.bin", 4)
    with pytest.raises(NetworkError, match=r"ONNX Runtime cannot load the model: "):
        Runner(read_model(folder / "m.onnx"), folder, ("a",))


def test_a_model_that_onnx_runtime_does_not_know(save):
    path = save([make("Unheard", ["x"], ["y"])], {}, {"x": [1]})
    with pytest.raises(NetworkError, match=r"ONNX Runtime cannot load the model: .*Unheard"):
        Runner(read_model(path), path.parent, ())


@pytest.mark.parametrize("feed", [{}, {"x": np.ones((3, 3), np.float32)}, {"x": X.astype(np.float64)}])
def test_inputs_that_do_not_fit(chain, feed):
    runner = Runner(read_model(chain), chain.parent, ())
    with pytest.raises(NetworkError, match=r"ONNX Runtime cannot run the model: "):
        runner.run(feed, ("y",))


def test_without_onnxruntime_the_error_says_how_to_install_it(chain, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    expected = r"measured with onnxruntime, which is not installed: pip install 'sparsim\[activations\]'"
    with pytest.raises(ConfigError, match=expected):
        Runner(read_model(chain), chain.parent, ())
