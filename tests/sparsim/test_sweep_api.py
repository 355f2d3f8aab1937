from __future__ import annotations

from pathlib import Path

import pytest

import sparsim
from sparsim.sweep_api import SweepOptions
from sweeps.outcome import Status
from workloads.errors import ConfigError

STUDY = {
    "name": "small",
    "networks": ["resnet9"],
    "accelerators": ["edge_npu"],
    "mapper": "layers",
    "overrides": {"array.rows": [8, 16], "scratchpad.capacity_bytes": ["2 KiB", "64 KiB"]},
}
SERIAL = SweepOptions(serial=True)


def test_rows_come_with_what_was_asked_and_what_was_found() -> None:
    with sparsim.sweep(STUDY, options=SERIAL) as sweep:  # type: ignore[arg-type]
        rows = list(sweep)
    assert [row.status for row in rows] == [Status.INFEASIBLE, Status.OK] * 2
    assert [row.parameters["array.rows"] for row in rows] == [8, 8, 16, 16]
    expected = sparsim.run("resnet9", "edge_npu", mapper="layers", overrides=["scratchpad.capacity_bytes=64 KiB"])
    assert rows[3].metrics is not None
    assert rows[3].metrics.total_cycles == expected.total_cycles
    assert rows[0].metrics is None
    assert "does not fit" in rows[0].reason


def test_tables_at_the_end(tmp_path: Path) -> None:
    with sparsim.sweep(STUDY, tmp_path / "results.sqlite", SERIAL) as sweep:  # type: ignore[arg-type]
        frame = sweep.to_pandas()
        arrow = sweep.to_arrow()  # everything is known by then
        assert sweep.counts.num_new == 0
    assert frame.position.tolist() == [0, 1, 2, 3]
    assert frame["array.rows"].tolist() == [8, 8, 16, 16]
    assert frame.energy_mj.isna().tolist() == [True, False, True, False]
    assert arrow.column("latency_ms").to_pylist()[1] == frame.latency_ms[1]


def test_on_all_cores_the_same_as_serially() -> None:
    with sparsim.sweep(STUDY, options=SERIAL) as serial, sparsim.sweep(STUDY) as parallel:  # type: ignore[arg-type]
        serial.run()
        parallel.run()
        kept = [
            [cell for name, cell in zip(table.columns, row, strict=True) if name != "seconds"]
            for table in (serial.table(), parallel.table())
            for row in table.rows
        ]
    assert kept[:4] == kept[4:]


def test_a_billion_points() -> None:
    axes = {"array.rows": {"range": [1, 40000, 1]}, "array.cols": {"range": [1, 30000, 1]}}
    with pytest.raises(ConfigError, match=r"study 'small' has 1,200,000,000 points: --yes \(yes=True\) runs more than"):
        sparsim.sweep({**STUDY, "overrides": axes})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"serial": True, "num_workers": 2}, "a serial sweep has no scheduler, workers or point timeout"),
        ({"serial": True, "point_timeout_s": 2.0}, "a serial sweep has no scheduler, workers or point timeout"),
        ({"scheduler": "tcp://a:1", "num_workers": 2}, "the workers of a scheduler are its own"),
        ({"num_workers": 0}, "workers: expected at least 1, found 0"),
        ({"limit": 0}, "limit: expected at least 1, found 0"),
        ({"point_timeout_s": 0.0}, "point timeout: expected more than 0 seconds, found 0"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SweepOptions(**options)  # type: ignore[arg-type]
