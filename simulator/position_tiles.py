"""How output positions are cut into tiles, and which input elements each tile needs.

Positions (batch, then spatial axes, outermost first) are cut in one of two ways: runs of consecutive positions in
raster order, as SCALE-Sim folds them, or rectangles over the last two axes, which share fewer halo rows.

Worked example: 3 x 3 convolution, stride 1, pad 1, on 4 x 4. A run of 8 positions is two output rows; the first tile
needs input rows 0..2 (row -1 is padding), the second rows 1..3: 3 * 4 + 3 * 4 = 24 elements a channel, 16 distinct.

Assumes a run that leaves its row fetches whole rows, and that the elements between the taps of a dilated window are
fetched too; elements between windows that do not overlap are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.arrays.protocol import Int64Array
from simulator.kernels import position_splits
from simulator.kernels.position_splits import Splits
from workloads.errors import InfeasiblePlan
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionTile:
    """Size of a tile of output positions: a run of ``num_positions``, or a rectangle ``block`` of rows x columns.

    Raises
    ------
    InfeasiblePlan
        For a size below 1, or a rectangle that has not ``num_positions`` positions.
    """

    num_positions: int
    block: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        sides = self.block or (self.num_positions, 1)
        if min(sides) < 1 or sides[0] * sides[1] != self.num_positions:
            found = f"{self.num_positions} positions in a block of {self.block}" if self.block else self.num_positions
            raise InfeasiblePlan(f"position tile: expected at least 1 position, rows times columns, found {found}")

    def __str__(self) -> str:
        return f"{self.block[0]}x{self.block[1]}" if self.block else str(self.num_positions)


def split_positions(nest: MatrixNest | VectorNest, tiles: Sequence[PositionTile]) -> Splits:
    """Return ``nest``'s positions cut by each of ``tiles``.

    Inputs are elements a channel, padding excluded and halo included; ``fresh`` are those that no earlier tile of the
    same candidate needed, so that they sum to what the whole nest needs. Outputs are elements a filter. For vector
    nests without windows both are bits.

    Raises
    ------
    InfeasiblePlan
        For a rectangle where there are no two axes that windows slide along.
    """
    if (len(nest.axes) < 2 or _is_sequential(nest)) and any(tile.block for tile in tiles):
        raise InfeasiblePlan(f"position tile: a block needs two axes of windows, found {len(nest.axes)}")
    candidates = np.array([(tile.num_positions, *(tile.block or (0, 0))) for tile in tiles], dtype=np.int64).reshape(
        -1, 3
    )
    if isinstance(nest, VectorNest) and not nest.axes:
        axes = np.zeros((0, position_splits.NUM_AXIS_FIELDS), dtype=np.int64)
        return position_splits.split_positions(axes, nest.num_positions, nest.input_bits, nest.output_bits, candidates)
    total = nest.m if isinstance(nest, MatrixNest) else nest.num_positions
    return position_splits.split_positions(_axis_table(nest), total, 0, _outputs_per_filter(nest), candidates)


def touched_elements(nest: MatrixNest | VectorNest) -> int:
    """Return the distinct input elements (a channel) that the whole nest needs; bits without windows."""
    total = nest.m if isinstance(nest, MatrixNest) else nest.num_positions
    return int(split_positions(nest, [PositionTile(num_positions=total)]).inputs[0])


def _outputs_per_filter(nest: MatrixNest | VectorNest) -> int:
    if isinstance(nest, MatrixNest):
        return nest.num_output_elements // (nest.groups * nest.num_filters)
    return nest.num_positions


def _is_sequential(nest: MatrixNest | VectorNest) -> bool:
    return isinstance(nest, MatrixNest) and nest.sequential


def _axis_table(nest: MatrixNest | VectorNest) -> Int64Array:
    """The batch is an axis like the others: each position needs one image. In a recurrence it comes after the steps."""
    batch = nest.batch if isinstance(nest, MatrixNest) else 1
    batch_axis = SpatialAxis(num_positions=batch, input_size=batch)
    axes = (*nest.axes, batch_axis) if _is_sequential(nest) else (batch_axis, *nest.axes)
    rows = [
        (axis.num_positions, axis.input_size, axis.kernel, axis.stride, axis.dilation, axis.pad_begin) for axis in axes
    ]
    return np.array(rows, dtype=np.int64)
