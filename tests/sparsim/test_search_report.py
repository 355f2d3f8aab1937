from __future__ import annotations

import sparsim
from sparsim.search_report import MOST_ROWS, front_table, search_text
from tests.sparsim.test_search_api import SERIAL, STUDY
from tests.sparsim.test_sweep_report import printed


def test_what_was_used_and_found() -> None:
    with sparsim.search(STUDY, 4, options=SERIAL) as search:  # type: ignore[arg-type]
        search.run()
        lines = search_text(search, "r.sqlite").splitlines()
        table = printed(*front_table(search)).splitlines()
        front = search.front()
    assert lines[:2] == [
        "search small: nsga2 search, latency_ms, energy_mj, area_mm2, seed 0",
        "4 points evaluated now, 0 before, of a budget of 4; the study has 6",
    ]
    assert lines[2].startswith("4 designs looked at: ")
    assert lines[3].startswith("hypervolume ")
    assert (
        "of the box between the best and the worst found of each objective; reference point (the worst): " in lines[3]
    )
    assert front is not None
    assert f"latency_ms {front.reference['latency_ms']:.4g}, energy_mj" in lines[3]
    assert table[0].strip() == f"best in latency_ms, energy_mj, area_mm2: {len(front.best)} of {front.num_usable}"
    assert table[1].split()[-3:] == ["latency_ms", "energy_mj", "area_mm2"]
    assert len(table) == 2 + len(front.best)


def test_an_exhausted_study_and_a_long_front() -> None:
    rows = {"range": [1, MOST_ROWS + 2, 1]}
    study = {**STUDY, "overrides": {"array.rows": rows}}
    with sparsim.search(study, 100, options=SERIAL) as search:  # type: ignore[arg-type]
        search.run()
        text = search_text(search, "r.sqlite")
        front = search.front()
        lines = printed(*front_table(search)).splitlines()
    assert "\nevery point of the study has been looked at\n" in text
    assert front is not None
    assert len(lines) == 2 + min(len(front.best), MOST_ROWS + 1)


def test_nothing_that_counts() -> None:
    study = {**STUDY, "overrides": {"scratchpad.capacity_bytes": ["1 KiB", "2 KiB"]}}
    with sparsim.search(study, 5, options=SERIAL) as search:  # type: ignore[arg-type]
        search.run()
        assert search_text(search, "r").splitlines()[-1] == "no design has figures and meets the constraints"
        assert front_table(search) == ()


def test_a_study_with_one_design_is_named_by_its_network() -> None:
    with sparsim.search({**STUDY, "overrides": {}}, 5, options=SERIAL) as search:  # type: ignore[dict-item]
        search.run()
        lines = printed(*front_table(search)).splitlines()
    assert lines[1].split()[0] == "network"
    assert lines[2].split()[0] == "resnet9"


def test_what_the_search_varied_is_said_though_the_only_best_has_one_value() -> None:
    """More bandwidth is faster, and costs neither energy nor area."""
    study = {**STUDY, "overrides": {"off_chip.bandwidth_bytes_per_second": ["1 GB/s", "2 GB/s"]}}
    with sparsim.search(study, 5, options=SERIAL) as search:  # type: ignore[arg-type]
        search.run()
        lines = printed(*front_table(search)).splitlines()
    assert lines[0].strip() == "best in latency_ms, energy_mj, area_mm2: 1 of 2"
    assert lines[1].split()[0] == "off_chip.bandwidth_bytes_per_second"
    assert lines[2].split()[:2] == ["2", "GB/s"]
