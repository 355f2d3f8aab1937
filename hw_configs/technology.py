"""The technology schema: what an operation, a bit and a square millimetre cost, each number with its source."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(_Section):
    """A number and where it comes from: a citation, or ``assumed: reason``."""

    value: NonNegative
    source: Annotated[str, Field(min_length=1)]


class OperationCost(_Section):
    """Energy and area of one arithmetic operation in one format."""

    energy_pj: NonNegative
    area_um2: NonNegative
    source: Annotated[str, Field(min_length=1)]


class Technology(_Section):
    """A process node.

    ``add`` and ``multiply`` map a format's name (``int8``, ``fp16``) to its cost; integer widths between are
    interpolated by ``operation_energy``.
    """

    name: str
    node_nm: Annotated[float, Field(gt=0)]
    sram_node_nm: Annotated[float, Field(gt=0, description="node of the CACTI table that SRAM numbers are read from")]
    add: dict[str, OperationCost]
    multiply: dict[str, OperationCost]
    register_energy_pj_per_bit: Sourced
    register_area_um2_per_bit: Sourced
    logic_leakage_mw_per_mm2: Sourced
