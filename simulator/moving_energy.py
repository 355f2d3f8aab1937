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
    return moving_costs(nest, machine).energies(cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingCosts:
    """What moving the operands of one nest costs on one machine, whatever its tiling.

    Parameters
    ----------
    loads : (LoadCosts, LoadCosts)
        Of input and weight.
    ports : (PortCosts, PortCosts)
        Of input and weight.
    resident_pj : (float, float)
        Off-chip and scratchpad energy of a bit that is loaded once, dense.
    sums_pj, finished_pj, off_chip_pj : float
        A bit of partial sums out and back; of finished output, stored; the off-chip interface's part of any bit.
    """

    loads: tuple[LoadCosts, LoadCosts]
    ports: tuple[PortCosts, PortCosts]
    resident_pj: tuple[float, float]
    sums_pj: float
    finished_pj: float
    off_chip_pj: float

    def energies(self, moved: Moved) -> tuple[Energy, Energy, Energy]:
        """Return the energy of input, weight and output."""
        traffic, ports = moved.off_chip_bits, moved.port_energies_pj
        inputs = _loaded(traffic.input_read, self.loads[0]) + self.ports[0].energy(ports[0])
        weights = _loaded(traffic.weight_read - moved.resident_bits, self.loads[1]) + self.ports[1].energy(ports[1])
        off_chip_pj, written_pj = self.resident_pj
        weights += Energy(off_chip_pj=moved.resident_bits * off_chip_pj, scratchpad_pj=moved.resident_bits * written_pj)
        finished = traffic.output_write - traffic.output_read
        sums = traffic.output_read * self.sums_pj
        stored = finished * self.finished_pj
        off_chip = (traffic.output_read + traffic.output_write) * self.off_chip_pj
        outputs = Energy(off_chip_pj=off_chip, scratchpad_pj=sums + stored - off_chip + ports[2])
        return inputs, weights, outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCosts:
    """How the energy of an operand's reads through the scratchpad's ports divides: decoding at the array is metadata.

    ``plain_pj`` of ``with_decoding_pj`` a bit are the scratchpad's, of which metadata takes ``metadata_fraction``.
    """

    plain_pj: float
    with_decoding_pj: float
    metadata_fraction: float

    def energy(self, total_pj: float) -> Energy:
        """Return the parts of ``total_pj``."""
        is_plain = self.with_decoding_pj == self.plain_pj
        reads = total_pj if is_plain else total_pj * self.plain_pj / self.with_decoding_pj
        metadata = reads * self.metadata_fraction
        return Energy(scratchpad_pj=reads - metadata, metadata_pj=metadata + total_pj - reads)


def moving_costs(nest: Nest, machine: Machine) -> MovingCosts:
    """Return the energies of moving the operands of ``nest`` on ``machine``."""
    costs = machine.costs
    return MovingCosts(
        loads=(load_costs(nest, 0, machine), load_costs(nest, 1, machine)),
        ports=(_port_costs(nest, 0, machine), _port_costs(nest, 1, machine)),
        resident_pj=(costs.off_chip_pj_per_bit, costs.scratchpad_write_pj_per_bit[1]),
        sums_pj=costs.load_pj_per_bit(2) + costs.store_pj_per_bit,
        finished_pj=store_pj_per_bit(nest, machine),
        off_chip_pj=costs.off_chip_pj_per_bit,
    )


def _loaded(bits: int, costs: LoadCosts) -> Energy:
    return Energy(
        off_chip_pj=bits * costs.off_chip_pj,
        scratchpad_pj=bits * costs.scratchpad_pj,
        metadata_pj=bits * costs.metadata_pj,
    )


def _port_costs(nest: Nest, operand: int, machine: Machine) -> PortCosts:
    plain = machine.costs.scratchpad_read_pj_per_bit[operand]
    if not isinstance(nest, MatrixNest):
        return PortCosts(plain_pj=plain, with_decoding_pj=plain, metadata_fraction=0.0)
    stored = (nest.input_storage, nest.weight_storage)[operand] or dense_storage(1)
    return PortCosts(
        plain_pj=plain,
        with_decoding_pj=machine.costs_for(nest).scratchpad_read_pj_per_bit[operand],
        metadata_fraction=metadata_share(stored),
    )


def _dma_decoding_pj(nest: MatrixNest, operand: int, machine: Machine) -> float:
    """Decoding energy a stored element that the DMA decodes."""
    compression = machine.accelerator.compression
    decoder = (compression.activation, compression.weight)[operand]
    stored = (nest.input_storage, nest.weight_storage)[operand]
    if stored is None or decoder is None or decoder.decoded_at != "dma":
        return 0.0
    density = (nest.input_density_fraction, nest.weight_density_fraction)[operand]
    return decoder.decode_pj_per_element * density
