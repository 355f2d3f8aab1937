"""Section of an accelerator file about training: what N:M training asks of PEs and what makes N:M weights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hw_configs.array_sections import Lanes, Section

Stages = Annotated[int, Field(ge=1, le=64, strict=True)]


class Training(Section):
    """Adders and operand registers of the PEs, and the sorter that prunes weights while the network trains."""

    adder_latency_cycles: Stages = Field(
        description="pipeline stages of a PE's adder: a sum takes its next product so many cycles after the last"
    )
    interleaved_accumulations: Stages = Field(
        description="outputs that a PE sums in turn, output-stationary; 1: one after another"
    )
    operand_registers: Lanes = Field(
        description="activations that a PE holds to choose from, weight-stationary: with a larger M it runs dense there"
    )
    sorter_lanes: Lanes = Field(description="groups of weights that are sorted at once, each of M in M cycles")
