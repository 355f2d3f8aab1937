"""A plan: for each operator of a network, in order, how its loops are cut and run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from simulator.position_tiles import PositionTile
from simulator.streaming import EVERYTHING, Streaming
from workloads.errors import InfeasiblePlan

LOOP_ORDERS = ("mnk", "mkn", "nmk", "nkm", "kmn", "knm")
"""Outermost first; the row numbers of ``simulator.kernels.tile_loops.ORDERS``."""


class Operand(StrEnum):
    """What moves: the input, the weight (with bias) and the output of an operator."""

    INPUT = "input"
    WEIGHT = "weight"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiling:
    """Tile sizes and loop order of one operator.

    Parameters
    ----------
    position_tile : PositionTile
        Output positions a tile.
    filter_tile, channel_tile, group_tile : int
        Filters, input channels and groups a tile.
    loop_order : str
        One of ``LOOP_ORDERS``, outermost first.
    held : frozenset of Operand
        Operands whose tiles stay in the scratchpad across the loop they do not depend on.
    alternative : int
        Which of an operator's alternative nests runs.
    streaming : Streaming
        What passes tile by tile; the rest is whole in the scratchpad.

    Raises
    ------
    InfeasiblePlan
        For a tile size below 1 or an unknown loop order.
    """

    position_tile: PositionTile
    filter_tile: int = 1
    channel_tile: int = 1
    group_tile: int = 1
    loop_order: str = "mnk"
    held: frozenset[Operand] = frozenset()
    alternative: int = 0
    streaming: Streaming = EVERYTHING

    def __post_init__(self) -> None:
        for loop in ("filter_tile", "channel_tile", "group_tile"):
            if getattr(self, loop) < 1:
                raise InfeasiblePlan(f"tiling: expected {loop} of at least 1, found {getattr(self, loop)}")
        if self.loop_order not in LOOP_ORDERS:
            raise InfeasiblePlan(
                f"tiling: expected a loop order of {', '.join(LOOP_ORDERS)}, found {self.loop_order!r}"
            )
        if self.alternative < 0:
            raise InfeasiblePlan(f"tiling: expected an alternative of at least 0, found {self.alternative}")

    def __str__(self) -> str:
        sizes = [f"m={self.position_tile}", f"n={self.filter_tile}", f"k={self.channel_tile}"]
        if self.group_tile != 1:
            sizes.append(f"g={self.group_tile}")
        held = f" hold {'+'.join(sorted(self.held))}" if self.held else ""
        whole = f" whole {self.streaming}" if str(self.streaming) else ""
        return f"{' '.join(sizes)} {self.loop_order}{held}{whole}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A tensor that lies whole in the scratchpad, at one place, while some operators run.

    Parameters
    ----------
    tensor : str
        One that is no view of another.
    first_step, last_step : int
        Places in the schedule, both included, of operators that use it.
    offset_bytes, size_bytes : int
    is_loaded : bool
        Read from off-chip memory before the first step; else the first step makes it.
    is_stored : bool
        Written to off-chip memory after the first step.
    """

    tensor: str
    first_step: int
    last_step: int
    offset_bytes: int
    size_bytes: int
    is_loaded: bool = False
    is_stored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which operator runs when, and how: ``tilings[name]`` for each operator that is not a view.

    Operators run in ``schedule`` order. What has no stay in a step passes tile by tile, from and to off-chip memory.

    Parameters
    ----------
    schedule : tuple of str
    tilings : dict of str to Tiling
    stays : tuple of Stay
    buffers : dict of str to int
        Where an operator's tile buffers begin, in bytes; 0 unless given.
    """

    schedule: tuple[str, ...]
    tilings: dict[str, Tiling]
    stays: tuple[Stay, ...] = ()
    buffers: dict[str, int] = field(default_factory=dict)
