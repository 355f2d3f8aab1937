from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.study import load_study
from workloads.errors import ConfigError

HEAD = "name: s\nnetworks: [resnet9]\naccelerators: [edge_npu]\n"


def load(tmp_path: Path, text: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    load_study(path)


def test_all_that_a_study_may_say(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(
        HEAD.replace("[resnet9]", "[resnet9, {network: bert_base, bindings: {seq: 64}}]")
        + "overrides: {array.rows: {range: [8, 16, 4]}, array.cols: {range: {first: 1, last: 2, step: 1}}}\n"
        "zip: [{dma.channels: [1, 2], dma.burst_bytes: {log2: [32, 64]}}]\n"
        "compressions: [dense, nm:2:4]\nobjectives: [latency, energy]\nmapper: layers\ntime_limit_s: 3\n"
        "batches: [null, 4]\nseeds: [0, 1]\nconstraints: {max: {area_mm2: 3}, min: {latency_ms: 1}}\n"
    )
    study = load_study(path)
    assert [one.network for one in study.networks] == ["resnet9", "bert_base"]
    assert study.networks[1].bindings == {"seq": 64}
    assert list(study.overrides["array.rows"]) == [8, 12, 16]
    assert list(study.overrides["array.cols"]) == [1, 2]
    assert list(study.zip[0]["dma.burst_bytes"]) == [32, 64]
    assert study.batches == (None, 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "study.yaml: expected a mapping of fields, found nothing"),
        (HEAD + "override: {}\n", "study.yaml, line 4: override: unknown field, did you mean overrides?"),
        ("name: s\nnetworks: [resnet9]\n", "study.yaml: accelerators: is missing, expected a list of at least 1"),
        (HEAD.replace("[edge_npu]", "[]"), "line 3: accelerators: expected a list of at least 1, each text, found []"),
        (
            HEAD.replace("edge_npu", "edge"),
            "line 3: accelerators[0]: unknown accelerator 'edge': did you mean edge_npu?",
        ),
        (HEAD.replace("resnet9", "resnet8"), "line 2: networks[0]: unknown network 'resnet8': expected a file"),
        (HEAD + "overrides:\n  array.row: [1]\n", "line 5: overrides: override 'array.row=1': unknown field array.row"),
        (
            HEAD + "overrides: {array.rows: []}\n",
            "overrides.array.rows: expected a list of at least one value, {range:",
        ),
        (HEAD + "overrides: {array.rows: {range: [9, 1, 1]}}\n", "range: is an empty range: expected last of at least"),
        (HEAD + "overrides: {array.rows: {range: [9, 1]}}\n", "range: expected [first, last, step], found [9, 1]"),
        (HEAD + "overrides: {array.rows: {steps: [9, 1]}}\n", "expected a list of at least one value"),
        (HEAD + "overrides: {array.rows: [.inf]}\n", "expected finite numbers, found [inf]"),
        (HEAD + "overrides: {'array rows': [1]}\n", "expected a field such as array.rows, found 'array rows'"),
        (
            HEAD + "overrides:\n  array.rows: [8, many]\n",
            'line 5: overrides: override array.rows="many": array.rows: expected a whole number from 1 to 65536',
        ),
        (
            HEAD + "zip:\n  - {array.rows: [1, 2], array.cols: [1]}\n",
            "zip[0]: expected fields with equally many values, found array.rows with 2, array.cols with 1",
        ),
        (HEAD + "zip: [{}]\n", "line 4: zip[0]: expected fields with equally many values, found none"),
        (
            HEAD + "overrides: {array.rows: [1]}\nzip: [{array.rows: [2]}]\n",
            "line 5: zip: the field array.rows is given twice, expected it once among overrides and zip",
        ),
        (HEAD + "compressions: [nm:5:4]\n", "line 4: compressions[0]: compression method 'nm:5:4': expected a whole"),
        (HEAD + "objectives: [speed]\n", "line 4: objectives[0]: expected one of latency, traffic, energy, edp, found"),
        (HEAD + "seeds: [1, 1]\n", "line 4: seeds: expected each once, found 1 twice"),
        (HEAD + "batches: [0]\n", "line 4: batches[0]: expected a whole number from 1"),
        (HEAD + "time_limit_s: 0\n", "line 4: time_limit_s: "),
        (
            HEAD + "constraints: {max: {area_mm2: 1}, min: {area_mm2: 2}}\n",
            "line 4: constraints: constraints contradict each other: area_mm2 of at least 2 and at most 1",
        ),
        (HEAD + "constraints: {max: {area: 1}}\n", "constraints.max.area: unknown field, did you mean area_mm2?"),
        (HEAD.replace("name: s", f"name: {'s' * 201}"), "line 1: name: expected at most 200 characters, found 201"),
        (HEAD + "name: t\n", "line 4: the key 'name' is repeated"),
    ],
)
def test_mistakes_name_line_field_expected_and_found(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert message in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, HEAD.replace("edge_npu", "edge") + "compressions: [what]\noverrides: {array.x: [1]}\n")
    assert len(str(error.value).splitlines()) == 3


def test_a_value_that_is_wrong_only_beside_others_is_no_mistake(tmp_path: Path) -> None:
    load(tmp_path, HEAD + "overrides: {scratchpad.capacity_bytes: [1]}\n")


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a file, found none"):
        load_study(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="expected a file, found a folder"):
        load_study(tmp_path)
