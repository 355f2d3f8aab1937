"""Weights with channels cut out: their values, their norms a channel, and what is known of their zeros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workloads.compression.dependencies.ledger import Ids
from workloads.operators import Convolution, Gemm, MatMul, Operator
from workloads.sparsity import Mask, Sparsity
from workloads.tensor import Tensor
from workloads.weight_layout import from_layout, to_layout
from workloads.weights import WeightArray, WeightSource


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCut:
    """Which indices of a weight are kept, along every axis; None where all are.

    With ``groups`` above 1 (grouped convolution) axis 1 lists the indices of all groups in a row: index i of group g
    is g times the axis' size plus i, so that each group may keep others.
    """

    kept: tuple[Ids | None, ...]
    groups: int = 1

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return what is left of ``shape``."""
        sizes = [size if kept is None else len(kept) for size, kept in zip(shape, self.kept, strict=True)]
        if self.groups > 1 and self.kept[1] is not None:
            sizes[1] //= self.groups
        return tuple(sizes)

    def apply(self, values: WeightArray) -> WeightArray:
        """Return the kept part of ``values``."""
        if self.groups > 1:
            return self._apply_by_group(values)
        for axis, kept in enumerate(self.kept):
            if kept is not None:
                values = values.take(kept, axis=axis)
        return values

    def _apply_by_group(self, values: WeightArray) -> WeightArray:
        rows, columns = values.shape[0] // self.groups, values.shape[1]
        parts = zip(np.split(values, self.groups), self._of_group(0, rows), self._of_group(1, columns), strict=True)
        return np.concatenate([part[np.ix_(first, second)] for part, first, second in parts])

    def _of_group(self, axis: int, size: int) -> Ids:
        """Return the kept indices of every group (row) counted from the group's first."""
        kept = self.kept[axis]
        if kept is None:
            return np.tile(np.arange(size), (self.groups, 1))
        return kept.reshape(self.groups, -1) - size * np.arange(self.groups)[:, np.newaxis]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedWeights:
    """The weights of ``source`` with ``cuts`` made when they are asked for."""

    source: WeightSource
    cuts: Mapping[str, WeightCut]

    def load(self, name: str) -> WeightArray | None:
        """Return the values of weight ``name``; see ``WeightSource.load``."""
        values = self.source.load(name)
        return values if values is None or name not in self.cuts else self.cuts[name].apply(values)


def output_norms(operator: Operator, name: str, values: WeightArray) -> NDArray[np.float64]:
    """Return the L1 norm of what each output channel has of weight ``name`` of ``operator``, shape (channels,).

    Source: Li et al., "Pruning Filters for Efficient ConvNets", ICLR 2017, section 3.1: filters of the least sum of
    absolute weights are pruned.
    """
    size = np.abs(values)
    match operator.work:
        case Convolution() as work if work.transposed:
            split = size.reshape(work.groups, -1, size.shape[1], int(np.prod(size.shape[2:])))
            norms = split.sum(axis=(1, 3), dtype=np.float64).reshape(-1)
        case Convolution():
            norms = size.reshape(size.shape[0], -1).sum(axis=1, dtype=np.float64)
        case work:
            is_left = operator.inputs[1] != name
            is_filters_first = is_left or (isinstance(work, Gemm | MatMul) and work.transpose_b)
            axis = values.ndim - (2 if is_filters_first else 1)
            others = tuple(other for other in range(values.ndim) if other != axis)
            norms = size.sum(axis=others, dtype=np.float64)
    return np.asarray(norms, dtype=np.float64)


def cut_sparsity(tensor: Tensor, cut: WeightCut, readers: tuple[Operator, Operator] | None) -> Sparsity | None:
    """Return what is known of the zeros of ``tensor`` once cut.

    A pattern along channels does not survive, as the neighbours change.

    Assumes the part of a tensor that is kept has the density of the whole where no mask tells.

    Parameters
    ----------
    tensor : Tensor
        As it was.
    cut : WeightCut
    readers : (Operator, Operator) or None
        Of a weight with a mask: the operator that multiplies by it, before the cut and after.
    """
    known = tensor.sparsity
    if known is None or known.mask is None or readers is None:
        return None if known is None else replace(known, pattern=None, mask=None)
    before, after = readers
    whole = from_layout(before, tensor.name, known.mask.array(), tensor.shape)
    left = np.ascontiguousarray(to_layout(after, tensor.name, cut.apply(whole)))
    return Sparsity(density_fraction=float(left.mean()), origin=known.origin, mask=Mask.of(left))
