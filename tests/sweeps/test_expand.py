from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from sweeps.expand import canonical_compression, forget_files
from sweeps.point import Point
from tests.sweeps.evaluating import points_with
from workloads.errors import NetworkError


def test_all_combinations_in_order() -> None:
    points = points_with(
        [8, 16],
        accelerators=["edge_npu", "mcu"],
        objectives=["latency", "energy"],
        zip=[{"array.cols": [1, 2, 3], "dma.channels": [4, 5, 6]}],
    )
    found = [(one.accelerator_source, *(value for _, value in one.overrides), one.objective) for one in points]
    expected = [
        (accelerator, rows, cols, cols + 3, objective)
        for accelerator, rows, cols, objective in product(
            ("edge_npu", "mcu"), (8, 16), (1, 2, 3), ("latency", "energy")
        )
    ]
    assert found == expected
    assert points.num_points == len(found) == 2 * 2 * 3 * 2


def test_a_billion_points_are_counted_and_reached_without_making_them() -> None:
    points = points_with(
        [1, 2], zip=[], overrides={"array.rows": {"range": [1, 40000, 1]}, "array.cols": {"range": [1, 30000, 1]}}
    )
    assert points.num_points == 1_200_000_000
    assert points.point(1_200_000_000 - 1).overrides == (("array.rows", 40000), ("array.cols", 30000))


def test_a_design_that_cannot_be_says_why() -> None:
    (point,) = points_with([8], overrides={"scratchpad.capacity_bytes": [64]})
    assert point.accelerator is None
    assert point.impossible.startswith(
        "no such accelerator: edge_npu: scratchpad: expected at least banks x port_bytes"
    )


def test_compressions_are_the_same_however_they_are_written() -> None:
    assert canonical_compression("nm:2:8+int8", None) == canonical_compression(" nm:2:8+int8 ; ", None)
    assert canonical_compression("dense", None) == canonical_compression("dense", 3) == "dense"
    assert canonical_compression("nm:2:8", 3) == canonical_compression("nm:2:8; seed=3", None)
    assert canonical_compression("nm:2:8; seed=3", None) != canonical_compression("nm:2:8", None)


def _identity_of_file(path: Path) -> str:
    forget_files()
    (point,) = points_with([8], networks=[str(path)])
    assert isinstance(point, Point)
    return point.identity


def test_a_file_counts_by_its_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    text = "Layer,M,N,K,\nfirst,64,64,64,\n"
    first.write_text(text)
    second.write_text(text)
    assert _identity_of_file(first) == _identity_of_file(second)
    second.write_text(text.replace("64,64,64", "64,64,32"))
    assert _identity_of_file(first) != _identity_of_file(second)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Layer,M,N,K,\nfirst,64,64,64,\n")
    points = points_with([8], networks=[str(path)])
    path.unlink()
    forget_files()
    with pytest.raises(NetworkError, match=r"a.csv: cannot be read: No such file or directory"):
        points.point(0)


def test_groups_differ_in_capacity_and_bandwidth_alone(monkeypatch):
    points = points_with(
        [8, 16],
        mapper="layers",
        overrides={
            "array.rows": [8, 16],
            "scratchpad.capacity_bytes": ["64 KiB", "128 KiB"],
            "dma.channels": [1, 2],
            "off_chip.bandwidth_bytes_per_second": ["1 GB/s", "2 GB/s"],
        },
    )
    groups = list(points.groups(range(points.num_points)))
    assert sorted(number for group in groups for number in group) == list(range(16))
    assert [len(group) for group in groups] == [4] * 4
    for group in groups:
        assert len({points.point(number).accelerator.array.rows for number in group}) == 1
        assert len({points.point(number).accelerator.dma.channels for number in group}) == 1
    monkeypatch.setattr("sweeps.expand.MOST_IN_GROUP", 3)
    assert [len(group) for group in points.groups(range(points.num_points))] == [3, 1] * 4
    assert list(points.groups([5])) == [(5,)]


def test_joint_plans_share_nothing():
    points = points_with([8], mapper="joint", overrides={"scratchpad.capacity_bytes": ["64 KiB", "128 KiB"]})
    assert list(points.groups(range(2))) == [(0,), (1,)]
