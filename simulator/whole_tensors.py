"""What it takes to move a whole tensor between off-chip memory and scratchpad."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.kernels.tile_loops import dma_cycles
from simulator.machine import Machine
from simulator.result import Energy
from workloads.tensor import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTransfer:
    """One transfer of a tensor, in either direction.

    Parameters
    ----------
    bits : int
        Off-chip, compressed where the accelerator compresses activations.
    cycles : int
        Of the DMA, which does nothing else meanwhile.
    load, store : Energy
    """

    bits: int
    cycles: int
    load: Energy
    store: Energy

    @property
    def num_bytes(self) -> int:
        """Off-chip bytes."""
        return -(-self.bits // 8)


def whole_bytes(tensor: Tensor) -> int:
    """Return the place that a whole activation takes in the scratchpad.

    Assumes whole tensors lie dense in the scratchpad: how many zeros there are is known once all are made.
    """
    return tensor.size_bytes


def whole_transfer(tensor: Tensor, machine: Machine) -> WholeTransfer:
    """Return what moving the whole activation ``tensor`` takes.

    Assumes a whole tensor is loaded before its operator starts and stored after it ends, while nothing computes.
    Assumes decoding or encoding it on the way takes no energy of its own.
    """
    bits = machine.storage.off_chip_bits(tensor)
    bounds, costs = machine.bounds, machine.costs
    bursts = -(-bits // bounds.burst_bits) * bounds.burst_bits
    off_chip_pj = bits * costs.off_chip_pj_per_bit
    dense_bits = 8 * whole_bytes(tensor)
    written_pj = dense_bits * costs.scratchpad_write_pj_per_bit[0]
    read_pj = dense_bits * costs.scratchpad_read_pj_per_bit[2]
    return WholeTransfer(
        bits=bits,
        cycles=int(dma_cycles(bounds, bursts, 1)),
        load=Energy(off_chip_pj=off_chip_pj, scratchpad_pj=written_pj),
        store=Energy(off_chip_pj=off_chip_pj, scratchpad_pj=read_pj),
    )
