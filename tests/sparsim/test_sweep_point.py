from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

import sparsim
from sparsim.sweep_grid import grid_key, is_grid
from sparsim.sweep_point import evaluate_points
from sweeps.expand import Points, forget_files
from sweeps.outcome import METRIC_TYPES, Outcome, Status
from sweeps.point import Point
from sweeps.study import load_study
from tests.sparsim.trained import save_trained


def point(**others: object) -> Point:
    forget_files()
    study = {"name": "s", "networks": ["resnet9"], "accelerators": ["edge_npu"], "mapper": "layers", **others}
    return Points(study=load_study(study), model_version="v").point(0)  # type: ignore[arg-type]


def outcome(one: Point) -> Outcome:
    (found,) = evaluate_points([one])
    assert found.identity == one.identity
    return found


@pytest.mark.parametrize(
    ("study", "arguments"),
    [
        ({}, {}),
        ({"mapper": "joint", "objectives": ["energy"]}, {"mapper": "joint", "objective": "energy"}),
        ({"batches": [2]}, {"batch": 2}),
        ({"overrides": {"array.rows": [8]}}, {"overrides": ["array.rows=8"]}),
        (
            {"networks": [{"network": "resnet9", "bindings": {"resolution": 64}}]},
            {"bindings": {"resolution": 64}},
        ),
        ({"compressions": ["nm:2:4+int8"], "seeds": [3]}, {"compression": "nm:2:4+int8; seed=3"}),
    ],
)
def test_the_figures_are_those_of_a_run(study: dict[str, object], arguments: dict[str, object]) -> None:
    found = outcome(point(**study))
    expected = sparsim.run("resnet9", "edge_npu", **{"mapper": "layers", **arguments})  # type: ignore[arg-type]
    metrics = found.metrics
    assert (found.status, found.reason) == (Status.OK, "")
    assert metrics is not None
    assert metrics.total_cycles == expected.total_cycles
    assert metrics.energy_mj == pytest.approx(expected.energy.total_pj / 1e9)
    assert metrics.off_chip_bytes == expected.off_chip_read_bytes + expected.off_chip_write_bytes
    assert metrics.area_mm2 == expected.area.total_mm2
    assert metrics.power_w == pytest.approx(metrics.energy_mj / metrics.latency_ms)
    assert metrics.edp_mj_ms == pytest.approx(metrics.energy_mj * metrics.latency_ms)


def test_parts_add_up_to_their_sums() -> None:
    metrics = outcome(point()).metrics
    assert metrics is not None
    energies = ("mac", "register", "scratchpad", "off_chip", "vector", "leakage", "metadata")
    assert sum(getattr(metrics, f"{part}_energy_mj") for part in energies) == pytest.approx(metrics.energy_mj)
    areas = ("array", "vector_unit", "scratchpad")
    assert sum(getattr(metrics, f"{part}_area_mm2") for part in areas) == pytest.approx(metrics.area_mm2)


def test_layers_add_up_to_the_network() -> None:
    found = outcome(point())
    layers = json.loads(zlib.decompress(found.layers))
    assert found.metrics is not None
    assert sum(layer["total_cycles"] for layer in layers) == found.metrics.total_cycles
    assert sum(layer["off_chip_bytes"] for layer in layers) == found.metrics.off_chip_bytes
    assert sum(layer["macs"] for layer in layers) == found.metrics.macs
    assert sum(layer["energy_mj"] for layer in layers) == pytest.approx(found.metrics.energy_mj, rel=1e-6)


def test_real_weights_are_pruned_as_a_run_does(tmp_path: Path) -> None:
    path = save_trained(tmp_path / "trained.onnx")
    found = outcome(point(networks=[str(path)], compressions=["nm:2:4"], accelerators=["nm_array"]))
    expected = sparsim.run(path, "nm_array", compression="nm:2:4", mapper="layers")
    assert found.metrics is not None
    assert found.metrics.total_cycles == expected.total_cycles


def test_no_plan_fits() -> None:
    found = outcome(point(overrides={"scratchpad.capacity_bytes": ["2 KiB"]}))
    assert found.status is Status.INFEASIBLE
    assert "does not fit: even its smallest tile exceeds the scratchpad of 2,048 bytes" in found.reason
    assert (found.metrics, found.layers) == (None, b"")


def test_a_mistake_in_the_input_fails(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"no network")
    found = outcome(point(networks=[str(path)]))
    assert found.status is Status.FAILED
    assert str(path) in found.reason


GRID = {
    "mapper": "layers",
    "overrides": {
        "scratchpad.capacity_bytes": ["2 KiB", "24 KiB", "1 MiB"],
        "off_chip.bandwidth_bytes_per_second": ["1 GB/s", "64 GB/s"],
    },
}


def points_of(**others: object) -> list[Point]:
    study = {"name": "s", "networks": ["resnet9"], "accelerators": ["nm_array"], **GRID, **others}
    return list(Points(study=load_study(study), model_version="v"))  # type: ignore[arg-type]


@pytest.mark.parametrize("objective", ["latency", "traffic"])
@pytest.mark.parametrize("compression", ["dense", "nm:2:8"])
def test_a_grid_has_the_figures_of_its_points_alone(objective: str, compression: str) -> None:
    points = points_of(objectives=[objective], compressions=[compression])
    together = list(evaluate_points(points))
    alone = [outcome(one) for one in points]
    assert [one.status for one in together] == [Status.INFEASIBLE] * 2 + [Status.OK] * 4
    for one, other in zip(together, alone, strict=True):
        assert (one.identity, one.status, one.reason) == (other.identity, other.status, other.reason)
        if one.metrics is None or other.metrics is None:
            assert one.metrics is other.metrics is None
            continue
        assert one.layers == b""
        for name in METRIC_TYPES:
            expected = getattr(other.metrics, name)
            assert getattr(one.metrics, name) == pytest.approx(expected, rel=1e-12), name


@pytest.mark.parametrize("others", [{"mapper": "joint"}, {"objectives": ["energy"]}])
def test_what_is_no_grid_is_evaluated_alone(others: dict[str, object]) -> None:
    points = points_of(**others)[-2:]
    assert [grid_key(one) for one in points] == [None, None]
    for found, one in zip(evaluate_points(points), points, strict=True):
        assert found.layers == outcome(one).layers != b""


def test_a_diagonal_is_no_grid() -> None:
    steps = {
        "scratchpad.capacity_bytes": ["64 KiB", "96 KiB", "128 KiB"],
        "off_chip.bandwidth_bytes_per_second": ["1 GB/s", "2 GB/s", "3 GB/s"],
    }
    points = points_of(overrides={}, zip=[steps])
    assert len({grid_key(one) for one in points}) == 1
    assert not is_grid(points)
    assert is_grid(points_of()[2:])
    assert not is_grid(points[:1])


def test_other_hardware_is_another_grid() -> None:
    first, second = points_of(overrides={"array.rows": [8, 16]})
    assert grid_key(first) != grid_key(second)
