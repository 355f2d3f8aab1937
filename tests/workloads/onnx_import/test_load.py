import subprocess
import sys
import time

import numpy as np
import pytest
from onnx import helper

from validation.models import PUBLISHED, light_model_path, num_macs
from workloads.onnx_import import load_onnx

make = helper.make_node


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
@pytest.mark.parametrize("fuse", [False, True])
def test_light_models_have_the_published_figures(published, fuse):
    network = load_onnx(light_model_path(published.name), fuse=fuse)
    assert num_macs(network) == pytest.approx(published.num_macs, rel=1e-3)
    assert network.num_parameters == pytest.approx(published.num_parameters, rel=1e-3)


def test_resnet50_is_imported_fast():
    path = light_model_path("resnet50")
    load_onnx(path)
    start = time.process_time()
    load_onnx(path)
    assert time.process_time() - start < 1


def test_resnet50_keeps_only_additions_apart():
    """49 Relu and 53 normalisations: 33 Relu follow one of them, 16 follow an addition; all run where they follow."""
    network = load_onnx(light_model_path("resnet50"))
    kinds = [operator.kind for operator in network.operators]
    assert (kinds.count("conv"), kinds.count("elementwise"), kinds.count("activation")) == (53, 16, 0)
    assert "normalisation" not in kinds
    functions = [fusion.function for fusion in network.fusions]
    assert (functions.count("batch_normalisation"), functions.count("relu")) == (53, 49)
    assert sum(fusion.num_folded_parameters for fusion in network.fusions) == 3 * 26_560


def test_fusion_is_on_by_default_and_can_be_left_out(model):
    path = model.save(
        [make("MatMul", ["x", "w"], ["a"]), make("Relu", ["a"], ["y"])], {"x": [2, 3]}, ["y"], {"w": (3, 4)}
    )
    assert len(load_onnx(path).operators) == 1
    assert len(load_onnx(path, fuse=False).operators) == 2


def test_the_network_is_called_after_the_file(model):
    assert model.load([make("Relu", ["x"], ["y"])], {"x": [2]}, ["y"]).name == "model"


def test_text_paths_are_paths(model):
    assert load_onnx(str(model.save([make("Relu", ["x"], ["y"])], {"x": [2]}, ["y"]))).name == "model"


def test_onnx_is_imported_only_when_a_file_is_loaded():
    code = "import sys, workloads.onnx_import; print('onnx' in sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "False"


def test_one_batch_is_another_batch_times_as_much(model):
    """A dynamic batch scales the work."""
    nodes = [make("Conv", ["x", "w"], ["a"]), make("Flatten", ["a"], ["f"]), make("Gemm", ["f", "g"], ["y"])]
    weights = {"w": (4, 3, 3, 3), "g": np.ones((16, 5), np.float32)}
    totals = [
        num_macs(model.load(nodes, {"x": ["n", 3, 4, 4]}, ["y"], weights=weights, bindings={"n": batch}))
        for batch in (1, 3)
    ]
    assert totals == [4 * 4 * 27 + 80, 3 * (4 * 4 * 27 + 80)]
