"""The parts that cycles are made of, as figures name and fill them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plots.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY_BLUE, VERMILLION, YELLOW, Fill
from simulator.result import CycleLosses


@dataclass(frozen=True, slots=True)
class LossPart:
    """One part of ``CycleLosses``."""

    name: str
    fill: Fill
    cycles: Callable[[CycleLosses], float]


EFFECTUAL = LossPart("products without a zero", Fill(BLUE), lambda losses: losses.effectual_cycles)
LOSSES = (
    LossPart("zeros not skipped", Fill(VERMILLION, "xxxx"), lambda losses: losses.unskipped_cycles),
    LossPart("padding of groups", Fill(YELLOW), lambda losses: losses.padding_cycles),
    LossPart("load imbalance", Fill(PURPLE, "\\\\\\\\"), lambda losses: losses.imbalance_cycles),
    LossPart("unused PEs", Fill(SKY_BLUE, "...."), lambda losses: losses.mapping_cycles),
    LossPart("fill and drain", Fill(GREY, "----"), lambda losses: losses.fill_cycles),
    LossPart("vector unit", Fill(GREEN, "////"), lambda losses: losses.vector_cycles),
    LossPart("scratchpad bandwidth", Fill(SKY_BLUE), lambda losses: losses.scratchpad_cycles),
    LossPart("metadata", Fill(BLACK), lambda losses: losses.metadata_cycles),
    LossPart("waiting for off-chip", Fill(ORANGE, "////"), lambda losses: losses.off_chip_cycles),
)
"""What is added to the ideal, in the order in which a figure adds it."""
PARTS = (EFFECTUAL, *LOSSES)
"""All parts: they add up to the cycles taken."""
