"""The accelerator as the cost model sees it: array model, lanes, capacities and bandwidths in bits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hw_configs.accelerator import Accelerator, Memory
from simulator.arrays import array_model
from simulator.arrays.protocol import ArrayModel
from simulator.kernels.tile_types import Bounds
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
        """Return the closed forms that know the zeros of ``nest``."""
        if nest not in self._bound_arrays:
            self._bound_arrays[nest] = self.array.bound_to(nest)
        return self._bound_arrays[nest]

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
