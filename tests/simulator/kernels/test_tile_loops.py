"""The tile kernels against a slow execution of the same loops, and against themselves uncompiled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from simulator.kernels import tile_loops
from simulator.kernels.tile_types import Objective
from simulator.machine import Machine
from simulator.tile_cost import tile_cost, tiling_record
from simulator.tile_space import space_of
from tests.simulator.drawn import accelerators, tiled_nests
from tests.simulator.tile_oracle import run_slowly
from workloads.loop_nest import VectorNest


def filled_record(nest, tiling, machine):
    """The tile space of one tiling, and its record with all columns set."""
    space = space_of(nest, tiling, machine)
    record = tiling_record(tiling)
    tile_loops.fill_traffic(space, tile_loops.position_sums(space), record)
    tile_loops.fill_cycles(space, machine.bounds, record)
    return space, record


@settings(max_examples=600, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_equals_the_slow_execution(drawn, accelerator):
    nest, tiling = drawn
    expected = run_slowly(nest, tiling, accelerator)

    cost = tile_cost(nest, tiling, Machine(accelerator=accelerator))

    assert cost.off_chip_bits.input_read == expected.input_bits
    assert cost.off_chip_bits.weight_read == expected.weight_bits
    assert cost.off_chip_bits.output_read == expected.output_read_bits
    assert cost.off_chip_bits.output_write == expected.output_write_bits
    assert cost.footprint_bits == expected.footprint_bits
    assert cost.compute_cycles == expected.compute_cycles
    assert cost.total_cycles == expected.total_cycles
    ports = cost.port_bits
    assert (ports.output_read, ports.output_write) == expected.port_bits[2:]
    rounded_up = len(expected.steps)  # each tile to a whole bit, where bits an element are no whole number
    assert abs(ports.input_read - expected.port_bits[0]) < rounded_up
    assert abs(ports.weight_read - expected.port_bits[1]) < rounded_up
    if isinstance(nest, VectorNest) or not any((nest.input_storage, nest.weight_storage)):
        assert (ports.input_read, ports.weight_read) == expected.port_bits[:2]


@settings(max_examples=300, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_walk_over_stand_ins_equals_the_walk_over_all_steps(drawn, accelerator):
    machine = Machine(accelerator=accelerator)
    space, record = filled_record(*drawn, machine)

    steps = tile_loops.all_steps(space, machine.bounds, record)

    assert record[tile_loops.COMPUTE_CYCLES] == steps[:, 0].sum()
    assert record[tile_loops.DMA_CYCLES] == steps[:, 1].sum()
    assert record[tile_loops.TOTAL_CYCLES] == steps.max(axis=1).sum()


@settings(max_examples=100, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_every_step_equals_the_slow_execution(drawn, accelerator):
    nest, tiling = drawn
    machine = Machine(accelerator=accelerator)
    space, record = filled_record(nest, tiling, machine)

    steps = tile_loops.all_steps(space, machine.bounds, record)

    expected = run_slowly(nest, tiling, accelerator)
    assert steps[1:-1, 0].tolist() == [step.compute for step in expected.steps]
    assert steps[[0, -1], 0].tolist() == [0, 0]


@settings(max_examples=300, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_bounds_are_below_what_they_bound(drawn, accelerator):
    machine = Machine(accelerator=accelerator)
    space, record = filled_record(*drawn, machine)
    sums = tile_loops.position_sums(space)
    scratch = np.zeros((4, tile_loops.NUM_PARTS), dtype=np.int64)

    assert tile_loops.busy_bound(space, machine.bounds, sums, record) <= record[tile_loops.DMA_CYCLES]
    bound = tile_loops.total_bound(space, machine.bounds, sums, record.copy(), scratch)
    assert bound <= record[tile_loops.TOTAL_CYCLES]


@settings(max_examples=200, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_shortage_is_the_largest_of_the_four_gaps(drawn, accelerator):
    nest, tiling = drawn
    machine = Machine(accelerator=accelerator)
    _, record = filled_record(nest, tiling, machine)
    expected = run_slowly(nest, tiling, accelerator)
    inputs, _, outputs = expected.operand_footprint_bits
    weights = expected.footprint_bits - inputs - outputs  # with what is loaded once and kept
    tight = machine.bounds._replace(total_bits=100, input_bits=60, weight_bits=40, output_bits=20)

    missing = tile_loops.missing_bits(tight, record)

    assert missing == max(0, inputs + weights + outputs - 100, inputs - 60, weights - 40, outputs - 20)


@settings(max_examples=100, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_scores_are_what_the_only_tiling_scores(drawn, accelerator):
    nest, tiling = drawn
    machine = Machine(accelerator=accelerator)
    space, record = filled_record(nest, tiling, machine)
    scores, records = {}, {}
    for kind in (tile_loops.TRAFFIC, tile_loops.LATENCY, tile_loops.ENERGY):
        records[kind] = np.array([tiling_record(tiling)] * 2)
        objective = Objective(kind, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0)
        scores[kind] = tile_loops.scores_of(space, machine.bounds, objective, records[kind]).tolist()

    cost = tile_cost(nest, tiling, machine)
    moved = cost.off_chip_bits
    energy = (
        6.0
        + moved.input_read
        + 2.0 * moved.weight_read
        + 3.0 * moved.output_read
        + 4.0 * moved.output_write
        + 5.0 * cost.total_cycles
        + sum(cost.port_energies_pj)
    )
    assert scores[tile_loops.TRAFFIC] == [moved.total] * 2
    assert scores[tile_loops.LATENCY] == [cost.total_cycles] * 2
    assert scores[tile_loops.ENERGY] == pytest.approx([energy] * 2, rel=1e-6, abs=1e-3)
    for filled in records.values():
        np.testing.assert_array_equal(filled[0], record)


@settings(max_examples=25, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_kernels_run_uncompiled(drawn, accelerator):
    nest, tiling = drawn
    machine = Machine(accelerator=accelerator)
    space, expected = filled_record(nest, tiling, machine)
    objective = Objective(tile_loops.EDP, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    best = tile_loops.best_tiling(space, machine.bounds, objective, (np.inf, np.inf))
    front = tile_loops.pareto_tilings(space, machine.bounds)
    steps = tile_loops.all_steps(space, machine.bounds, expected)

    with pytest.MonkeyPatch.context() as patch:
        for name, kernel in list(vars(tile_loops).items()):
            if hasattr(kernel, "py_func"):
                patch.setattr(tile_loops, name, kernel.py_func)
        _, record = filled_record(nest, tiling, machine)
        plain_best = tile_loops.best_tiling(space, machine.bounds, objective, (np.inf, np.inf))
        plain_front = tile_loops.pareto_tilings(space, machine.bounds)
        plain_steps = tile_loops.all_steps(space, machine.bounds, record)

    np.testing.assert_array_equal(record, expected)
    np.testing.assert_array_equal(plain_steps, steps)
    np.testing.assert_array_equal(plain_best[0], best[0])
    assert plain_best[1:] == best[1:]
    np.testing.assert_array_equal(plain_front[0], front[0])
