"""Which tile sizes are worth trying for a nest on a machine.

The sets depend on the nest and on the array's shape, never on capacity or bandwidth: a larger scratchpad only adds to
what fits, so the best plan never gets worse.
"""

from __future__ import annotations

import math

from simulator.machine import Machine
from simulator.position_tiles import PositionTile
from simulator.tile_space import Candidates
from workloads.loop_nest import MatrixNest, VectorNest

_MANY_TILES = 4096
"""More position tiles than this are tried only where tiles would otherwise exceed ``_SMALL_TILE``."""
_SMALL_TILE = 64
_SMALL_STREAM_TILE = 1024
"""Positions of a tile that fits any scratchpad worth the name: output positions, or elements of a stream."""
_MOST_TILES = 2**18
"""More are never tried: their list would not fit in memory."""


def candidate_tiles(nest: MatrixNest | VectorNest, machine: Machine) -> Candidates:
    """Return tile sizes that double from the smallest useful one to the whole loop."""
    if isinstance(nest, VectorNest):
        return Candidates(
            position_tiles=_position_tiles(nest, nest.num_positions, machine.num_lanes),
            group_tiles=_doublings(1, nest.groups),
        )
    m_unit, n_unit, k_unit = machine.array_for(nest).tile_units
    return Candidates(
        position_tiles=_position_tiles(nest, nest.m, m_unit),
        filter_tiles=_aligned(nest.num_filters, max(1, n_unit // nest.n_per_filter)),
        channel_tiles=_aligned(nest.num_channels, max(1, k_unit // nest.k_per_channel)),
        group_tiles=_doublings(1, nest.groups),
    )


def _doublings(first: int, total: int) -> tuple[int, ...]:
    """``first``, twice, four times ... it, below ``total``; and ``total``."""
    sizes = []
    size = first
    while size < total:
        sizes.append(size)
        size *= 2
    return (*sizes, total)


def _aligned(total: int, unit: int) -> tuple[int, ...]:
    """Doublings of the unit, and what is smaller than one unit: for scratchpads too small to fill the array."""
    below = _doublings(1, min(unit, total))
    return tuple(sorted({*below, *_doublings(min(unit, total), total)}))


def _position_tiles(nest: MatrixNest | VectorNest, total: int, unit: int) -> tuple[PositionTile, ...]:
    if isinstance(nest, MatrixNest) and nest.sequential:
        return (PositionTile(num_positions=nest.batch),)
    smallest = _smallest_tile(nest, total)
    runs = {size for size in _aligned(total, unit) if size >= smallest} | {total}
    sizes = [axis.num_positions for axis in nest.axes]
    for axis in range(len(sizes)):  # whole rows, whole planes
        inner = math.prod(sizes[axis:])
        runs.update(size * inner for size in _doublings(1, max(1, total // inner)) if size * inner >= smallest)
    tiles = [PositionTile(num_positions=size) for size in sorted(runs) if size <= total]
    return (*tiles, *_blocks(nest, sizes, smallest))


def _smallest_tile(nest: MatrixNest | VectorNest, total: int) -> int:
    """Return the least positions of a tile worth trying: few enough tiles, or small enough ones."""
    is_stream = isinstance(nest, VectorNest) and not nest.axes
    small = max(_SMALL_STREAM_TILE if is_stream else _SMALL_TILE, -(-total // _MOST_TILES))
    return min(-(-total // _MANY_TILES), small)


def _blocks(nest: MatrixNest | VectorNest, sizes: list[int], smallest: int) -> list[PositionTile]:
    """Squares over the last two axes, where windows overlap and rows would share too much halo."""
    if len(sizes) < 2 or all(axis.kernel <= axis.stride for axis in nest.axes):
        return []
    rows, cols = sizes[-2:]
    tiles = []
    side = 4
    while side < max(rows, cols):
        block = (min(side, rows), min(side, cols))
        if block[1] < cols and block[0] * block[1] >= smallest:
            tiles.append(PositionTile(num_positions=block[0] * block[1], block=block))
        side *= 2
    return tiles
