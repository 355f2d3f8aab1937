"""Rows and means of the table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sparsim.train_steps import TrainSteps
from sparsim.train_table import SPARSITIES, TrainRow, published_mean, train_means, train_rows
from sparsim.train_table_networks import trained_networks


@pytest.fixture(scope="module")
def rows() -> list[TrainRow]:
    return list(train_rows(TrainSteps(networks=trained_networks(("resnet9", "vit")), batch=16)))


def test_rows(rows: list[TrainRow]) -> None:
    assert [(row.network.name, row.cost.sparsity) for row in rows] == [
        (name, sparsity) for name in ("resnet9", "vit") for sparsity in SPARSITIES
    ]
    assert all(row.cost.batch == 16 and row.cost.method == "bdwp" for row in rows)
    assert all(1 < row.cost.speedup_over_dense < row.cost.mac_bound for row in rows)


def test_sparser_is_faster(rows: list[TrainRow]) -> None:
    speedups = [row.cost.speedup_over_dense for row in rows]
    assert speedups[:3] == sorted(speedups[:3])
    assert speedups[3:] == sorted(speedups[3:])


def test_means(rows: list[TrainRow]) -> None:
    means = train_means(rows)
    assert [mean.sparsity for mean in means] == list(SPARSITIES)
    assert means[1].speedup_over_dense == pytest.approx(
        (rows[1].cost.speedup_over_dense + rows[4].cost.speedup_over_dense) / 2
    )
    assert [mean.published_speedup for mean in means] == [None, None, None]  # of two networks nothing is known


@pytest.mark.parametrize(
    ("left_out", "batch", "published"),
    [("", 512, 1.75), ("vit", 512, None), ("", 256, None)],
)
def test_published_is_of_five_networks_at_their_batch(left_out: str, batch: int, published: float | None) -> None:
    (row,) = (
        one
        for one in train_rows(TrainSteps(networks=trained_networks(("resnet9",)), batch=1))
        if one.cost.sparsity == "2:8"
    )
    rows = [
        replace(row, network=one, cost=replace(row.cost, network=one.name, batch=batch))
        for one in trained_networks()
        if one.name != left_out
    ]
    (mean,) = train_means(rows)
    assert mean.published_speedup == published
    assert published_mean("2:4", [one.cost for one in rows]) is None


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    steps = TrainSteps(networks=trained_networks(("resnet9",)), batch=1)
    list(train_rows(steps, progress=lambda done, total: seen.append((done, total))))
    assert seen == [(1, 3), (2, 3), (3, 3)]
