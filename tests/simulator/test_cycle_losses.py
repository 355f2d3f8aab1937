"""Where cycles go: parts add up on every array, and each limit shows in its own part."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.load import load_accelerator
from simulator.cycle_losses import matrix_losses, stream_losses
from simulator.machine import Machine
from simulator.operator_compression import mac_counts
from simulator.plan import Tiling
from simulator.position_tiles import PositionTile
from simulator.result import CycleLosses, Limit
from simulator.tile_cost import tile_cost
from tests.simulator.drawn import accelerators, make_accelerator, tiled_nests
from tests.simulator.drawn_compressed import (
    SPARSE_ACCELERATORS,
    convolutions,
    patterned_masks,
    tilings,
    unstructured,
    with_inputs,
    with_weights,
)
from workloads.loop_nest import MatrixNest
from workloads.network import Network
from workloads.operand_storage import OperandStorage
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin

HALF = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=2, m=4))
PRODUCT = MatrixNest(
    groups=1,
    batch=16,
    axes=(),
    num_filters=8,
    num_channels=32,
    input_bits=8,
    weight_bits=8,
    output_bits=8,
    resident_bits=0,
    num_output_elements=128,
)
WHOLE = Tiling(position_tile=PositionTile(num_positions=16), filter_tile=8, channel_tile=32)


def losses_of(nest, machine, tiling=WHOLE) -> CycleLosses:
    return matrix_losses(nest, tiling, machine, tile_cost(nest, tiling, machine))


@settings(max_examples=150, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_parts_add_up_and_none_is_negative(drawn, accelerator):
    nest, tiling = drawn
    machine = Machine(accelerator=accelerator)
    cost = tile_cost(nest, tiling, machine)

    losses = matrix_losses(nest, tiling, machine, cost) if isinstance(nest, MatrixNest) else stream_losses(cost)

    assert losses.total_cycles == pytest.approx(cost.total_cycles)
    assert all(getattr(losses, name) >= -1e-6 for name in losses.__dataclass_fields__)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 7, 8, 13, 32])
@pytest.mark.parametrize("name", ["edge_npu", *SPARSE_ACCELERATORS])
def test_parts_add_up_on_sparse_arrays(name: str, channels: int) -> None:
    """2:4 weights, groups cut short or not: floor(c / 4) * 2 + min(2, c mod 4) of c channels are kept."""
    kept = channels // 4 * 2 + min(2, channels % 4)
    machine = Machine(accelerator=load_accelerator(name))
    nest = replace(PRODUCT, num_channels=channels, weight_sparsity=replace(HALF, density_fraction=kept / channels))
    tiling = replace(WHOLE, channel_tile=channels)
    cost = tile_cost(nest, tiling, machine)

    losses = losses_of(nest, machine, tiling)

    assert losses.total_cycles == pytest.approx(cost.total_cycles)
    assert all(getattr(losses, part) >= -1e-6 for part in losses.__dataclass_fields__)
    assert losses.effectual_cycles == pytest.approx(16 * 8 * kept / machine.array_for(nest).peak_macs_per_cycle)


@pytest.mark.parametrize("name", SPARSE_ACCELERATORS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_zeros_never_cost_time_on_the_array(name: str, data: st.DataObject) -> None:
    """Parts are not negative and add up; effectual products are performed; zeros take no array cycle more than none.

    No slack but floating point's: counts of cycles are whole, and rounding up keeps their order. Ports and DMA are left
    out: an array is bound to the pattern of fewest steps, and metadata or inputs of whole steps may take longer.
    """
    plain = data.draw(convolutions())
    weights = data.draw(unstructured(plain) | patterned_masks(plain))
    network = with_inputs(with_weights(plain, weights), data.draw(st.sampled_from([0.0, 1.0]) | st.floats(0, 1)))
    machine = Machine(accelerator=load_accelerator(name))
    nest, dense = (nests_of(one, machine) for one in (network, plain))
    index = data.draw(st.integers(0, len(nest) - 1))
    tiling = data.draw(tilings(nest[index]))

    cost, losses = tile_cost(nest[index], tiling, machine), losses_of(nest[index], machine, tiling)
    before = losses_of(dense[index % len(dense)], machine, tiling)

    assert losses.total_cycles == pytest.approx(cost.total_cycles)
    assert all(getattr(losses, part) >= -1e-6 for part in losses.__dataclass_fields__)
    counts = mac_counts(nest[index], machine)
    assert 0 <= counts.effectual <= counts.performed <= nest[index].num_macs
    assert counts.effectual == pytest.approx(nest[index].num_effectual_macs, abs=1)
    assert array_cycles(losses) <= array_cycles(before) + 1e-6


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_stated_pattern_costs_what_a_mask_of_it_does(name: str, data: st.DataObject) -> None:
    """Where a group of 4, the core's, holds by chance no fewer than the pattern lets it."""
    patterns = st.sampled_from([(1, 2), (1, 4), (2, 4), (3, 4), (2, 8), (2, 32)])
    plain = data.draw(convolutions())
    masked = data.draw(patterned_masks(plain, patterns))
    machine = Machine(accelerator=load_accelerator(name))
    by_mask, stated = (
        nests_of(with_weights(plain, sparsity), machine) for sparsity in (masked, replace(masked, mask=None))
    )
    index = data.draw(st.integers(0, len(stated) - 1))
    tiling = data.draw(tilings(stated[index]))

    assert tile_cost(by_mask[index], tiling, machine) == tile_cost(stated[index], tiling, machine)


def nests_of(network: Network, machine: Machine) -> tuple[MatrixNest, ...]:
    """Nests of the one operator of ``network``."""
    nests = machine.storage.nests_of(network.operators[0], network.tensors)
    return tuple(nest for nest in nests if isinstance(nest, MatrixNest))


def array_cycles(losses: CycleLosses) -> float:
    """Cycles that the PEs would take, were ports, vector unit and DMA no limit."""
    return (
        losses.effectual_cycles
        + losses.unskipped_cycles
        + losses.mapping_cycles
        + losses.padding_cycles
        + losses.imbalance_cycles
        + losses.fill_cycles
    )


def test_a_dense_array_skips_no_zero():
    # 4 x 4, output-stationary: 4 * 2 folds of 32 + 4 + 4 - 2 cycles; 16 * 8 * 32 products on 16 PEs take 256
    machine = Machine(accelerator=make_accelerator(port_bytes=1024))
    losses = losses_of(replace(PRODUCT, weight_sparsity=HALF), machine)

    assert (losses.effectual_cycles, losses.unskipped_cycles) == (128, 128)
    assert losses.fill_cycles == 8 * 6
    assert losses.mapping_cycles == losses.scratchpad_cycles == losses.metadata_cycles == 0


def test_unused_columns_are_a_loss_of_their_own():
    # 8 filters on 3 columns: 3 folds of columns do the work of 8/3
    machine = Machine(accelerator=make_accelerator(rows=4, cols=3, port_bytes=1024))

    losses = losses_of(PRODUCT, machine)

    assert losses.effectual_cycles == pytest.approx(16 * 8 * 32 / 12)
    assert losses.mapping_cycles == pytest.approx(4 * 3 * 32 - 16 * 8 * 32 / 12)


def test_metadata_that_slows_the_ports_is_named():
    # operands without metadata take the ports as long as the array takes or less, with it longer
    machine = Machine(accelerator=make_accelerator(port_bytes=8))
    bare = OperandStorage(
        format="bitmap",
        off_chip_value_bits=4,
        off_chip_metadata_bits=0,
        scratchpad_value_bits=4,
        scratchpad_metadata_bits=0,
    )
    told = replace(bare, scratchpad_metadata_bits=8.0)
    with_metadata = replace(PRODUCT, weight_storage=told, weight_sparsity=HALF)
    # ports: 16 * 32 * 2 inputs of 8 bits, 8 * 32 * 4 weights of 4 (12) bits, 128 outputs: 1664 and 2688 bytes;
    # 208 and 336 cycles; array: 8 folds of 38 are 304
    cost = tile_cost(with_metadata, WHOLE, machine)
    losses = losses_of(with_metadata, machine)

    assert losses.metadata_cycles == 336 - 304
    assert losses.scratchpad_cycles == 0
    assert cost.limited_by in (Limit.METADATA, Limit.OFF_CHIP)
    assert losses_of(replace(PRODUCT, weight_storage=bare), machine).metadata_cycles == 0
