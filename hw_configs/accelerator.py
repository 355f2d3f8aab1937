"""The accelerator schema: what an accelerator file may say, with units, ranges and defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hw_configs.quantities import Bytes, BytesPerSecond, Format, Hertz
from hw_configs.technology import Technology
from workloads.formats import ElementFormat


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


PositiveInt = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
CountInt = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


class Array(_Section):
    """The PE array. ``type`` names a file of simulator/arrays."""

    type: Literal["systolic", "mesh"] = "systolic"
    rows: PositiveInt
    cols: PositiveInt
    dataflow: Literal["os", "ws", "is"]
    clock_hz: Hertz
    formats: tuple[Format, ...] = Field(min_length=1, description="operand formats that the PEs multiply; the first is the default")
    accumulator_format: Format

    @property
    def default_format(self) -> ElementFormat:
        """The format that tensors of an unsupported format are costed in."""
        return self.formats[0]


class VectorUnit(_Section):
    """The unit that runs what the array does not: one operation a lane a cycle, at the array's clock."""

    lanes: PositiveInt
    format: Format


class Memory(_Section):
    """One scratchpad memory."""

    capacity_bytes: Bytes
    banks: PositiveInt = 1
    ports_per_bank: PositiveInt = 1
    port_bytes: PositiveInt = Field(description="bytes that one port of one bank moves a cycle")

    @property
    def bandwidth_bytes_per_cycle(self) -> int:
        """Bytes that all ports of all banks move a cycle."""
        return self.banks * self.ports_per_bank * self.port_bytes


class SplitScratchpad(_Section):
    """A memory of its own for each operand."""

    input: Memory
    weight: Memory
    output: Memory


class Dma(_Section):
    """The engines that move tiles between off-chip memory and scratchpad."""

    channels: PositiveInt = 1
    latency_cycles: CountInt = 0
    burst_bytes: PositiveInt = 1


class OffChip(_Section):
    """Off-chip memory. ``bandwidth_bytes_per_second`` absent means unbounded (a stall-free study)."""

    kind: str
    bandwidth_bytes_per_second: BytesPerSecond | None
    energy_pj_per_bit: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Accelerator(_Section):
    """A whole accelerator, checked. ``technology`` is resolved from its name when the file is loaded."""

    name: str
    description: str = ""
    technology: Technology
    array: Array
    vector_unit: VectorUnit
    scratchpad: Memory | SplitScratchpad
    dma: Dma = Dma()
    off_chip: OffChip

    @property
    def off_chip_bytes_per_cycle(self) -> float:
        """Off-chip bandwidth in bytes a clock cycle of the array; infinite when unbounded."""
        if self.off_chip.bandwidth_bytes_per_second is None:
            return float("inf")
        return self.off_chip.bandwidth_bytes_per_second / self.array.clock_hz
