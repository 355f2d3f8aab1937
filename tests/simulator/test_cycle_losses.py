"""Where cycles go: parts add up on every array, and each limit shows in its own part."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from hw_configs.load import load_accelerator
from simulator.cycle_losses import matrix_losses, stream_losses
from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.position_tiles import PositionTile
from simulator.result import CycleLosses, Limit
from simulator.tile_cost import tile_cost
from tests.simulator.drawn import accelerators, make_accelerator, tiled_nests
from workloads.loop_nest import MatrixNest
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


@pytest.mark.parametrize(
    "name",
    ["edge_npu", "sparse_tensor_core", "dual_side_tensor_core", "eyeriss_v2", "sigma_like"],
)
def test_parts_add_up_on_sparse_arrays(name):
    machine = Machine(accelerator=load_accelerator(name))
    nest = replace(PRODUCT, weight_sparsity=HALF)
    cost = tile_cost(nest, WHOLE, machine)

    losses = losses_of(nest, machine)

    assert losses.total_cycles == pytest.approx(cost.total_cycles)
    assert all(getattr(losses, part) >= -1e-6 for part in losses.__dataclass_fields__)
    assert losses.effectual_cycles == pytest.approx(16 * 8 * 16 / machine.array_for(nest).peak_macs_per_cycle)


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
