"""Grids of capacities and bandwidths: each point is the layer-by-layer plan of that accelerator, simulated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.load import load_accelerator
from mapper.candidates import candidate_tiles
from mapper.map_network import map_network
from mapper.network_grid import GRID_OBJECTIVES, network_grid
from mapper.objective import Objective, kernel_objective
from simulator.kernels import tile_loops
from simulator.machine import Machine
from simulator.simulate import simulate
from simulator.tile_space import build_tile_space
from tests.mapper.drawn_networks import networks
from tests.simulator.drawn import accelerators, nests
from workloads.compression import compress, parse_spec
from workloads.errors import InfeasiblePlan
from workloads.zoo import registry

OBJECTIVES = st.sampled_from(GRID_OBJECTIVES)
INFINITE = (math.inf, math.inf)


def changed(accelerator, capacity, bandwidth):
    memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity})
    off_chip = accelerator.off_chip.model_copy(update={"bandwidth_bytes_per_second": bandwidth})
    return accelerator.model_copy(update={"scratchpad": memory, "off_chip": off_chip})


def assert_equals_simulated(grid, at, network, accelerator, objective):
    try:
        result = simulate(network, accelerator, map_network(network, accelerator, objective=objective))
    except InfeasiblePlan:
        assert not grid.fits[at]
        return
    assert grid.fits[at]
    assert grid.total_cycles[at] == result.total_cycles
    assert grid.compute_cycles[at] == result.compute_cycles
    assert grid.off_chip_read_bytes[at] == result.off_chip_read_bytes
    assert grid.off_chip_write_bytes[at] == result.off_chip_write_bytes
    assert grid.peak_scratchpad_bytes[at] == result.peak_scratchpad_bytes
    assert grid.macs == result.macs
    assert grid.busy_cycles[at] == pytest.approx(result.utilisation_fraction * result.total_cycles)
    found = grid.energy(*at)
    for name in ("mac", "register", "scratchpad", "off_chip", "vector", "leakage", "metadata"):
        expected = getattr(result.energy, f"{name}_pj")
        assert getattr(found, f"{name}_pj") == pytest.approx(expected, rel=1e-12, abs=1e-6), name


@settings(max_examples=30, deadline=None)
@given(
    network=networks(),
    accelerator=accelerators(is_split=False),
    capacities=st.sets(st.integers(100, 6000), min_size=1, max_size=4),
    bandwidths=st.sets(st.sampled_from([None, 3 * 10**8, 10**9, 8 * 10**9, 10**11]), min_size=1, max_size=3),
    objective=OBJECTIVES,
)
def test_each_point_is_the_plan_layer_by_layer(network, accelerator, capacities, bandwidths, objective):
    capacities = sorted(one + accelerator.scratchpad.port_bytes for one in capacities)
    bandwidths = list(bandwidths)
    grid = network_grid(network, accelerator, capacities, bandwidths, objective)

    for row, capacity in enumerate(capacities):
        for column, bandwidth in enumerate(bandwidths):
            one = changed(accelerator, capacity, bandwidth)
            assert_equals_simulated(grid, (row, column), network, one, objective)


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core", "eyeriss_v2", "bit_fusion"])
def test_compressed_operands(name):
    network = compress(registry.build("resnet9"), parse_spec("nm:2:4")).network
    accelerator = load_accelerator(name)
    capacities, bandwidths = (32 * 2**10, 2**18), (10**9, 64 * 10**9)
    grid = network_grid(network, accelerator, capacities, bandwidths)
    for row, capacity in enumerate(capacities):
        for column, bandwidth in enumerate(bandwidths):
            one = changed(accelerator, capacity, bandwidth)
            assert_equals_simulated(grid, (row, column), network, one, Objective.LATENCY)


@settings(max_examples=60, deadline=None)
@given(nest=nests(), accelerator=accelerators(is_split=False), data=st.data(), objective=OBJECTIVES)
def test_best_in_grid_is_the_best_tiling_itself(nest, accelerator, data, objective):
    machine = Machine(accelerator=accelerator)
    space = build_tile_space(nest, candidate_tiles(nest, machine), machine)
    wanted = kernel_objective(objective, nest, machine, 0.0)
    capacities = sorted(data.draw(st.sets(st.integers(1, 10**5), min_size=1, max_size=4), label="bits"))
    speeds = data.draw(st.lists(st.floats(0.1, 1000.0), min_size=1, max_size=3), label="bits a cycle")
    free = np.full((len(capacities), len(speeds), 2), np.inf)
    records, chosen = tile_loops.best_in_grid(
        space, machine.bounds, wanted.kind, np.array(capacities), np.array(speeds), free
    )

    for row, capacity in enumerate(capacities):
        for column, speed in enumerate(speeds):
            bounds = machine.bounds._replace(total_bits=capacity, bits_per_cycle=speed)
            best, _, _ = tile_loops.best_tiling(space, bounds, wanted, INFINITE)
            number, total, compute, dma = chosen[row, column].tolist()
            assert (number >= 0) == bool(best.size)
            if best.size:
                assert records[number][:8].tolist() == best[:8].tolist()
                found = [best[column] for column in (tile_loops.TOTAL_CYCLES, tile_loops.COMPUTE_CYCLES)]
                assert [total, compute, dma] == [*found, best[tile_loops.DMA_CYCLES]]


@settings(max_examples=30, deadline=None)
@given(nest=nests(), accelerator=accelerators(is_split=False), slack=st.sampled_from([0.0, 1.0]))
def test_only_what_is_better_counts(nest, accelerator, slack):
    machine = Machine(accelerator=accelerator)
    space = build_tile_space(nest, candidate_tiles(nest, machine), machine)
    capacities, speeds = np.array([8 * machine.scratchpad_bytes]), np.array([machine.bounds.bits_per_cycle])
    free = np.full((1, 1, 2), np.inf)
    records, chosen = tile_loops.best_in_grid(space, machine.bounds, tile_loops.LATENCY, capacities, speeds, free)
    cycles, traffic = chosen[0, 0, 1], tile_loops.traffic_bits(records[chosen[0, 0, 0]])
    known = np.array([[[cycles, traffic + slack]]], dtype=float)
    _, again = tile_loops.best_in_grid(space, machine.bounds, tile_loops.LATENCY, capacities, speeds, known)
    assert (again[0, 0, 0] >= 0) == (slack > 0)
