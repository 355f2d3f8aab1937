"""Whole networks compressed: laws over specs, what is drawn, what is noted."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.workloads.compression.small_networks import Values, four_layers, normal_weights
from workloads.compression import apply
from workloads.compression.apply import compress
from workloads.compression.compressed import CompressedNetwork
from workloads.compression.recognise import recognise
from workloads.compression.spec.parse_spec import parse_spec
from workloads.errors import ConfigError, NetworkError
from workloads.formats import FP32
from workloads.network import Network
from workloads.sparsity import SparsityOrigin
from workloads.tensor import TensorRole
from workloads.weight_layout import compressible_weights, to_layout
from workloads.zoo import build

SPECS = (
    "nm:2:8",
    "unstructured:0.9",
    "unstructured:0.75:global",
    "block:4x1:0.8",
    "channel:0.5",
    "lowrank:0.5",
    "channel:0.25+lowrank:0.5+nm:2:4+int8",
    "codebook:16",
    "nm:2:4+codebook:8",
    "int4",
    "w4a8",
    "fp8",
    "ternary",
    "binary",
    "pow2",
)


def compressed(
    text: str, *, network: Network | None = None, real: bool = True, seed: int | None = None
) -> CompressedNetwork:
    chosen = four_layers() if network is None else network
    return compress(chosen, parse_spec(text), weights=normal_weights(chosen) if real else None, seed=seed)


@pytest.mark.parametrize("text", SPECS)
def test_values_agree_with_the_tensors(text: str) -> None:
    found = compressed(text)
    for name, operator in compressible_weights(found.network).items():
        tensor, values = found.network.tensors[name], found.weights.load(name)
        assert values is not None
        assert values.shape == tensor.shape
        if tensor.sparsity is not None:
            assert tensor.sparsity.mask is not None
            assert np.array_equal(to_layout(operator, name, values) != 0, tensor.sparsity.mask.array())
        if tensor.num_codes is not None:
            assert len(np.unique(values)) <= tensor.num_codes
    by_name = {layer.tensor: layer for layer in found.layers}
    for name, layer in by_name.items():
        values = found.weights.load(name)
        assert values is not None
        assert layer.num_nonzeros == np.count_nonzero(values)


@pytest.mark.parametrize("text", SPECS)
@pytest.mark.parametrize("name", ["resnet9", "mobilenet_v2", "vit_small"])
def test_zoo_networks_without_values(text: str, name: str) -> None:
    found = compressed(text, network=build(name), real=False)
    assert f"compressed as {parse_spec(text)}" in found.network.notes
    for layer in found.layers:
        tensor = found.network.tensors[layer.tensor]
        assert found.weights.load(layer.tensor) is None
        assert layer.error is None
        if tensor.sparsity is not None:
            assert tensor.sparsity.origin is SparsityOrigin.SYNTHETIC
            assert layer.is_synthetic
            assert any(note.startswith("synthetic: ") and note.endswith("seed 0") for note in found.network.notes)


def test_error_is_the_distance_of_the_values() -> None:
    network = four_layers()
    weights = normal_weights(network)
    found = compress(network, parse_spec("nm:2:4+int4"), weights=weights)
    for layer in found.layers:
        original, values = weights.arrays[layer.tensor], found.weights.load(layer.tensor)
        assert values is not None
        distance = np.linalg.norm((original - values).ravel()) / np.linalg.norm(original.ravel())
        assert layer.relative_error_fraction == pytest.approx(distance, rel=1e-5)


def test_formats_of_weights_and_activations() -> None:
    network = compressed("w4a8; keep=last").network
    weights = {
        tensor.name: tensor.format.name for tensor in network.with_role(TensorRole.WEIGHT) if "bias" not in tensor.name
    }
    assert weights == {"stem.weight": "int4", "depthwise.weight": "int4", "point.weight": "int4", "fc.weight": "fp32"}
    activations = {name: network.tensors[name].format.name for name in ("x", "stem", "depthwise", "point", "fc")}
    assert activations == {"x": "int8", "stem": "int8", "depthwise": "int8", "point": "fp32", "fc": "fp32"}
    only_weights = compressed("ternary").network
    assert only_weights.tensors["x"].format == FP32
    assert only_weights.tensors["fc.weight"].format.name == "ternary"


def test_masks_depend_on_seed_and_name_alone() -> None:
    def masks(found: CompressedNetwork) -> dict[str, object]:
        return {layer.tensor: found.network.tensors[layer.tensor].sparsity for layer in found.layers}

    whole = masks(compressed("unstructured:0.5", real=False))
    part = masks(compressed("fc=unstructured:0.5", real=False))
    other = masks(compressed("unstructured:0.5", real=False, seed=1))
    assert masks(compressed("unstructured:0.5;seed=1", real=False)) == other
    assert part["fc.weight"] == whole["fc.weight"]
    assert all(whole[name] != other[name] for name in whole)


def test_a_global_threshold_spares_the_layer_of_large_weights() -> None:
    network = four_layers()
    weights = normal_weights(network)
    large = {**weights.arrays, "point.weight": 100 * weights.arrays["point.weight"]}
    found = compress(network, parse_spec("unstructured:0.5:global; depthwise=dense"), weights=Values(large))
    densities = {layer.tensor: layer.density_fraction for layer in found.layers}
    assert set(densities) == {"stem.weight", "point.weight", "fc.weight"}
    assert densities["point.weight"] > 0.99
    assert sum(layer.num_nonzeros for layer in found.layers) == (432 + 320 + 3200) / 2


def test_notes_say_what_is_synthetic_dense_and_padded() -> None:
    found = compressed("nm:2:8;seed=5", real=False)
    assert found.notes == (
        "compressed as nm:2:8; seed=5",
        "synthetic: the masks of stem.weight, point.weight, fc.weight are drawn at random with seed 5",
        "nm:2:8: left dense depthwise.weight: groups there have no more than 2 channels "
        "(those of a depthwise convolution have one)",
        # 16 filters * 9 taps * 5 positions missing of 8
        "nm:2:8: the last group of channels is shorter than 8 in stem.weight (3 channels): "
        "62.5% of the positions of their groups are padding",
    )
    assert found.network.notes[-4:] == found.notes


def test_notes_on_real_weights_have_nothing_synthetic() -> None:
    assert compressed("int4").notes == ("compressed as int4",)
    assert "no values for stem.weight" in compressed("int4", real=False).notes[1]


def test_tensors_too_large_to_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "MAX_TENSOR_ELEMENTS", 1000)
    found = compressed("nm:2:4", real=False)
    assert found.network.tensors["fc.weight"].sparsity.mask is None
    assert found.network.tensors["fc.weight"].density_fraction == 0.5
    assert found.network.tensors["point.weight"].sparsity.mask is not None
    assert found.notes[2] == (
        "synthetic: only density and pattern, no mask, for fc.weight: there are no values, and too many weights to "
        "draw one"
    )
    monkeypatch.setattr(apply, "MAX_NETWORK_ELEMENTS", 3000)
    everything = compressed("nm:2:4", real=False).network.tensors.values()
    assert all(tensor.sparsity is None or tensor.sparsity.mask is None for tensor in everything)


def test_masks_from_a_file(tmp_path: Path) -> None:
    keep = np.random.default_rng(0).random((20, 16, 1, 1)) < 0.3
    np.savez(tmp_path / "m.npz", **{"point.weight": keep})
    found = compressed(f"masks:{tmp_path / 'm.npz'}")
    values = found.weights.load("point.weight")
    assert values is not None
    assert np.array_equal(values != 0, keep)
    assert found.notes[1] == (
        f"masks:{tmp_path / 'm.npz'}: has no mask for stem.weight, depthwise.weight, fc.weight: left dense"
    )
    np.savez(tmp_path / "m.npz", **{"point.weight": keep[:, :, 0, 0]})
    with pytest.raises(ConfigError, match=r"mask 'point\.weight' has shape \[20, 16\], expected \[20, 16, 1, 1\]$"):
        compressed(f"masks:{tmp_path / 'm.npz'}")


def test_activation_density() -> None:
    network = compressed("nm:2:8;activation_density=0.5").network
    assert network.tensors["stem"].density_fraction == 0.5
    assert network.tensors["x"].density_fraction == 1


def test_weights_that_are_no_numbers() -> None:
    network = four_layers()
    weights = normal_weights(network)
    weights.arrays["fc.weight"][2, 5] = np.nan
    message = "weight tensor 'fc.weight': expected finite numbers, found nan at index [2, 5]"
    with pytest.raises(NetworkError, match=f"^{re.escape(message)}$"):
        compress(network, parse_spec("nm:2:8"), weights=weights)


def test_rank_above_the_matrix() -> None:
    with pytest.raises(
        NetworkError, match=r"'fc' is asked for rank 11, expected 1 to its full rank 10; GLOB=lowrank:11 means"
    ):
        compressed("fc=lowrank:11")


@pytest.mark.parametrize("text", ["nm:2:4", "nm:1:8+int8"])
def test_what_was_compressed_is_recognised(text: str) -> None:
    found = compressed(text)
    layers = {layer.tensor: layer for layer in recognise(found.network, found.weights)}
    assert str(layers["fc.weight"].tightest) == text.removeprefix("nm:").partition("+")[0]


def test_every_layer_of_resnet50() -> None:
    network = build("resnet50", format=FP32)
    found = compress(network, parse_spec("nm:2:8"), weights=normal_weights(network))
    assert len(found.layers) == 54  # 53 convolutions and the classifier
    assert all(layer.num_nonzeros < layer.num_weights for layer in found.layers)
