"""The accelerator as the cost model sees it: array model, lanes, capacities and bandwidths in bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from hw_configs.accelerator import Accelerator, Memory
from simulator.arrays import array_model
from simulator.arrays.protocol import ArrayModel
from simulator.kernels.tile_types import Bounds
from simulator.stored_nests import NestStorage
from simulator.unit_costs import UnitCosts, operand_memories, unit_costs
from workloads.loop_nest import MatrixNest

_UNBOUNDED_BITS = 2**62


@dataclass(frozen=True, kw_only=True)
class Machine:
    """An accelerator with its derived figures."""

    accelerator: Accelerator

    @cached_property
    def array(self) -> ArrayModel:
        """Closed forms of its PE array, for dense operands."""
        return array_model(self.accelerator.array)

    @cached_property
    def _bound_arrays(self) -> dict[MatrixNest, ArrayModel]:
        return {}

    def array_for(self, nest: MatrixNest) -> ArrayModel:
        """Return the closed forms that know the zeros of ``nest``, as far as its storage tells them."""
        if nest not in self._bound_arrays:
            told = replace(
                nest,
                input_sparsity=nest.input_sparsity if nest.tells_input_zeros else None,
                weight_sparsity=nest.weight_sparsity if nest.tells_weight_zeros else None,
            )
            self._bound_arrays[nest] = self.array.bound_to(told)
        return self._bound_arrays[nest]

    @cached_property
    def storage(self) -> NestStorage:
        """How it stores operands: nests with that storage are ``storage.nests_of(operator, tensors)``."""
        return NestStorage(self.accelerator.compression, self.accelerator.array.type, self.array_for)

    @property
    def num_lanes(self) -> int:
        """Lanes of the vector unit."""
        return self.accelerator.vector_unit.lanes

    @property
    def accumulator_bits(self) -> int:
        """Bits of a partial sum."""
        return self.accelerator.array.accumulator_format.bits

    @cached_property
    def memories(self) -> tuple[Memory, Memory, Memory]:
        """The memory that holds inputs, weights, outputs: three times the same when it is shared."""
        return operand_memories(self.accelerator)

    @cached_property
    def costs(self) -> UnitCosts:
        """Energy of elementary events, and area."""
        return unit_costs(self.accelerator)

    def costs_for(self, nest: MatrixNest) -> UnitCosts:
        """Return ``costs`` with what decoding the operands of ``nest`` at the array adds to a bit read for it."""
        added = [
            decoder.decode_pj_per_element * density / stored.scratchpad_bits
            if stored and decoder and decoder.decoded_at == "array" and stored.scratchpad_bits
            else 0.0
            for decoder, density, stored in (
                (self.accelerator.compression.activation, nest.input_density_fraction, nest.input_storage),
                (self.accelerator.compression.weight, nest.weight_density_fraction, nest.weight_storage),
            )
        ]
        if not any(added):
            return self.costs
        inputs, weights, outputs = self.costs.scratchpad_read_pj_per_bit
        return replace(self.costs, scratchpad_read_pj_per_bit=(inputs + added[0], weights + added[1], outputs))

    @property
    def decoded_elements_per_cycle(self) -> tuple[int, int]:
        """Non-zeros that the decoders at the array hand out a cycle, of input and weight; 0 where they keep up."""
        compression = self.accelerator.compression
        decoders = (compression.activation, compression.weight)
        rates = [
            decoder.decode_elements_per_cycle or 0 if decoder and decoder.decoded_at == "array" else 0
            for decoder in decoders
        ]
        return rates[0], rates[1]

    @property
    def decodes_slowly(self) -> bool:
        """Whether decoders at the array may take longer than the array."""
        return any(self.decoded_elements_per_cycle)

    @property
    def is_shared(self) -> bool:
        """Whether one memory serves all operands."""
        return isinstance(self.accelerator.scratchpad, Memory)

    @property
    def scratchpad_bytes(self) -> int:
        """Capacity of all memories."""
        return sum(memory.capacity_bytes for memory in self.memories[: 1 if self.is_shared else 3])

    @cached_property
    def bounds(self) -> Bounds:
        """Capacities and DMA speed, for the kernels."""
        operand_bits = [_UNBOUNDED_BITS if self.is_shared else 8 * memory.capacity_bytes for memory in self.memories]
        dma = self.accelerator.dma
        return Bounds(
            total_bits=8 * self.scratchpad_bytes,
            input_bits=operand_bits[0],
            weight_bits=operand_bits[1],
            output_bits=operand_bits[2],
            bits_per_cycle=8.0 * self.accelerator.off_chip_bytes_per_cycle,
            latency_cycles=dma.latency_cycles,
            num_channels=dma.channels,
            burst_bits=8 * dma.burst_bytes,
        )
