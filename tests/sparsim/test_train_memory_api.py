"""Memory of training steps by scheme."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparsim.train_memory_api import SCHEMES, parse_budget, train_memory
from sparsim.train_memory_problems import writable_problem
from tests.workloads.training.small_networks import chain, tiny
from workloads.errors import ConfigError, NetworkError
from workloads.formats import INT8
from workloads.training import TrainingOptions, training_step
from workloads.zoo.builder import GraphBuilder


def test_tiny_by_hand():
    """All: 278 bytes of parameters and 421 that come and go, one gradient of 48 less in place."""
    table = train_memory(tiny(), ["full"], time_limit_s=1.0)
    (row,) = table.rows

    assert (row.memory.resident_bytes, row.memory.writable_peak_bytes) == (278, 278 + 421)
    assert row.in_place_peak_bytes == 278 + 421 - 48
    assert row.least.is_proven
    assert row.least_peak_bytes <= 278 + 421
    assert row.needed_bytes == min(row.least_peak_bytes, row.in_place_peak_bytes)
    assert table.suffices(row) is None
    assert row.formats == "parameters int8, int32; activations int8; gradients int8, int32"


def test_the_budget_is_met_exactly_or_not():
    needed = train_memory(tiny(), ["full"], time_limit_s=1.0).rows[0].needed_bytes
    for budget, suffices in ((needed, True), (needed - 1, False)):
        table = train_memory(tiny(), ["full"], budget=budget, time_limit_s=1.0)
        assert table.suffices(table.rows[0]) is suffices
        assert (table.rows[0].spills is None) is suffices


def test_what_is_spilled_at_a_budget_that_is_too_small():
    """Seven saved tensors of 64 bytes do not fit; the plan moves some, at least its bound."""
    step = training_step(chain(6), TrainingOptions(immediately=True))
    need = max(writable_problem(step).demand_bytes(one) for one in range(len(step.network.operators)))
    table = train_memory(
        chain(6), ["full"], training=TrainingOptions(immediately=True), budget=need + 100, time_limit_s=2.0
    )
    spills = table.rows[0].spills

    assert spills is not None
    assert spills.certificate.objective_bytes is not None
    assert 0 < spills.any_order_bound_bytes <= spills.certificate.objective_bytes


def test_parts_of_parameters_leave_less_of_the_budget():
    """Sparse: of conv8, 7 and 6 one of four input channels, 4 x 1 x 9 weights each, stays in memory."""
    table = train_memory(chain(9), ["sparse"], budget=300, time_limit_s=1.0)
    spills = table.rows[0].spills

    assert spills is not None
    assert spills.capacity_bytes == 300 - 3 * 36
    assert train_memory(chain(9), ["sparse"], budget=100, time_limit_s=1.0).rows[0].spills is None


def test_a_scheme_that_the_network_does_not_have_is_noted():
    builder = GraphBuilder(name="one", format=INT8)
    network = builder.finish((builder.linear("fc", builder.input("x", (1, 8)), 4, bias=False),))
    table = train_memory(network, time_limit_s=1.0)

    assert [row.scheme for row in table.rows] == ["full", "sparse"]
    assert [note.partition(":")[0] for note in table.notes[-2:]] == ["no scheme bias-only", "no scheme last"]
    with pytest.raises(ConfigError, match="freezes all of network 'one'"):
        train_memory(network, ["bias-only"], time_limit_s=1.0)


def test_all_schemes_unless_asked():
    assert [row.scheme for row in train_memory("resnet9", time_limit_s=1.0).rows] == list(SCHEMES)


def test_mistakes():
    with pytest.raises(ConfigError, match=r"expected at least one scheme \(full, bias-only"):
        train_memory(tiny(), [])
    with pytest.raises(ConfigError, match="time limit: expected more than 0 seconds, found 0"):
        train_memory(tiny(), time_limit_s=0)
    with pytest.raises(ConfigError, match=r"memory: expected a size \(256KiB\): expected more than zero, found 0"):
        parse_budget(0)
    with pytest.raises(ConfigError, match="batch and bindings apply to a network's name or file"):
        train_memory(tiny(), batch=2)
    with pytest.raises(ConfigError, match="freezes all of network 'tiny'"):
        train_memory(tiny(), training=TrainingOptions(frozen=("*",)))
    with pytest.raises(NetworkError, match=r"nowhere\.onnx: no such file"):
        train_memory(Path("nowhere.onnx"))
