"""Which parameters move, and where to."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from sparsim.train_sensitivity_points import SensitivityPoint, sensitivity_points
from workloads.errors import ConfigError


def points(*overrides: str, batch: int = 512) -> dict[str, list[SensitivityPoint]]:
    found: dict[str, list[SensitivityPoint]] = {}
    for point in sensitivity_points(load_accelerator("sat", overrides=overrides), batch):
        found.setdefault(point.parameter, []).append(point)
    return found


def test_values() -> None:
    values = {name: (of[0].usual, *(point.value for point in of)) for name, of in points().items()}
    assert values == {
        "off-chip bandwidth": ("76.8 GB/s", "38.4 GB/s", "153.6 GB/s"),
        "scratchpad": ("4 MiB", "2 MiB", "8 MiB"),
        "vector lanes": ("32", "16", "64"),
        "rows and columns": ("32×32", "16×16", "64×64"),
        "adder stages, sums in turn": ("4", "2", "8"),
        "sums in turn": ("4", "1", "8"),
        "sorter lanes": ("32", "16", "64"),
        "operand registers": ("16", "4", "32"),
        "batch": ("512", "128", "2048"),
        "optimiser": ("sgd", "momentum", "adam"),
    }


def test_accelerators_are_what_the_values_say() -> None:
    for of in points().values():
        for point in of:
            load_accelerator("sat", overrides=point.variant.overrides)
    (half, _) = points()["rows and columns"]
    array = load_accelerator("sat", overrides=half.variant.overrides).array
    assert (array.rows, array.cols) == (16, 16)
    (_, longer) = points()["adder stages, sums in turn"]
    training = load_accelerator("sat", overrides=longer.variant.overrides).training
    assert training is not None
    assert (training.adder_latency_cycles, training.interleaved_accumulations) == (8, 8)


def test_what_cannot_move_is_left_out() -> None:
    found = points("vector_unit.lanes=1", "training.interleaved_accumulations=1", "array.rows=16", batch=2)
    assert [point.value for point in found["vector lanes"]] == ["2"]
    assert [point.value for point in found["sums in turn"]] == ["2"]
    assert [point.value for point in found["batch"]] == ["8"]
    assert "rows and columns" not in found
    assert "adder stages, sums in turn" not in found


def test_small_scratchpads_are_in_kib() -> None:
    assert [point.value for point in points("scratchpad.capacity_bytes=1MiB")["scratchpad"]] == ["512 KiB", "2 MiB"]


def test_an_accelerator_that_cannot_train() -> None:
    with pytest.raises(ConfigError, match="accelerator 'mcu': training needs a section training"):
        sensitivity_points(load_accelerator("mcu"), 1)
