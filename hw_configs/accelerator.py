"""The accelerator schema: what an accelerator file may say, with units, ranges and defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hw_configs.quantities import Bytes, BytesPerSecond, Format, Hertz
from hw_configs.technology import Technology, Text
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


ArraySide = Annotated[int, Field(ge=1, le=2**16, strict=True)]
PositiveInt = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
CountInt = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


class Array(_Section):
    """The PE array. ``type`` names a file of simulator/arrays."""

    type: Literal["systolic", "mesh"] = "systolic"
    rows: ArraySide
    cols: ArraySide
    dataflow: Literal["os", "ws", "is"]
    clock_hz: Hertz
    formats: tuple[Format, ...] = Field(
        min_length=1, description="operand formats that the PEs multiply; the first is the default"
    )
    accumulator_format: Format

    @property
    def default_format(self) -> ElementFormat:
        """The format that tensors of an unsupported format are costed in."""
        return self.formats[0]

    @model_validator(mode="after")
    def _check(self) -> Array:
        if self.type == "mesh" and self.dataflow != "os":
            raise ValueError(f"a mesh array runs the os dataflow only, found {self.dataflow}")
        accumulator = self.accumulator_format
        for operand in self.formats:
            if operand.bits > accumulator.bits:
                raise ValueError(
                    f"expected an accumulator of at least {operand.bits} bits for {operand}, found {accumulator}"
                )
            if operand.kind is not NumberKind.INTEGER and accumulator.kind is NumberKind.INTEGER:
                raise ValueError(f"expected a floating-point accumulator for {operand}, found {accumulator}")
        return self


class VectorUnit(_Section):
    """The unit that runs what the array does not: one operation a lane a cycle, at the array's clock."""

    lanes: PositiveInt
    format: Format


class Memory(_Section):
    """One scratchpad memory. A port of a bank moves ``port_bytes`` a cycle."""

    capacity_bytes: Bytes
    banks: PositiveInt = 1
    ports_per_bank: PositiveInt = 1
    port_bytes: Bytes

    @property
    def bandwidth_bytes_per_cycle(self) -> int:
        """Bytes that all ports of all banks move a cycle."""
        return self.banks * self.ports_per_bank * self.port_bytes

    @model_validator(mode="after")
    def _check(self) -> Memory:
        if self.banks * self.port_bytes > self.capacity_bytes:
            raise ValueError(
                f"expected at least banks x port_bytes = {self.banks} x {self.port_bytes} = "
                f"{self.banks * self.port_bytes} bytes of capacity, found {self.capacity_bytes}"
            )
        return self


class SplitScratchpad(_Section):
    """A memory of its own for each operand."""

    input: Memory
    weight: Memory
    output: Memory


def _scratchpad_kind(value: object) -> str:
    """Return the model that the keys point to, so that errors are about the right one."""
    if isinstance(value, SplitScratchpad):
        return "split"
    if isinstance(value, Mapping) and any(key in SplitScratchpad.model_fields for key in value):
        return "split"
    return "shared"


Scratchpad = Annotated[
    Annotated[Memory, Tag("shared")] | Annotated[SplitScratchpad, Tag("split")], Discriminator(_scratchpad_kind)
]


class Dma(_Section):
    """The engines that move tiles between off-chip memory and scratchpad."""

    channels: PositiveInt = 1
    latency_cycles: CountInt = 0
    burst_bytes: Bytes = 1


class OffChip(_Section):
    """Off-chip memory. ``bandwidth_bytes_per_second`` of null means unbounded (a stall-free study)."""

    kind: Text
    bandwidth_bytes_per_second: BytesPerSecond | None
    energy_pj_per_bit: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False, strict=True)]


TechnologyLoader = Callable[[str], Technology]


def _resolve_technology(value: object, info: ValidationInfo) -> object:
    """Return the technology that a name stands for; the loader comes as the validation context."""
    if not isinstance(value, str):
        return value
    load: TechnologyLoader | None = info.context
    if load is None:
        raise ValueError(f"expected a technology, found the name {value!r} with nothing to look it up in")
    try:
        return load(value)
    except ConfigError as error:
        raise ValueError(str(error)) from None


class Accelerator(_Section):
    """A whole accelerator, checked. ``technology`` is resolved from its name when the file is loaded.

    ``sources`` maps a field (``array.rows``) to where its value comes from: a citation, or ``assumed: reason``.
    """

    name: Text
    description: Annotated[str, Field(strict=True)] = ""
    technology: Annotated[Technology, BeforeValidator(_resolve_technology)]
    array: Array
    vector_unit: VectorUnit
    scratchpad: Scratchpad
    dma: Dma = Dma()
    off_chip: OffChip
    sources: dict[str, Text] = Field(default_factory=dict)

    @field_validator("sources")
    @classmethod
    def _copy(cls, sources: dict[str, str]) -> dict[str, str]:
        return dict(sources)

    @property
    def off_chip_bytes_per_cycle(self) -> float:
        """Off-chip bandwidth in bytes a clock cycle of the array; infinite when unbounded."""
        if self.off_chip.bandwidth_bytes_per_second is None:
            return float("inf")
        return self.off_chip.bandwidth_bytes_per_second / self.array.clock_hz

    def __hash__(self) -> int:
        """Hash of every part but the sources, which change no number."""
        return hash(
            (self.name, self.technology, self.array, self.vector_unit, self.scratchpad, self.dma, self.off_chip)
        )
