from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

import sparsim
from sparsim.search_api import SearchOptions
from sparsim.sweep_api import SweepRow
from sweeps.outcome import Status
from workloads.errors import ConfigError

STUDY = {
    "name": "small",
    "networks": ["resnet9"],
    "accelerators": ["edge_npu"],
    "mapper": "layers",
    "overrides": {"array.rows": [8, 16, 32], "scratchpad.capacity_bytes": ["2 KiB", "64 KiB"]},
}
SERIAL = SearchOptions(serial=True)


def test_the_best_of_a_space_that_is_searched_through() -> None:
    with sparsim.search(STUDY, 100, options=SERIAL) as search:  # type: ignore[arg-type]
        assert search.front() is None
        assert search.best() == ()
        rows = list(search)
        best = search.best()
    assert sorted(row.position for row in rows) == list(range(6))
    assert [row.status for row in sorted(rows, key=lambda row: row.position)] == [Status.INFEASIBLE, Status.OK] * 3
    expected = [sparsim.run("resnet9", "edge_npu", mapper="layers", overrides=[f"array.rows={n}"]) for n in (8, 16, 32)]
    assert expected[0].latency_ms > expected[2].latency_ms
    assert expected[0].area.total_mm2 < expected[2].area.total_mm2
    assert {row.parameters["array.rows"] for row in best} >= {8, 32}
    latencies = [row.metrics.latency_ms for row in best if row.metrics is not None]
    assert latencies == sorted(latencies)


def test_on_several_cores_the_same_as_serially(tmp_path: Path) -> None:
    with sparsim.search(STUDY, 4, options=SERIAL) as serial:  # type: ignore[arg-type]
        serial.run()
    with sparsim.search(STUDY, 4, tmp_path / "r", SearchOptions(num_workers=2)) as parallel:  # type: ignore[arg-type]
        parallel.run()
    assert [_figures(row) for row in serial.best()] == [pytest.approx(_figures(row)) for row in parallel.best()]
    assert serial.running is not None
    assert parallel.running is not None
    assert serial.running.found.keys() == parallel.running.found.keys()


def _figures(row: SweepRow) -> dict[str, float]:
    """Sums of floats may differ in the last digit: numbers of points costed together differ."""
    assert row.metrics is not None
    return asdict(row.metrics)


def test_the_sampler_follows_from_the_objectives() -> None:
    assert SERIAL.plan(1).sampler == "nsga2"
    assert SearchOptions(objectives=("energy_mj",)).plan(1).sampler == "tpe"
    assert SearchOptions(sampler="random").plan(1).sampler == "random"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objectives": ("latency_mss",)}, "objective 'latency_mss' is no figure of a point: did you mean latency_ms"),
        ({"sampler": "nsga3"}, r"sampler: expected one of nsga2, tpe, random, found 'nsga3'; did you mean 'nsga2'\?"),
        ({"seed": -1}, r"seed: expected a whole number from 0 to 2\*\*32 - 1, found -1"),
        ({"serial": True, "num_workers": 2}, "a serial search has no workers or point timeout"),
        ({"serial": True, "point_timeout_s": 1.0}, "a serial search has no workers or point timeout"),
        ({"num_workers": 0}, "workers: expected at least 1, found 0"),
        ({"point_timeout_s": 0.0}, "point timeout: expected more than 0 seconds, found 0"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SearchOptions(**options)  # type: ignore[arg-type]


def test_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="budget: expected at least 1 evaluation, found 0"):
        sparsim.search(STUDY, 0)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="expected one network, found 2: give each a study of its own"):
        sparsim.search({**STUDY, "networks": ["resnet9", "resnet18"]}, 5, tmp_path / "r")  # type: ignore[dict-item]
    assert not list(tmp_path.iterdir())
