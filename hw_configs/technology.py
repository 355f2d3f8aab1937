"""The technology schema: what an operation, a bit and a square millimetre cost, each number with its source."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workloads.errors import ConfigError
from workloads.formats import parse_format

NonNegative = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False, strict=True)]
Text = Annotated[str, Field(min_length=1, strict=True)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(_Section):
    """A number and where it comes from: a citation, or ``assumed: reason``."""

    value: NonNegative
    source: Text


class OperationCost(_Section):
    """Energy and area of one arithmetic operation in one format."""

    energy_pj: NonNegative
    area_um2: NonNegative
    source: Text


def _check_format_name(name: str) -> str:
    try:
        parsed = parse_format(name).name
    except ConfigError as error:
        raise ValueError(str(error)) from None
    if parsed != name:
        raise ValueError(f"expected the format's short name {parsed!r}, found {name!r}")
    return name


FormatName = Annotated[str, AfterValidator(_check_format_name)]
OperationTable = Annotated[dict[FormatName, OperationCost], Field(min_length=1)]


class Technology(_Section):
    """A process node.

    ``add`` and ``multiply`` map a format's name (``int8``, ``fp16``) to its cost; widths that are not listed are
    estimated by ``hw_configs.operation_cost``.
    """

    name: Text
    description: Annotated[str, Field(strict=True)] = ""
    node_nm: Annotated[float, Field(ge=1, le=1000, strict=True)]
    sram_node_nm: Annotated[
        float, Field(ge=22, le=65, strict=True, description="node of the CACTI table that SRAM numbers are read at")
    ]
    add: OperationTable
    multiply: OperationTable
    register_energy_pj_per_bit: Sourced
    register_area_um2_per_bit: Sourced
    logic_leakage_mw_per_mm2: Sourced

    def __hash__(self) -> int:
        """Hash of what tells technologies apart at a glance; equality compares every number."""
        return hash((self.name, self.node_nm, self.sram_node_nm))
