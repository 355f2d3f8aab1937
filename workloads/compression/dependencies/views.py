"""Channels through a view: from the axes of one shape to those of another with the same elements in the same order."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workloads.compression.dependencies.ledger import Axes, Axis, Ids, Ledger

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Axes of both shapes, by number, that hold the same elements; as few as can be."""

    source: tuple[int, ...]
    target: tuple[int, ...]


def axes_of_view(ledger: Ledger, axes: Axes, shapes: tuple[Shape, Shape], operator: str) -> Axes:
    """Return the axes of the second of ``shapes``, given those of the first.

        (1, 512, 7, 7) -> (1, 25088)               a channel is 49 neighbouring indices
        (1, 112, 28, 28) -> (1, 4, 28, 28, 28)     channel i of all 4 parts goes together: axis 2 has the channels
        (1, 384, 14, 14) -> (1, 196, 384)          refused: channels are mixed with positions

    An axis that is split gives its channels to the part along which alone they differ, else to the longest part.

    Parameters
    ----------
    ledger : Ledger
        Modified in place.
    axes : tuple of axis
        Of the view's input.
    shapes : (tuple of int, tuple of int)
        Of its input and of its output.
    operator : str
        How it is called in a reason.
    """
    source, target = shapes
    result: list[Axis] = [None] * len(target)
    for block in _blocks(source, target):
        labelled = tuple(axis for axis in block.source if axes[axis] is not None)
        if not labelled:
            continue
        if len(block.target) == 1:
            result[block.target[0]] = _merge(ledger, axes, source, block, operator)
        elif len(block.source) == 1:
            place, atoms = _split(ledger, axes[labelled[0]], tuple(target[axis] for axis in block.target), operator)
            result[block.target[place]] = atoms
        else:
            ledger.refuse((axes[axis] for axis in labelled), f"{operator} mixes them with positions or with each other")
    return tuple(result)


def _blocks(source: Shape, target: Shape) -> list[_Block]:
    """Return both shapes cut where their running products agree; axes of size 1 are in no block."""
    ends: tuple[dict[int, int], ...] = tuple(
        {math.prod(shape[: axis + 1]): axis for axis in reversed(range(len(shape))) if shape[axis] > 1}
        for shape in (source, target)
    )
    blocks: list[_Block] = []
    begins = (0, 0)
    for product in sorted(ends[0].keys() & ends[1].keys()):
        last = (ends[0][product], ends[1][product])
        source_axes, target_axes = (
            tuple(axis for axis in range(begins[side], last[side] + 1) if (source, target)[side][axis] > 1)
            for side in (0, 1)
        )
        blocks.append(_Block(source_axes, target_axes))
        begins = (last[0] + 1, last[1] + 1)
    return blocks


def _merge(ledger: Ledger, axes: Axes, shape: Shape, block: _Block, operator: str) -> Axis:
    """Return the atoms of axes joined to one: those of the longest, as an index goes with one atom only."""
    labelled = sorted((axis for axis in block.source if axes[axis] is not None), key=lambda axis: -shape[axis])
    ledger.refuse((axes[axis] for axis in labelled[1:]), f"{operator} joins them to other channels")
    atoms = axes[labelled[0]]
    assert atoms is not None
    before = math.prod(shape[axis] for axis in block.source if axis < labelled[0])
    after = math.prod(shape[axis] for axis in block.source if axis > labelled[0])
    return np.tile(np.repeat(atoms, after), before)


def _split(ledger: Ledger, atoms: Axis, sizes: Shape, operator: str) -> tuple[int, Ids]:
    """Return which part of a split axis has the channels, and its atoms; the other parts then lose the same ones."""
    assert atoms is not None
    parts = atoms.reshape(sizes)
    rows = [np.moveaxis(parts, place, 0).reshape(size, -1) for place, size in enumerate(sizes)]
    natural = [place for place, row in enumerate(rows) if (row == row[:, :1]).all()]
    place = max(natural or range(len(sizes)), key=lambda place: sizes[place])
    row = rows[place]
    first = np.ascontiguousarray(row[:, 0])
    if place not in natural:
        others = row[:, 1:]
        ledger.tie(
            np.repeat(first, others.shape[1]), others.reshape(-1), f"{operator} puts them beside channels that stay"
        )
    return place, first
