"""Input elements of position tiles as plain sets of coordinates: what ``split_positions`` must agree with."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from simulator.position_tiles import PositionTile
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest

Coordinate = tuple[int, ...]


@dataclass(frozen=True)
class TileSets:
    """One tile of output positions.

    ``true`` are the elements under the taps of its windows; ``spanned`` those and what lies between the taps;
    ``fetched`` is what the model fetches: as ``spanned``, but of whole rows when a run leaves its row. ``fresh`` are
    those of ``spanned`` that no earlier tile spanned.
    """

    positions: list[Coordinate]
    true: set[Coordinate]
    spanned: set[Coordinate]
    fetched: set[Coordinate]
    fresh: set[Coordinate]


def axes_of(nest: MatrixNest | VectorNest) -> list[SpatialAxis]:
    """All axes of the positions, outermost first, the batch one of them."""
    batch = nest.batch if isinstance(nest, MatrixNest) else 1
    images = SpatialAxis(num_positions=batch, input_size=batch)
    if isinstance(nest, MatrixNest) and nest.sequential:
        return [*nest.axes, images]
    return [images, *nest.axes]


def taps(axis: SpatialAxis, position: int) -> set[int]:
    """Input indices that the window at ``position`` multiplies."""
    start = position * axis.stride - axis.pad_begin
    return {start + axis.dilation * tap for tap in range(axis.kernel)} & set(range(axis.input_size))


def reach(axis: SpatialAxis, positions: list[int]) -> set[int]:
    """Input indices from the first to the last tap of the windows, gaps between windows that are apart left out."""
    result: set[int] = set()
    width = axis.dilation * (axis.kernel - 1) + 1
    for position in positions:
        start = position * axis.stride - axis.pad_begin
        result |= set(range(start, start + width))
    return result & set(range(axis.input_size))


def tile_positions(nest: MatrixNest | VectorNest, tile: PositionTile) -> list[list[Coordinate]]:
    """Positions of each tile, in the order in which tiles run."""
    axes = axes_of(nest)
    if tile.block is None:
        everything = list(itertools.product(*(range(axis.num_positions) for axis in axes)))
        size = tile.num_positions
        return [everything[start : start + size] for start in range(0, len(everything), size)]
    sides = [1] * (len(axes) - 2) + list(tile.block)
    starts = [range(0, axis.num_positions, side) for axis, side in zip(axes, sides, strict=True)]
    return [
        list(
            itertools.product(
                *(
                    range(first, min(first + side, axis.num_positions))
                    for first, side, axis in zip(corner, sides, axes, strict=True)
                )
            )
        )
        for corner in itertools.product(*starts)
    ]


def tile_sets(nest: MatrixNest | VectorNest, tile: PositionTile) -> list[TileSets]:
    """Each tile with its sets of input coordinates."""
    axes = axes_of(nest)
    seen: set[Coordinate] = set()
    result = []
    for positions in tile_positions(nest, tile):
        true, spanned = set(), set()
        for position in positions:
            true |= set(itertools.product(*map(taps, axes, position)))
            spanned |= set(itertools.product(*(reach(axis, [at]) for axis, at in zip(axes, position, strict=True))))
        fetched = spanned if tile.block else _whole_rows(axes, positions)
        result.append(TileSets(positions, true, spanned, fetched, spanned - seen))
        seen |= spanned
    return result


def _whole_rows(axes: list[SpatialAxis], positions: list[Coordinate]) -> set[Coordinate]:
    """The documented rule of runs: inside the outermost axis along which the run moves, everything."""
    first, last = positions[0], positions[-1]
    ranges = []
    moved = False
    for axis, low, high in zip(axes, first, last, strict=True):
        ranges.append(list(range(axis.num_positions)) if moved else list(range(low, high + 1)))
        moved = moved or low != high
    return set(itertools.product(*(reach(axis, span) for axis, span in zip(axes, ranges, strict=True))))


def shares(total: int, sizes: list[int]) -> list[int]:
    """``total`` dealt out in proportion to ``sizes``, rounded down as they come, whole in the end."""
    ends = list(itertools.accumulate(sizes))
    upto = [total * end // ends[-1] for end in ends]
    return [now - before for before, now in itertools.pairwise([0, *upto])]


def num_positions(nest: MatrixNest | VectorNest) -> int:
    """All positions of a group."""
    return (
        nest.num_positions if isinstance(nest, VectorNest) else math.prod(axis.num_positions for axis in axes_of(nest))
    )
