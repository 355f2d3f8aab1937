"""Spills of training steps by scratchpad."""

from __future__ import annotations

import pytest

from sparsim.train_memory_problems import transient_problem
from sparsim.train_spills import train_spills
from tests.workloads.training.small_networks import chain
from workloads.errors import ConfigError
from workloads.training import training_step


def test_more_scratchpad_moves_less_and_enough_moves_nothing():
    step = training_step(chain(6))
    problem = transient_problem(step)
    need = max(problem.demand_bytes(one) for one in range(len(problem.operators)))
    calls: list[tuple[int, int]] = []
    sizes = (need - 1, need, need + 128, 100_000)
    rows = list(train_spills(step, sizes, time_limit_s=2.0, progress=lambda *done: calls.append(done)))
    moved = [row.answer.certificate.objective_bytes for row in rows]

    assert [row.capacity_bytes for row in rows] == list(sizes)
    assert moved[0] is None
    assert moved[1] is not None
    assert moved[2] is not None
    assert moved[1] >= moved[2] > moved[3] == 0
    assert all(one is None or one >= row.answer.any_order_bound_bytes for one, row in zip(moved, rows, strict=True))
    assert calls[-1] == (4, 4)


def test_weights_have_to_be_read_and_written():
    step = training_step(chain(3))
    (bare,) = train_spills(step, [100_000], time_limit_s=1.0)
    (whole,) = train_spills(step, [100_000], weights=True, time_limit_s=1.0)

    moved = whole.answer.problem.compulsory_bytes - bare.answer.problem.compulsory_bytes
    assert moved == 2 * 3 * (4 * 4 * 9 + 4 * 4)  # weights of one byte and biases of four, read and written


def test_mistakes():
    with pytest.raises(ConfigError, match="spills: expected at least one size of a scratchpad, found none"):
        list(train_spills(training_step(chain(2)), []))
    with pytest.raises(ConfigError, match="scratchpad: expected at least 1 byte, found 0"):
        list(train_spills(training_step(chain(2)), [0], time_limit_s=1.0))
    with pytest.raises(ConfigError, match="time_limit_s is 0"):
        list(train_spills(training_step(chain(2)), [1000], time_limit_s=0))
