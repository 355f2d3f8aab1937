"""Energy of moving each operand between off-chip memory, scratchpad and array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from simulator.machine import Machine
from simulator.result import Energy, OperandTraffic
from simulator.tile_cost import Nest
from workloads.loop_nest import MatrixNest
from workloads.operand_storage import OperandStorage, dense_storage


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCosts:
    """Energy of loading one off-chip bit of an operand: off-chip read, scratchpad write, decoding where the DMA does.

    ``metadata_pj`` is the part of the sum that metadata and decoding take.
    """

    off_chip_pj: float
    scratchpad_pj: float
    metadata_pj: float

    @property
    def total_pj(self) -> float:
        """Everything."""
        return self.off_chip_pj + self.scratchpad_pj + self.metadata_pj


def load_costs(nest: Nest, operand: int, machine: Machine) -> LoadCosts:
    """Return the costs of loading input (0) or weight (1), per bit that crosses the off-chip interface."""
    costs = machine.costs
    if not isinstance(nest, MatrixNest):
        written = 1 / nest.input_off_chip_fraction if operand == 0 and nest.input_off_chip_fraction else 1.0
        scratchpad_pj = written * costs.scratchpad_write_pj_per_bit[operand]
        return LoadCosts(off_chip_pj=costs.off_chip_pj_per_bit, scratchpad_pj=scratchpad_pj, metadata_pj=0.0)
    stored = (nest.stored_input, nest.stored_weight)[operand]
    if not stored.off_chip_bits:
        return LoadCosts(off_chip_pj=0.0, scratchpad_pj=0.0, metadata_pj=0.0)
    off_chip_metadata = stored.off_chip_metadata_bits / stored.off_chip_bits
    written = stored.scratchpad_bits / stored.off_chip_bits * costs.scratchpad_write_pj_per_bit[operand]
    on_chip_metadata = metadata_share(stored)
    return LoadCosts(
        off_chip_pj=costs.off_chip_pj_per_bit * (1 - off_chip_metadata),
        scratchpad_pj=written * (1 - on_chip_metadata),
        metadata_pj=costs.off_chip_pj_per_bit * off_chip_metadata
        + written * on_chip_metadata
        + _dma_decoding_pj(nest, operand, machine) / stored.off_chip_bits,
    )


def store_pj_per_bit(nest: Nest, machine: Machine) -> float:
    """Return the energy of storing one off-chip bit of finished output: scratchpad read and off-chip write."""
    costs = machine.costs
    if isinstance(nest, MatrixNest):
        off_chip_bits = nest.stored_output.off_chip_bits
        read = nest.output_bits / off_chip_bits if off_chip_bits else 0.0
    else:
        read = 1 / nest.output_off_chip_fraction if nest.output_off_chip_fraction else 0.0
    return costs.off_chip_pj_per_bit + read * costs.scratchpad_read_pj_per_bit[2]


def metadata_share(stored: OperandStorage) -> float:
    """Return which fraction of the bits in the scratchpad are metadata."""
    return stored.scratchpad_metadata_bits / stored.scratchpad_bits if stored.scratchpad_bits else 0.0


class Moved(Protocol):
    """What an operator moves: off-chip bits, those of resident parameters among them, and the ports' energy."""

    @property
    def off_chip_bits(self) -> OperandTraffic: ...
    @property
    def resident_bits(self) -> int: ...
    @property
    def port_energies_pj(self) -> tuple[float, float, float]: ...


def moving_energies(nest: Nest, cost: Moved, machine: Machine) -> tuple[Energy, Energy, Energy]:
    """Return the energy of moving input, weight and output: scratchpad, off-chip and metadata parts."""
    costs, traffic = machine.costs, cost.off_chip_bits
    plain_pj = costs.off_chip_pj_per_bit, costs.scratchpad_write_pj_per_bit
    inputs = _loaded(traffic.input_read, load_costs(nest, 0, machine)) + _port_energy(nest, 0, cost, machine)
    compressed = traffic.weight_read - cost.resident_bits
    weights = _loaded(compressed, load_costs(nest, 1, machine)) + _port_energy(nest, 1, cost, machine)
    weights += Energy(off_chip_pj=cost.resident_bits * plain_pj[0], scratchpad_pj=cost.resident_bits * plain_pj[1][1])
    finished = traffic.output_write - traffic.output_read
    sums = traffic.output_read * (costs.load_pj_per_bit(2) + costs.store_pj_per_bit)
    stored = finished * store_pj_per_bit(nest, machine)
    off_chip = (traffic.output_read + traffic.output_write) * costs.off_chip_pj_per_bit
    outputs = Energy(off_chip_pj=off_chip, scratchpad_pj=sums + stored - off_chip + cost.port_energies_pj[2])
    return inputs, weights, outputs


def _loaded(bits: int, costs: LoadCosts) -> Energy:
    return Energy(
        off_chip_pj=bits * costs.off_chip_pj,
        scratchpad_pj=bits * costs.scratchpad_pj,
        metadata_pj=bits * costs.metadata_pj,
    )


def _port_energy(nest: Nest, operand: int, cost: Moved, machine: Machine) -> Energy:
    """Reads of an operand through the scratchpad's ports; decoding at the array counts as metadata."""
    total = cost.port_energies_pj[operand]
    if not isinstance(nest, MatrixNest) or not total:
        return Energy(scratchpad_pj=total)
    stored = (nest.input_storage, nest.weight_storage)[operand] or dense_storage(1)
    plain = machine.costs.scratchpad_read_pj_per_bit[operand]
    with_decoding = machine.costs_for(nest).scratchpad_read_pj_per_bit[operand]
    reads = total if with_decoding == plain else total * plain / with_decoding
    metadata = reads * metadata_share(stored)
    return Energy(scratchpad_pj=reads - metadata, metadata_pj=metadata + total - reads)


def _dma_decoding_pj(nest: MatrixNest, operand: int, machine: Machine) -> float:
    """Decoding energy a stored element that the DMA decodes."""
    compression = machine.accelerator.compression
    decoder = (compression.activation, compression.weight)[operand]
    stored = (nest.input_storage, nest.weight_storage)[operand]
    if stored is None or decoder is None or decoder.decoded_at != "dma":
        return 0.0
    density = (nest.input_density_fraction, nest.weight_density_fraction)[operand]
    return decoder.decode_pj_per_element * density
