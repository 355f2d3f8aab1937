"""Sections of an accelerator file that belong to one array type each: what its closed form depends on."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator


class Section(BaseModel):
    """A mapping of a file: unknown keys are errors, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


_PATTERN = re.compile(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})")


def _pattern(value: object) -> object:
    """Return ``2:4`` as (2, 4)."""
    if not isinstance(value, str):
        return value
    match = _PATTERN.fullmatch(value.strip())
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"expected N:M with 1 <= N <= M, as in 2:4, found {value!r}")
    return int(match[1]), int(match[2])


NmPair = Annotated[
    tuple[int, int],
    BeforeValidator(_pattern),
    WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN.pattern}$", "description": "N:M, as in 2:4"}),
]
Lanes = Annotated[int, Field(ge=1, le=2**16, strict=True)]


class NmSystolic(Section):
    """Systolic array whose PEs skip the zeros of N:M weights: each picks its activations out of a group of M."""

    max_m: Lanes = Field(default=16, description="largest M: activations that a PE can choose from")
    patterns: tuple[NmPair, ...] | None = Field(
        default=None, description="N:M patterns it runs; null: any with M up to max_m. Other weights run dense"
    )

    @model_validator(mode="after")
    def _check(self) -> NmSystolic:
        for n, m in self.patterns or ():
            if m > self.max_m:
                raise ValueError(f"expected patterns with M up to max_m {self.max_m}, found {n}:{m}")
        return self


class SparseTensorCore(Section):
    """Tensor core with structured weight sparsity, as Sparseloop models NVIDIA's and its extensions."""

    patterns: tuple[NmPair, ...] = Field(description="N:M patterns it runs, none for a dense tensor core")
    metadata: Literal["coordinates", "run_length"] = "coordinates"
    group_positions: Lanes = Field(default=16, description="compressed weights of a filter that one step consumes")
    input_reuse_filters: Lanes = Field(default=64, description="filters that share an activation once read")
    weight_reuse_positions: Lanes = Field(default=128, description="output positions that share a weight once read")


class OuterProduct(Section):
    """Dual-side sparse core: outer products of tiles of both operands, skipping zeros in quanta of its lanes."""

    tile: Annotated[int, Field(ge=1, le=128, strict=True)] = Field(
        default=32, description="positions and filters of a tile"
    )
    input_lanes: Lanes = Field(default=8, description="non-zero activations that one cycle takes")
    weight_lanes: Lanes = Field(default=16, description="non-zero weights that one cycle takes")
    merge_words_per_cycle: Lanes = Field(default=116, description="products that the accumulators merge a cycle")
    bitmap_cycles: Annotated[int, Field(ge=0, le=2**16, strict=True)] = Field(
        default=1, description="cycles of one reduction index that the product of its two bitmaps takes"
    )


class EyerissV2(Section):
    """PEs that take activations and weights compressed by column, and multiply non-zeros by non-zeros."""

    macs_per_pe: Annotated[int, Field(ge=1, le=64, strict=True)] = Field(
        default=1, description="multiply-accumulates a PE does a cycle: weights that one activation meets at once"
    )
    weights_per_pe: Lanes = Field(default=192, description="non-zero weights that a PE keeps")
    sums_per_pe: Lanes = Field(default=32, description="filters whose partial sums a PE keeps")


class Sigma(Section):
    """Flexible array: non-zeros of the stationary operand on any multiplier, reduced by a forwarding adder network."""

    distribution_bandwidth: Lanes = Field(description="elements that enter the array a cycle")
    reduction_bandwidth: Lanes = Field(description="sums that leave it a cycle")


class ScalesimSparse(Section):
    """SCALE-Sim's sparse modes, for comparison with it: also drops activation traffic, which real masks do not."""

    mode: Literal["layer_wise", "row_wise"] = "layer_wise"
    block: Lanes = Field(default=4, description="row_wise: weights of a block, an even number")

    @field_validator("block")
    @classmethod
    def _check_block(cls, block: int) -> int:
        if block % 2:
            raise ValueError(f"expected an even number, half of which is kept, found {block}")
        return block
