"""Energy of moving compressed operands by hand: values and metadata apart, wherever they are decoded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from hw_configs.accelerator import Compression, OperandCompression
from simulator.machine import Machine
from simulator.moving_energy import load_costs, metadata_share, moving_energies, store_pj_per_bit
from simulator.plan import Tiling
from simulator.position_tiles import PositionTile
from simulator.tile_cost import tile_cost
from tests.simulator.drawn import accelerators, make_accelerator, tiled_nests
from workloads.loop_nest import MatrixNest, VectorNest
from workloads.operand_storage import OperandStorage, dense_storage
from workloads.sparsity import Sparsity, SparsityOrigin

PRODUCT = MatrixNest(
    groups=1,
    batch=8,
    axes=(),
    num_filters=4,
    num_channels=16,
    input_bits=8,
    weight_bits=8,
    output_bits=8,
    resident_bits=0,
    num_output_elements=32,
)
WHOLE = Tiling(position_tile=PositionTile(num_positions=8), filter_tile=4, channel_tile=16)
BITMAP = OperandStorage(  # half of the weights are zero: 4 bits of values, 1 bit of metadata
    format="bitmap",
    off_chip_value_bits=4,
    off_chip_metadata_bits=1,
    scratchpad_value_bits=4,
    scratchpad_metadata_bits=1,
)
HALF = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)


def machine_with(at: str = "array", pj: float = 0.0) -> Machine:
    decoder = OperandCompression(formats=("bitmap",), decoded_at=at, decode_pj_per_element=pj)
    accelerator = make_accelerator(port_bytes=8).model_copy(update={"compression": Compression(weight=decoder)})
    return Machine(accelerator=accelerator)


def test_a_fifth_of_what_a_bitmap_moves_is_metadata():
    machine = machine_with()
    nest = replace(PRODUCT, weight_storage=BITMAP, weight_sparsity=HALF)

    _, weights, _ = moving_energies(nest, tile_cost(nest, WHOLE, machine), machine)

    write, read = machine.costs.scratchpad_write_pj_per_bit[1], machine.costs.scratchpad_read_pj_per_bit[1]
    bits = 4 * 16 * 5
    read_bits = 2 * bits  # two folds of four rows each read them again
    assert weights.off_chip_pj == pytest.approx(0.8 * bits * machine.costs.off_chip_pj_per_bit)
    assert weights.scratchpad_pj == pytest.approx(0.8 * (bits * write + read_bits * read))
    assert weights.metadata_pj == pytest.approx(0.25 * (weights.off_chip_pj + weights.scratchpad_pj))


@pytest.mark.parametrize(("at", "num_decoded"), [("array", 2 * 32), ("dma", 32)])
def test_decoding_counts_as_metadata_wherever_it_happens(at, num_decoded):
    # 32 non-zeros are loaded once, and read by two folds
    scratchpad = {} if at == "array" else {"scratchpad_value_bits": 8.0, "scratchpad_metadata_bits": 0.0}
    nest = replace(PRODUCT, weight_storage=replace(BITMAP, **scratchpad), weight_sparsity=HALF)
    free, costly = machine_with(at), machine_with(at, pj=3.0)

    _, without, _ = moving_energies(nest, tile_cost(nest, WHOLE, free), free)
    _, weights, _ = moving_energies(nest, tile_cost(nest, WHOLE, costly), costly)

    assert weights.metadata_pj - without.metadata_pj == pytest.approx(3.0 * num_decoded)
    assert (weights.scratchpad_pj, weights.off_chip_pj) == pytest.approx((without.scratchpad_pj, without.off_chip_pj))


def test_what_the_dma_decodes_is_written_dense():
    stored = replace(BITMAP, scratchpad_value_bits=8.0, scratchpad_metadata_bits=0.0)
    machine = machine_with("dma")

    costs = load_costs(replace(PRODUCT, weight_storage=stored), 1, machine)

    # 5 bits cross the interface for 8 written
    assert costs.scratchpad_pj == pytest.approx(8 / 5 * machine.costs.scratchpad_write_pj_per_bit[1])
    assert costs.metadata_pj == pytest.approx(machine.costs.off_chip_pj_per_bit / 5)
    assert costs.off_chip_pj == pytest.approx(0.8 * machine.costs.off_chip_pj_per_bit)


def test_outputs_are_read_dense_and_stored_compressed():
    machine = machine_with()
    nest = replace(PRODUCT, output_storage=replace(BITMAP, off_chip_value_bits=3))  # 4 bits for 8

    expected = machine.costs.off_chip_pj_per_bit + 2 * machine.costs.scratchpad_read_pj_per_bit[2]
    assert store_pj_per_bit(nest, machine) == pytest.approx(expected)
    half = VectorNest(
        groups=1,
        axes=(),
        num_positions=8,
        input_bits=64,
        output_bits=64,
        resident_bits=0,
        num_operations=8,
        output_off_chip_fraction=0.5,
    )
    assert store_pj_per_bit(half, machine) == pytest.approx(expected)


def test_nothing_stored_costs_nothing_to_load():
    nothing = replace(BITMAP, off_chip_value_bits=0, off_chip_metadata_bits=0)

    assert load_costs(replace(PRODUCT, weight_storage=nothing), 1, machine_with()).total_pj == 0
    assert metadata_share(dense_storage(8)) == 0


@settings(max_examples=100, deadline=None)
@given(drawn=tiled_nests(), accelerator=accelerators())
def test_dense_operands_have_no_metadata_and_cost_their_bits(drawn, accelerator):
    nest, tiling = drawn
    if isinstance(nest, MatrixNest):
        nest = replace(nest, input_storage=None, weight_storage=None, output_storage=None)
    else:
        nest = replace(nest, input_off_chip_fraction=1.0, output_off_chip_fraction=1.0)
    machine = Machine(accelerator=accelerator)
    cost = tile_cost(nest, tiling, machine)

    energies = moving_energies(nest, cost, machine)

    traffic, costs = cost.off_chip_bits, machine.costs
    loads = (traffic.input_read, traffic.weight_read, traffic.output_read)
    expected = sum(costs.load_pj_per_bit(operand) * bits for operand, bits in enumerate(loads))
    expected += costs.store_pj_per_bit * traffic.output_write + sum(cost.port_energies_pj)
    assert sum(energy.total_pj for energy in energies) == pytest.approx(expected)
    assert all(energy.metadata_pj == 0 for energy in energies)
