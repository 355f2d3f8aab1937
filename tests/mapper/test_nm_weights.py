"""N:M weights never make an operator cost more than dense ones: where they would, it runs with dense weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.load import load_accelerator
from mapper.map_network import map_network
from mapper.objective import Objective
from simulator.result import OperatorCompression, OperatorCost, Result
from simulator.simulate import simulate
from tests.simulator.drawn_compressed import convolution, convolutions, patterned_masks, with_weights
from workloads.network import Network
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin

NM_ACCELERATORS = ("nm_array", "sparse_tensor_core", "flexible_tensor_core")
SCORES: dict[Objective, Callable[[Result], float]] = {
    Objective.LATENCY: lambda result: result.total_cycles,
    Objective.TRAFFIC: lambda result: result.off_chip_read_bytes + result.off_chip_write_bytes,
    Objective.ENERGY: lambda result: result.energy.total_pj,
    Objective.EDP: lambda result: result.energy.total_pj * result.total_cycles,
}
WIDE = st.sampled_from([(13, 16), (15, 16), (3, 4), (7, 8), (2, 4), (2, 8), (1, 2), (2, 2)])
"""Of most of these a kept weight and its index take more bits than the dense weights do."""


def run(network: Network, name: str, objective: Objective = Objective.LATENCY) -> Result:
    accelerator = load_accelerator(name)
    return simulate(network, accelerator, map_network(network, accelerator, objective=objective))


def run_alone(network: Network, name: str) -> tuple[OperatorCost, OperatorCompression]:
    """Cost of the one operator of ``network`` for least latency."""
    (cost,) = run(network, name).operators
    assert cost.compression is not None
    return cost, cost.compression


def with_pattern(network: Network, n: int, m: int) -> Network:
    sparsity = Sparsity(density_fraction=n / m, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=n, m=m))
    return with_weights(network, sparsity)


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("name", NM_ACCELERATORS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_nm_weights_never_cost_more_than_dense_ones(name: str, objective: Objective, data: st.DataObject) -> None:
    plain = data.draw(convolutions())
    network = with_weights(plain, data.draw(patterned_masks(plain, WIDE)))

    sparse, dense = (SCORES[objective](run(one, name, objective)) for one in (network, plain))

    assert sparse <= dense * (1 + 1e-9)


def test_a_layer_whose_inputs_bind_runs_dense() -> None:
    """A convolution of ResNeXt-50's first blocks: 32 groups of 4 channels and 4 filters, 3 x 3, 58 x 58 positions here.

    K = 36: dense, 3 steps of 16 inputs, 48 a position and group; 2:4, 18 weights in 2 steps, which select from 64.
    Ports move 42 bytes a cycle: 32 * 3364 * 16 bytes more of inputs are 41,009 cycles, and half of the products of
    32 * 3364 * 4 * 36 / 1024 = 15,138 cycles are nothing beside them.
    """
    plain = convolution(channels=4, groups=32, kernel=(3, 3), size=58, filters=4)
    dense, _ = run_alone(plain, "sparse_tensor_core")
    sparse, found = run_alone(with_pattern(plain, 2, 4), "sparse_tensor_core")

    assert (sparse.total_cycles, sparse.tile) == (dense.total_cycles, dense.tile)
    assert (found.weight_format, found.metadata_bits, found.weight_density_fraction) == ("dense", 0, 0.5)
    assert (found.performed_macs, found.effectual_macs) == (sparse.macs, sparse.macs // 2)
    assert sparse.losses.total_cycles == pytest.approx(sparse.total_cycles)


def test_weights_that_indices_make_larger_run_dense_where_bytes_bind() -> None:
    """9 positions, 256 x 256: 13:16 takes 13/16 of 8 + 4 bits a weight, 9.75; products are few, and bytes decide."""
    plain = convolution(channels=256, size=1, filters=256)
    dense, _ = run_alone(plain, "nm_array")
    sparse, found = run_alone(with_pattern(plain, 13, 16), "nm_array")

    assert (sparse.total_cycles, found.weight_format) == (dense.total_cycles, "dense")


@pytest.mark.parametrize("name", NM_ACCELERATORS)
def test_weights_that_pay_are_run_as_nm(name: str) -> None:
    """Of 64 channels and filters 2:4 leaves half of the products and 5 of 8 bits a weight."""
    plain = convolution(channels=64, kernel=(3, 3), size=14, filters=64)
    dense, _ = run_alone(plain, name)
    sparse, found = run_alone(with_pattern(plain, 2, 4), name)

    assert sparse.total_cycles < dense.total_cycles
    assert (found.weight_format, found.performed_macs) == ("nm", sparse.macs // 2)
