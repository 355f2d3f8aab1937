"""The bars of a waterfall: cycles before compression, the ideal, what each loss adds to it, cycles taken."""

from __future__ import annotations

import math
from dataclasses import dataclass

from plots.loss_parts import EFFECTUAL, LOSSES, LossPart
from plots.style import Fill
from simulator.result import CycleLosses, Result

TOTAL = Fill("#505050")
SMALL_FRACTION = 0.005
"""Losses below this share of the cycles taken share a bar: those of no visible length explain nothing."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallStep:
    """A bar, and what is written behind it besides its length.

    Parameters
    ----------
    name : str
    fill : Fill
    start_cycles, end_cycles : float
    is_loss : bool
        Whether it begins where the bar above it ends, rather than at 0.
    remark : str
    """

    name: str
    fill: Fill
    start_cycles: float
    end_cycles: float
    is_loss: bool = False
    remark: str = ""


def waterfall_steps(result: Result) -> tuple[WaterfallStep, ...]:
    """Return the bars of ``result`` from top to bottom; the first only where there are cycles before compression."""
    losses = result.losses
    ideal = WaterfallStep(
        name=EFFECTUAL.name,
        fill=EFFECTUAL.fill,
        start_cycles=0.0,
        end_cycles=losses.effectual_cycles,
        remark=_ideal_remark(result),
    )
    taken = WaterfallStep(name="cycles taken", fill=TOTAL, start_cycles=0.0, end_cycles=losses.total_cycles)
    if result.dense_total_cycles is None:
        return ideal, *_loss_steps(losses), taken
    before = WaterfallStep(
        name="before compression", fill=TOTAL, start_cycles=0.0, end_cycles=float(result.dense_total_cycles)
    )
    compared = WaterfallStep(
        name=taken.name,
        fill=TOTAL,
        start_cycles=0.0,
        end_cycles=taken.end_cycles,
        remark=f"speed-up {result.speedup_over_dense:.2f}×",
    )
    return before, ideal, *_loss_steps(losses), compared


def _loss_steps(losses: CycleLosses) -> tuple[WaterfallStep, ...]:
    """One step a loss, and one for all small ones; those that are 0 but for rounding are none."""
    total = losses.total_cycles
    shown = [part for part in LOSSES if abs(part.cycles(losses)) > _ROUNDING * total]
    small = [part for part in shown if abs(part.cycles(losses)) < SMALL_FRACTION * total]
    large = [part for part in shown if part not in small]
    if len(small) == 1:
        small, large = [], shown
    steps, reached = [], losses.effectual_cycles
    for part in large:
        steps.append(_loss_step(part, reached, part.cycles(losses)))
        reached += part.cycles(losses)
    if small:
        together = LossPart(f"{len(small)} smaller losses", small[0].fill, small[0].cycles)
        steps.append(_loss_step(together, reached, sum(part.cycles(losses) for part in small)))
    return tuple(steps)


def _loss_step(part: LossPart, reached: float, cycles: float) -> WaterfallStep:
    return WaterfallStep(
        name=part.name, fill=part.fill, start_cycles=reached, end_cycles=reached + cycles, is_loss=True
    )


def _ideal_remark(result: Result) -> str:
    """Say what products alone would gain, where there is something to compare with and a product is left."""
    if result.dense_effectual_cycles is None or result.ideal_speedup == math.inf:
        return ""
    return f"products alone {result.ideal_speedup:.2f}×"
