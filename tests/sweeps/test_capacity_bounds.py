from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.study import load_study
from workloads.errors import ConfigError

HEAD = "name: s\nnetworks: [resnet9]\naccelerators: [edge_npu]\n"
CHANGED = "overrides: {scratchpad.capacity_bytes: [64 KiB, 8192]}\n"
STEPS = "zip: [{scratchpad.capacity_bytes: {log2: [8 KiB, 64 KiB]}}]\n"


def load(tmp_path: Path, text: str) -> None:
    (tmp_path / "study.yaml").write_text(HEAD + text)
    load_study(tmp_path / "study.yaml")


@pytest.mark.parametrize("capacities", [CHANGED, STEPS])
def test_a_bound_that_no_capacity_meets_names_its_line(tmp_path: Path, capacities: str) -> None:
    """8 KiB is 8,192 bytes, 64 KiB is 65,536."""
    with pytest.raises(ConfigError) as error:
        load(tmp_path, capacities + "constraints:\n  max: {scratchpad_bytes: 4 KiB}\n")
    assert str(error.value).endswith(
        "study.yaml, line 6: constraints.max.scratchpad_bytes: no point can meet it: expected a capacity of at most "
        "4,096 bytes in the study, found 8,192 to 65,536"
    )
    with pytest.raises(ConfigError, match="expected a capacity of at least 65,537 bytes in the study, found 8,192 to"):
        load(tmp_path, capacities + "constraints: {min: {scratchpad_bytes: 65537}}\n")
    load(tmp_path, capacities + "constraints: {max: {scratchpad_bytes: 8192}, min: {scratchpad_bytes: 4096}}\n")


def test_the_accelerators_own_capacity_counts_where_none_is_given(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a capacity of at most 1 bytes in the study, found [0-9,]+$"):
        load(tmp_path, "constraints: {max: {scratchpad_bytes: 1}}\n")


def test_what_is_not_known_at_once_is_left_to_the_points(tmp_path: Path) -> None:
    load(tmp_path, CHANGED + "zip: [{scratchpad.banks: [1]}]\nconstraints: {max: {scratchpad_bytes: 1}}\n")
