"""The accelerator schema: what an accelerator file may say, with units, ranges and defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hw_configs.array_sections import (
    EyerissV2,
    NmSystolic,
    OuterProduct,
    ScalesimSparse,
    Section,
    Sigma,
    SparseTensorCore,
)
from hw_configs.quantities import Bytes, BytesPerSecond, Format, Hertz
from hw_configs.technology import Technology, Text
from hw_configs.training_section import Training
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind

ArraySide = Annotated[int, Field(ge=1, le=2**16, strict=True)]
PositiveInt = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
CountInt = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


ArrayType = Literal[
    "systolic",
    "mesh",
    "nm_systolic",
    "sparse_tensor_core",
    "outer_product",
    "eyeriss_v2",
    "sigma",
    "scalesim_sparse",
]
ARRAY_SECTIONS = ("nm_systolic", "sparse_tensor_core", "outer_product", "eyeriss_v2", "sigma", "scalesim_sparse")
"""Fields of ``Array`` that belong to the array type of the same name."""

StorageFormatName = Literal["bitmap", "run_length", "csr", "csc", "coo", "nm", "block", "codebook"]
"""Compressed formats of workloads.storage that hardware may decode; dense storage always is possible."""


class Array(Section):
    """The PE array. ``type`` names a file of simulator/arrays; the section of that name, if any, is about it alone."""

    type: ArrayType = "systolic"
    rows: ArraySide
    cols: ArraySide
    dataflow: Literal["os", "ws", "is"]
    clock_hz: Hertz
    formats: tuple[Format, ...] = Field(
        min_length=1, description="operand formats that the PEs multiply; the first is the default"
    )
    accumulator_format: Format
    zero_gating: bool = Field(
        default=False, description="a multiply-accumulate with a zero operand takes its cycle, but no arithmetic energy"
    )
    precision: Literal["parallel", "bit_serial", "bit_fusion"] = Field(
        default="parallel", description="how throughput changes with the operands' widths"
    )
    nm_systolic: NmSystolic | None = None
    sparse_tensor_core: SparseTensorCore | None = None
    outer_product: OuterProduct | None = None
    eyeriss_v2: EyerissV2 | None = None
    sigma: Sigma | None = None
    scalesim_sparse: ScalesimSparse | None = None

    @property
    def default_format(self) -> ElementFormat:
        """The format that tensors of an unsupported format are costed in."""
        return self.formats[0]

    @model_validator(mode="after")
    def _check(self) -> Array:
        if self.type == "mesh" and self.dataflow != "os":
            raise ValueError(f"a mesh array runs the os dataflow only, found {self.dataflow}")
        if self.type == "nm_systolic" and self.dataflow == "is":
            raise ValueError("an nm_systolic array runs the os and ws dataflows only, found is")
        for name in ARRAY_SECTIONS:
            if (getattr(self, name) is not None) != (name == self.type):
                raise ValueError(
                    f"array.type is {self.type}: expected {'a' if name == self.type else 'no'} section {name}, "
                    f"found {'none' if name == self.type else 'one'}"
                )
        accumulator = self.accumulator_format
        for operand in self.formats:
            if operand.bits > accumulator.bits:
                raise ValueError(
                    f"expected an accumulator of at least {operand.bits} bits for {operand}, found {accumulator}"
                )
            floats = (NumberKind.FLOAT, NumberKind.BRAIN_FLOAT)
            if operand.kind in floats and accumulator.kind not in floats:
                raise ValueError(f"expected a floating-point accumulator for {operand}, found {accumulator}")
        return self


class OperandCompression(Section):
    """Which compressed forms of an operand the hardware decodes, and where."""

    formats: tuple[StorageFormatName, ...] = Field(min_length=1, description="besides dense, which always works")
    decoded_at: Literal["array", "dma"] = Field(
        default="array", description="array: compressed in the scratchpad too; dma: dense in the scratchpad"
    )
    decode_elements_per_cycle: PositiveInt | None = Field(
        default=None, description="non-zeros that the decoder at the array hands out a cycle; null: it always keeps up"
    )
    decode_pj_per_element: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 0.0


class Compression(Section):
    """Compression that the memory path knows. Without a section the operand is stored dense, zeros and all."""

    weight: OperandCompression | None = None
    activation: OperandCompression | None = None


class VectorUnit(Section):
    """The unit that runs what the array does not: one operation a lane a cycle, at the array's clock."""

    lanes: PositiveInt
    format: Format


class Memory(Section):
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


class SplitScratchpad(Section):
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


class Dma(Section):
    """The engines that move tiles between off-chip memory and scratchpad."""

    channels: PositiveInt = 1
    latency_cycles: CountInt = 0
    burst_bytes: Bytes = 1


class OffChip(Section):
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


class Accelerator(Section):
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
    compression: Compression = Compression()
    training: Training | None = None
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
            (
                self.name,
                self.technology,
                self.array,
                self.vector_unit,
                self.scratchpad,
                self.dma,
                self.off_chip,
                self.compression,
                self.training,
            )
        )
