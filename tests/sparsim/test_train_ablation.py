"""Training steps with something left out."""

from __future__ import annotations

import pytest

from sparsim.train_ablation import ABLATIONS, AblationRow, ablation_means, ablation_rows
from sparsim.train_cost_api import TrainOptions, train_cost
from sparsim.train_steps import TrainSteps
from sparsim.train_table_networks import trained_networks

NETWORKS = trained_networks(("resnet9", "resnet18"))


@pytest.fixture(scope="module")
def rows() -> list[AblationRow]:
    return list(ablation_rows(TrainSteps(networks=NETWORKS, batch=4)))


def test_rows(rows: list[AblationRow]) -> None:
    names = [one.name for one in ABLATIONS]
    assert names == ["without interleaving", "sorted on demand", "os alone", "ws alone"]
    assert [(row.name, row.network.name) for row in rows] == [(name, one.name) for name in names for one in NETWORKS]
    assert all(row.full.speedup_over_dense > 1 and row.cost.sparsity == "2:8" for row in rows)


def test_the_dense_step_is_as_restricted(rows: list[AblationRow]) -> None:
    """Dense steps choose no sorting, but dataflow and adders they share."""
    by_name = {row.name: row for row in rows if row.network.name == "resnet9"}
    network = NETWORKS[0].build(4)
    for name, options in (("os alone", TrainOptions(dataflow="os")), ("ws alone", TrainOptions(dataflow="ws"))):
        dense = train_cost(network, method="dense", options=options)
        assert by_name[name].cost.dense_cycles == dense.total_cycles
    assert by_name["sorted on demand"].cost.dense_cycles == by_name["sorted on demand"].full.dense_cycles
    assert by_name["without interleaving"].cost.dense_cycles > by_name["without interleaving"].full.dense_cycles


def test_nothing_left_out_helps_the_products(rows: list[AblationRow]) -> None:
    assert all(row.cost.array_cycles >= row.full.array_cycles for row in rows)
    assert all(row.cycles_over_full == row.cost.total_cycles / row.full.total_cycles for row in rows)


def test_means(rows: list[AblationRow]) -> None:
    means = ablation_means(rows)
    assert [mean.name for mean in means] == [one.name for one in ABLATIONS]
    assert means[0].cycles_over_full == pytest.approx((rows[0].cycles_over_full + rows[1].cycles_over_full) / 2)
    speedups = [row.cost.speedup_over_dense for row in rows[6:]]
    assert means[3].speedup_over_dense == pytest.approx(sum(speedups) / 2)


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    steps = TrainSteps(networks=NETWORKS[:1], batch=1)
    list(ablation_rows(steps, progress=lambda done, total: seen.append((done, total))))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
