"""Values of a compressed network come when they are asked for, in the shape of the tensor."""

from __future__ import annotations

import numpy as np

from tests.workloads.compression.small_networks import Values, four_layers, normal_weights, upsampling
from workloads.compression.compressed import CompressedLayer, CompressedWeights, ValueChange, change_values
from workloads.compression.numbers.error_measures import WeightError
from workloads.compression.spec.methods import Codebook, Quantisation
from workloads.formats import TERNARY, parse_format
from workloads.sparsity import Mask
from workloads.weight_layout import compressible_weights

NETWORK = four_layers()
STEM = "stem.weight"
FC = compressible_weights(NETWORK)["fc.weight"]


def test_masks_and_numbers_reach_the_file_order() -> None:
    values = normal_weights(NETWORK)
    operator = compressible_weights(NETWORK)[STEM]
    keep = np.zeros((1, 16, 9, 3), dtype=bool)
    keep[..., 1] = True  # the second input channel only
    change = ValueChange(operator=operator, mask=Mask.of(keep), number_change=None)
    weights = CompressedWeights(original=values, tensors=NETWORK.tensors, changes={STEM: change})
    assert values.loaded == []
    found = weights.load(STEM)
    assert found is not None
    assert np.array_equal(found[:, 1], values.arrays[STEM][:, 1])
    assert not found[:, [0, 2]].any()
    assert weights.load("fc.weight") is values.arrays["fc.weight"]
    assert values.loaded == [STEM, "fc.weight"]


def test_scales_are_made_after_pruning() -> None:
    arranged = np.array([9.0, 4, 3, 0.1]).reshape(1, 1, 1, 4)
    mask = np.array([False, True, True, True]).reshape(1, 1, 1, 4)
    # Without 9 the largest is 4: the step of 3-bit integers (-3 to 3) is 4/3.
    found = change_values(FC, arranged, mask, Quantisation(weights=parse_format("int3"))).ravel()
    assert np.allclose(found, [0, 4, 8 / 3, 0])
    assert change_values(FC, arranged, mask, Codebook(num_codes=2)).ravel().tolist() == [0] + [7.1 / 3] * 3
    assert change_values(FC, arranged, None, None) is arranged
    # Without a mask the mean magnitude is 16.1 / 4, of which 0.7 are 2.8: the mean of 9, 4 and 3 stands for them.
    ternary = change_values(FC, arranged, None, Quantisation(weights=TERNARY)).ravel()
    assert ternary.tolist() == [16 / 3, 16 / 3, 16 / 3, 0]


def test_a_transposed_convolution_has_a_scale_an_output_channel() -> None:
    """The largest weight of each of the 3 output channels is code 7; the other taps share its step."""
    network = upsampling()
    operator = compressible_weights(network)["up.weight"]
    values = Values({"up.weight": np.zeros((4, 3, 2, 2), dtype=np.float32)})
    values.arrays["up.weight"][0, :, 0, 0] = [7, 14, 70]
    values.arrays["up.weight"][3, :, 1, 1] = [1.4, 2.8, 14]  # 1.4 steps of 1, 2 and 10: rounded to one
    values.arrays["up.weight"][2, :, 0, 1] = [0.4, 0.8, 4]  # 0.4 steps: to none
    change = ValueChange(operator=operator, mask=None, number_change=Quantisation(weights=parse_format("int4")))
    found = CompressedWeights(original=values, tensors=network.tensors, changes={"up.weight": change}).load("up.weight")
    assert found is not None
    assert found[0, :, 0, 0].tolist() == [7, 14, 70]
    assert found[3, :, 1, 1].tolist() == [1, 2, 10]
    assert found[2, :, 0, 1].tolist() == [0, 0, 0]


def test_no_values() -> None:
    operator = compressible_weights(NETWORK)[STEM]
    change = ValueChange(operator=operator, mask=None, number_change=Codebook(num_codes=4))
    for original in (None, Values({})):
        weights = CompressedWeights(original=original, tensors=NETWORK.tensors, changes={STEM: change})
        assert weights.load(STEM) is None
        assert weights.load("fc.weight") is None


def test_layer_figures() -> None:
    layer = CompressedLayer(
        operator="fc",
        tensor="fc.weight",
        method="int8",
        num_weights=8,
        num_nonzeros=6,
        is_synthetic=False,
        dense_bits_before=256,
        dense_bits_after=64,
        error=WeightError(signal_energy=100, error_energy=1),
    )
    assert (layer.density_fraction, layer.relative_error_fraction, layer.sqnr_db) == (0.75, 0.1, 20)
