"""``sparsim run``: options, both formats, and what goes to which stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapper.objective import Objective
from sparsim.commands.network_options import OBJECTIVES
from tests.sparsim.running import Command, Fails
from tests.workloads.test_stored_sparsely import DIAGONAL, save_tflite

SCALESIM = Path(__file__).parents[2] / "data" / "scalesim"


def figures(command: Command, *arguments: object) -> dict[str, Any]:
    outcome = command("run", *arguments, "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    result: dict[str, Any] = json.loads(outcome.out)
    return result


def test_objectives_are_the_mappers() -> None:
    """Written out in the parser, so that it loads nothing."""
    assert set(OBJECTIVES) == set(Objective)


@pytest.mark.parametrize("name", ["conv.csv", "gemm.csv", "conv_two_strides.csv"])
def test_scalesim_files_give_one_operator_a_row_in_order(command: Command, name: str) -> None:
    rows = [line.split(",")[0].strip() for line in (SCALESIM / name).read_text().splitlines()[1:] if line.strip(", ")]
    result = figures(command, SCALESIM / name, "--accelerator", SCALESIM / "scale.cfg")
    names = [operator["name"] for operator in result["operators"]]
    assert len(names) == len(rows)
    assert all(name.startswith(row) for name, row in zip(names, rows, strict=True))  # one occurs twice
    assert result["accelerator"] == "scale_example_run_32x32_os"


def test_rows_of_one_name_stay_apart(command: Command, tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text("Layer,M,N,K\na,1,2,3\nb,4,5,6\na,7,8,9\n")
    result = figures(command, tmp_path / "net.csv", "-a", "edge_npu")
    assert [(operator["name"], operator["macs"]) for operator in result["operators"]] == [
        ("a", 6),
        ("b", 120),
        ("a_2", 504),
    ]


def test_files_are_reported_on_standard_error(command: Command, topology: Path, tmp_path: Path) -> None:
    outcome = command("run", topology, "-a", "edge_npu", "--format", "json", "--out", tmp_path / "out")
    assert outcome.err == f"wrote 9 files to {tmp_path / 'out'}\n"
    assert outcome.out == (tmp_path / "out" / "result.json").read_text()


@pytest.mark.parametrize("network", ["resnet9", "light:squeezenet", "bert_base"])
def test_batch(command: Command, network: str) -> None:
    """Weights are read once for all images where they stay in the scratchpad, never more than once an image."""
    one, eight = (figures(command, network, "-a", "tpu_like", "--batch", batch) for batch in (1, 8))
    assert (one["batch"], eight["batch"]) == (1, 8)
    assert eight["macs"] == 8 * one["macs"]
    assert eight["parameters"] == one["parameters"]
    assert one["off_chip_read_bytes"] < eight["off_chip_read_bytes"] <= 8 * one["off_chip_read_bytes"]
    assert eight["inferences_per_second"] >= 0.999 * one["inferences_per_second"]


@pytest.mark.parametrize("batch", ["0", "-1", "abc", "1.5", "", "\u00b2"])
def test_wrong_batch(fails: Fails, batch: str) -> None:
    message = f"argument --batch: expected a whole number of at least 1, found {batch!r}; see `sparsim run --help`"
    fails(message, "run", "resnet9", "-a", "edge_npu", f"--batch={batch}")


def test_huge_batch(fails: Fails) -> None:
    fails("argument --batch: expected at most 18 digits, found 20", "run", "resnet9", "-a", "mcu", "--batch", "9" * 20)
    fails("elements, more than the 281474976710656", "run", "resnet9", "-a", "mcu", "--batch", 10**15)
    fails("elements, more than the 281474976710656", "run", "light:squeezenet", "-a", "mcu", "--batch", 10**15)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ("resnet", "unknown network 'resnet': expected a file (.onnx, .tflite, .csv), light:NAME, or one of resnet9"),
        ("resnet5O", "; did you mean 'resnet50'?"),
        ("squeezenet", "; did you mean 'light:squeezenet'?"),
        ("light:resnet", "; did you mean 'light:resnet50'?"),
        ("none.csv", "none.csv: cannot be read: No such file or directory"),
        ("/", "/: expected a file that ends in .onnx, .tflite or .csv"),
        ("", ".: expected a file that ends in .onnx, .tflite or .csv"),
    ],
)
def test_unknown_networks(fails: Fails, network: str, message: str) -> None:
    fails(message, "run", network, "-a", "edge_npu")


def test_no_fuse_keeps_steps_apart(command: Command) -> None:
    fused = command("run", "light:squeezenet", "-a", "edge_npu")
    assert "fused into other operators: " in fused.out
    apart = command("run", "light:squeezenet", "-a", "edge_npu", "--no-fuse")
    assert (fused.code, apart.code) == (0, 0)
    assert "fused" not in apart.out
    assert "activation" in apart.out


def test_no_fuse_on_the_zoo_says_what_it_needs(fails: Fails) -> None:
    fails("zoo network 'resnet9' has its batch normalisation folded in", "run", "resnet9", "-a", "mcu", "--no-fuse")


def test_a_format_that_the_array_lacks_is_noted(command: Command) -> None:
    result = figures(command, "resnet9", "-a", "edge_npu", "--element-format", "fp16")
    assert any("fp16 tensors are costed as int8: the array multiplies int8" in note for note in result["notes"])


def test_a_narrower_format_moves_fewer_bytes(command: Command) -> None:
    bytes_read = [
        figures(command, "resnet9", "-a", "edge_npu", "--element-format", name)["off_chip_read_bytes"]
        for name in ("int4", "int8")
    ]
    assert bytes_read[0] < bytes_read[1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fp17", "element format 'fp17': 17 bits is not a width that fp comes in"),
        ("int65", "element format 'int65': 65 bits is not a width that int comes in"),
        ("half", "unknown element format 'half': expected int1..int64"),
    ],
)
def test_unknown_formats(fails: Fails, name: str, message: str) -> None:
    fails(message, "run", "resnet9", "-a", "edge_npu", "--element-format", name)


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ("seq", "--bind seq: expected NAME=SIZE, such as batch=1"),
        ("=3", "--bind =3: expected NAME=SIZE, such as batch=1"),
        ("seq=0", "--bind seq=0: expected a whole number of at least 1, found '0'"),
        ("seq=many", "--bind seq=many: expected a whole number of at least 1, found 'many'"),
        ("seq=513", "zoo network 'bert_base': seq is 513, expected 1 to 512"),
        ("sek=3", "zoo network 'bert_base' has no dimension 'sek' to bind: expected one of batch, seq"),
    ],
)
def test_wrong_bindings(fails: Fails, binding: str, message: str) -> None:
    fails(message, "run", "bert_base", "-a", "edge_npu", "--bind", binding)


def test_bound_twice(fails: Fails) -> None:
    options = ("--bind", "seq=3", "--bind", "seq=4")
    fails("--bind seq=4: seq is already bound to 3", "run", "bert_base", "-a", "edge_npu", *options)


def test_compressed(command: Command, trained: Path) -> None:
    options = ("--compress", "nm:2:4", "--weight-format", "bitmap", "--activation-density", "0.5")
    result = figures(command, trained, "-a", "edge_npu", *options)
    assert result["compression"] == "nm:2:4"
    assert result["dense_total_cycles"] == figures(command, trained, "-a", "edge_npu")["total_cycles"]
    matrix = [operator for operator in result["operators"] if operator["macs"]]
    assert [operator["weight_format"] for operator in matrix] == ["bitmap"] * 3
    assert {operator["weight_origin"] for operator in matrix} == {"pruned"}
    assert [operator["activation_density_fraction"] for operator in matrix[:2]] == [1.0, 0.5]


def test_compressed_folder(command: Command, trained: Path, tmp_path: Path) -> None:
    outcome = command("run", trained, "-a", "edge_npu", "--compress", "nm:2:4", "--out", tmp_path / "out")
    assert outcome.code == 0
    report = (tmp_path / "out" / "report.txt").read_text()
    assert "where the time goes" in report
    assert "effectual products" in report
    assert json.loads((tmp_path / "out" / "result.json").read_text())["compression"] == "nm:2:4"


def test_measured_activations(command: Command, trained: Path) -> None:
    result = figures(command, trained, "-a", "edge_npu", "--activation-density", "measure")
    densities = [operator["activation_density_fraction"] for operator in result["operators"] if operator["macs"]]
    assert densities[0] == 1.0
    assert 0.2 < densities[1] < 0.8


def test_tensorflow_lite(command: Command, tmp_path: Path) -> None:
    path = save_tflite(tmp_path / "net.tflite", {"order": (0, 1), "levels": [4, DIAGONAL]}, 4)
    result = figures(command, path, "-a", "edge_npu")
    (operator,) = (one for one in result["operators"] if one["macs"])
    assert (operator["macs"], operator["weight_density_fraction"], operator["weight_origin"]) == (16, 0.25, "file")
    assert result["dense_total_cycles"] >= result["total_cycles"]


@pytest.mark.parametrize("width", [40, 60, 200])
def test_widths(command: Command, topology: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = command("run", topology, "-a", "edge_npu").out.splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith("first ") for line in lines)
    assert ("cycles ms" in " ".join(" ".join(lines).split())) == (width == 200)
