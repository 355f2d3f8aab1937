"""Networks in formats that the array lacks are costed in its own, and say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hw_configs.accelerator import Array
from simulator.supported_formats import with_supported_formats
from workloads.formats import FP16, FP32, INT8, INT32, parse_format
from workloads.network import Network
from workloads.training import training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder


def array(*formats: str, accumulator: str = "int32") -> Array:
    return Array(
        rows=4, cols=4, dataflow="os", clock_hz=10**9, formats=formats or ("int8",), accumulator_format=accumulator
    )


def network(format_name: str = "int8") -> Network:
    """A convolution with bias, and a product of deeper tensors with bias."""
    builder = GraphBuilder(name="two", format=parse_format(format_name))
    x = builder.conv("conv", builder.input("x", (1, 2, 4, 4)), ConvSpec(filters=2, kernel=1))
    return builder.finish((builder.linear("fc", builder.view("flat", x, (1, 2, 16)), 3),))


def formats_of(network: Network) -> dict[str, str]:
    return {name: tensor.format.name for name, tensor in network.tensors.items()}


def test_supported_networks_stay_as_they_are():
    int8 = network("int8")

    assert with_supported_formats(int8, array("int8")) is int8


def test_floats_on_an_integer_array():
    found = with_supported_formats(network("fp32"), array("int8"))

    assert formats_of(found) == {
        "x": "int8",
        "conv.weight": "int8",
        "conv.bias": "int32",
        "conv": "int8",
        "flat": "int8",
        "fc.weight": "int8",
        "fc.bias": "int32",
        "fc": "int8",
    }
    assert found.notes == (
        "6 fp32 tensors are costed as int8: the array multiplies int8",
        "2 fp32 biases are costed as int32: the array multiplies int8",
    )


def test_narrow_integers_fit_a_wider_multiplier():
    base = network("int8")
    int4 = replace(base.tensors["conv.weight"], format=parse_format("int4"))
    narrow = replace(base, tensors={**base.tensors, "conv.weight": int4})

    assert with_supported_formats(narrow, array("int8")) is narrow


def test_wide_integers_follow_those_that_are_multiplied():
    """No product reads ``fc``, but a network in int16 is converted as a whole."""
    base = network("int8")
    wide = {name: replace(base.tensors[name], format=parse_format("int16")) for name in ("conv.weight", "fc")}
    found = with_supported_formats(replace(base, tensors={**base.tensors, **wide}), array("int8"))

    assert formats_of(found)["conv.weight"] == "int8"
    assert formats_of(found)["fc"] == "int8"
    assert found.notes == ("2 int16 tensors are costed as int8: the array multiplies int8",)


def test_integers_on_a_float_array():
    found = with_supported_formats(network("int8"), array("fp16", accumulator="fp32"))

    assert formats_of(found)["x"] == "fp16"
    assert formats_of(found)["conv.bias"] == "int32"  # added, never multiplied


@pytest.mark.parametrize(("format", "kept"), [(FP16, True), (FP32, False), (INT8, True), (INT32, False)])
def test_an_array_of_several_formats(format, kept):
    found = with_supported_formats(network(format.name), array("fp16", "int8", accumulator="fp32"))

    assert formats_of(found)["x"] == (format.name if kept else "fp16")


def test_notes_follow_those_of_the_file():
    noted = replace(network("fp32"), notes=("from the file",))

    assert with_supported_formats(noted, array("int8")).notes[0] == "from the file"


def with_weights(format_name: str) -> Network:
    base = network("int8")
    names = ("conv.weight", "fc.weight")
    weights = {name: replace(base.tensors[name], format=parse_format(format_name)) for name in names}
    return replace(base, tensors={**base.tensors, **weights})


@pytest.mark.parametrize(
    ("weights", "formats", "kept"),
    [
        ("ternary", ("int8",), True),  # int2 holds them
        ("binary", ("int8",), True),
        ("pow2", ("int8",), True),  # so does int8 up to 2^6
        ("pow2_5", ("int8",), False),
        ("pow2_5", ("int8", "int16"), True),
        ("pow2_5", ("int8", "pow2_5"), True),
        ("pow2_8", ("int8", "int32"), False),
        ("ternary", ("fp16",), False),
    ],
)
def test_weights_without_multiplication(weights, formats, kept):
    accumulator = "fp32" if "fp16" in formats else "int32"
    found = with_supported_formats(with_weights(weights), array(*formats, accumulator=accumulator))

    assert formats_of(found)["fc.weight"] == (parse_format(weights).name if kept else formats[0])


def test_gradients_of_weights_are_products_too():
    """Narrow operands that only a weight gradient multiplies decide what the array has to do."""
    step = training_network(network("fp32"), loss="mean_squared").network
    found = with_supported_formats(step, array("int8"))

    assert formats_of(found)["conv.weight_gradient"] == "int8"
    assert {tensor.format.name for tensor in found.tensors.values()} == {"int8", "int32"}
