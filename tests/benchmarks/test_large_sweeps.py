from __future__ import annotations

import json
from math import prod

import pytest

from benchmarks.large_sweeps import STUDY, part_of_study
from sweeps.expand import MOST_IN_GROUP, Points
from sweeps.study import load_study


@pytest.mark.parametrize("num_accelerators", [100, 1_000, 10_000])
def test_part_has_as_many_accelerators_as_it_says(num_accelerators: int) -> None:
    study = load_study(json.loads(json.dumps(part_of_study(num_accelerators))))
    assert prod(map(len, study.overrides.values())) == num_accelerators
    assert Points(study=study, model_version="1").num_points == 2 * num_accelerators  # dense and 2:8


def test_parts_are_parts_of_the_study() -> None:
    whole, part = load_study(STUDY), load_study(json.loads(json.dumps(part_of_study(100))))
    assert list(part.overrides) == list(whole.overrides)
    assert all(set(axis) < set(whole.overrides[field]) for field, axis in part.overrides.items() if len(axis) < 20)
    assert part.compressions == whole.compressions == ("dense", "nm:2:8")


def test_all_of_the_study_is_the_file() -> None:
    assert load_study(json.loads(json.dumps(part_of_study(10_000)))) == load_study(STUDY)


def test_a_grid_of_the_study_is_handed_out_whole() -> None:
    study = load_study(STUDY)
    shared = study.overrides["scratchpad.capacity_bytes"], study.overrides["off_chip.bandwidth_bytes_per_second"]
    assert prod(map(len, shared)) <= MOST_IN_GROUP
