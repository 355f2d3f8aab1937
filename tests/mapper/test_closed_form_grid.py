"""Closed forms over many arrays: no plan is faster, and an ideal machine is as fast."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from mapper.closed_form_grid import closed_form_grid
from mapper.map_network import map_network
from mapper.objective import Objective
from mapper.tiling import least_score
from simulator.machine import Machine
from simulator.simulate import simulate
from simulator.supported_formats import with_supported_formats
from workloads.compression import compress, parse_spec
from workloads.errors import ConfigError
from workloads.zoo import registry

ROWS, COLS = (8, 16), (4, 32)
BANDWIDTHS = (10**9, 64 * 10**9, None)


def changed(accelerator, dataflow, rows, cols, bandwidth):
    array = accelerator.array.model_copy(update={"dataflow": dataflow, "rows": rows, "cols": cols})
    off_chip = accelerator.off_chip.model_copy(update={"bandwidth_bytes_per_second": bandwidth})
    return accelerator.model_copy(update={"array": array, "off_chip": off_chip})


@pytest.mark.parametrize("name", ["edge_npu", "nm_array", "sparse_tensor_core", "eyeriss_v2", "sigma_like"])
def test_each_point_is_the_sum_of_the_bounds_of_its_operators_and_no_plan_is_faster(name):
    base = load_accelerator(name)
    network = compress(registry.build("resnet9"), parse_spec("nm:2:4")).network
    flow = base.array.dataflow
    grid = closed_form_grid(network, base, rows=ROWS, cols=COLS, bandwidths_bytes_per_second=BANDWIDTHS)
    for i, rows in enumerate(ROWS):
        for j, cols in enumerate(COLS):
            for k, bandwidth in enumerate(BANDWIDTHS):
                accelerator = changed(base, flow, rows, cols, bandwidth)
                machine = Machine(accelerator=accelerator)
                native = with_supported_formats(network, accelerator.array)
                ways = (machine.storage.nests_of(one, native.tensors) for one in native.operators)
                expected = sum(
                    min(least_score(nest, machine, Objective.LATENCY) for nest in way) for way in ways if way
                )
                assert grid.least_cycles[0, i, j, k] == pytest.approx(expected, rel=1e-12)
                assert grid.array_cycles[0, i, j] <= grid.least_cycles[0, i, j, k]
            found = simulate(native, accelerator, map_network(native, accelerator))
            assert grid.least_cycles[0, i, j, 2] <= found.total_cycles


def test_dataflows_and_the_accelerators_own_values():
    base = load_accelerator("os_array")
    network = registry.build("resnet9")
    both = closed_form_grid(network, base, rows=(16,), cols=(16,), dataflows=("os", "ws"))
    own = closed_form_grid(network, base, rows=(16,), cols=(16,))
    assert own.least_cycles.shape == (1, 1, 1, 1)
    assert own.dataflows == ("os",)
    assert both.least_cycles[0] == own.least_cycles[0]
    assert both.array_cycles[1, 0, 0] != both.array_cycles[0, 0, 0]
    floor = sum(one.compulsory_bytes for one in simulate(network, base, map_network(network, base)).operators)
    assert own.compulsory_bytes == floor


def test_progress():
    seen = []
    network, base = registry.build("resnet9"), load_accelerator("edge_npu")
    closed_form_grid(network, base, rows=(8, 16), cols=(8,), progress=lambda *one: seen.append(one))
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("rows", (0,), r"array.rows: Input should be greater than or equal to 1, found 0"),
        ("dataflows", ("rs",), r"array.dataflow: Input should be 'os', 'ws' or 'is', found 'rs'"),
    ],
)
def test_an_array_that_cannot_be(field, value, message):
    sizes = {"rows": (8,), "cols": (8,), field: value}
    with pytest.raises(ConfigError, match=message):
        closed_form_grid(registry.build("resnet9"), load_accelerator("edge_npu"), **sizes)
