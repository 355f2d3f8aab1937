"""The onnx package's light models, read by the importer: multiply-accumulates and parameters."""

from __future__ import annotations

from validation.check import Check, Comparison
from validation.table import TableRow
from validation.zoo import num_macs
from workloads.onnx_import import load_onnx

_NAMES = (
    "bvlc_alexnet",
    "densenet121",
    "inception_v1",
    "inception_v2",
    "resnet50",
    "shufflenet",
    "squeezenet",
    "vgg19",
    "zfnet512",
)


def _compare(row: TableRow) -> Comparison | None:
    # Imported here: validation.models is a command of its own too, which must not be loaded before it is run.
    from validation.models import light_model_path

    network = load_onnx(light_model_path(row.choice("model", _NAMES)))
    return Comparison(
        expected=(row.number("macs"), row.number("parameters")), ours=(num_macs(network), network.num_parameters)
    )


CHECKS = (
    Check(
        name="light_models",
        file_name="light_models.csv",
        columns=("model", "macs", "parameters"),
        source="shapes of the onnx package's nine light models, architectures of the papers that each row names",
        tolerance_fraction=0.001,
        compare=_compare,
    ),
)
"""A tenth of a per cent is what rounding leaves of 1.42 M and 7.00 M."""
