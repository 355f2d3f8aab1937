"""One weight tensor compressed: its mask, its values and how its tensor is described afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workloads.compression.compressed import CompressedLayer, ValueChange, change_values
from workloads.compression.layer_values import has_zeros
from workloads.compression.masks.layer_masks import (
    ScoredPruning,
    expected_density_fraction,
    magnitude_mask,
    pattern_of,
    synthetic_mask,
)
from workloads.compression.numbers.error_measures import weight_error
from workloads.compression.spec.methods import Codebook, MasksFromFile, NmPruning, Quantisation, Recipe
from workloads.operators import Operator
from workloads.sparsity import BoolArray, Mask, Sparsity, SparsityOrigin
from workloads.tensor import Tensor
from workloads.weight_layout import layout_shape, to_layout
from workloads.weights import WeightArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A weight tensor, the operator that multiplies by it, and what is to be done."""

    tensor: Tensor
    operator: Operator
    recipe: Recipe

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape as (groups, filters, taps, channels)."""
        return layout_shape(self.operator, self.tensor.name, self.tensor.shape)

    @property
    def stays_whole(self) -> bool:
        """Whether N:M cannot remove anything: groups have no more than N channels (depthwise convolution has one)."""
        sparsifier = self.recipe.sparsifier
        return isinstance(sparsifier, NmPruning) and self.shape[3] <= sparsifier.n


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSource:
    """Where masks come from that values alone do not give.

    Parameters
    ----------
    seed : int
    draws_masks : bool
        Whether masks are drawn where there are no values; else only densities are known.
    global_masks : mapping of str to array
        By tensor: masks of layers that share a threshold, (groups, filters, taps, channels).
    file_masks : mapping of Path to mapping of str to array
        By file and tensor, in the tensor's own shape.
    """

    seed: int
    draws_masks: bool
    global_masks: Mapping[str, BoolArray]
    file_masks: Mapping[Path, Mapping[str, BoolArray]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOutcome:
    """A layer after compression."""

    tensor: Tensor
    change: ValueChange
    report: CompressedLayer


def compress_layer(layer: Layer, values: WeightArray | None, source: MaskSource) -> LayerOutcome:
    """Return ``layer`` compressed as its recipe says.

    Parameters
    ----------
    layer : Layer
    values : array or None
        Its weights as (groups, filters, taps, channels); None where they are unknown.
    source : MaskSource
    """
    mask = _mask(layer, values, source)
    change = layer.recipe.number_change
    packed = None if mask is None else Mask.of(mask)
    error = None
    if values is None:
        sparsity = _assumed_sparsity(layer, packed, mask)
    else:
        changed = change_values(layer.operator, values, mask, change)
        error = weight_error(values, changed)
        sparsity = _measured_sparsity(layer, values, changed, has_mask=mask is not None)
    tensor = _with_format(replace(layer.tensor, sparsity=sparsity), layer.recipe)
    is_pruned = layer.recipe.sparsifier is not None and not layer.stays_whole
    report = CompressedLayer(
        operator=layer.operator.name,
        tensor=tensor.name,
        method=str(layer.recipe),
        num_weights=tensor.num_elements,
        num_nonzeros=round(tensor.num_elements * tensor.density_fraction) if values is None else _count(changed),
        is_synthetic=is_pruned and sparsity is not None and sparsity.origin is SparsityOrigin.SYNTHETIC,
        dense_bits_before=dense_bits(layer.tensor),
        dense_bits_after=dense_bits(tensor),
        error=error,
    )
    return LayerOutcome(
        tensor=tensor, change=ValueChange(operator=layer.operator, mask=packed, number_change=change), report=report
    )


def dense_bits(tensor: Tensor) -> int:
    """Return the bits of all elements of ``tensor``, zeros too, and of its codebook's table."""
    return tensor.num_elements * tensor.element_bits + (tensor.num_codes or 0) * tensor.format.bits


def _count(values: WeightArray) -> int:
    return int(np.count_nonzero(values))


def _mask(layer: Layer, values: WeightArray | None, source: MaskSource) -> BoolArray | None:
    """The mask of ``layer``; None where it is not pruned, or not known to the element."""
    name, sparsifier = layer.tensor.name, layer.recipe.sparsifier
    if sparsifier is None or layer.stays_whole:
        return None
    if isinstance(sparsifier, MasksFromFile):
        given = source.file_masks[sparsifier.path].get(name)
        return None if given is None else np.ascontiguousarray(to_layout(layer.operator, name, given))
    if name in source.global_masks:
        return source.global_masks[name]
    if values is not None:
        return magnitude_mask(sparsifier, np.abs(values))
    if not source.draws_masks:
        return None
    return synthetic_mask(sparsifier, layer.shape, seed=source.seed, name=name)


def _assumed_sparsity(layer: Layer, packed: Mask | None, mask: BoolArray | None) -> Sparsity | None:
    """What is known of the zeros of a layer without values."""
    sparsifier = layer.recipe.sparsifier
    if isinstance(sparsifier, MasksFromFile) and mask is not None:
        return Sparsity(density_fraction=_count(mask) / mask.size, origin=SparsityOrigin.GIVEN, mask=packed)
    if not isinstance(sparsifier, ScoredPruning) or layer.stays_whole:
        return layer.tensor.sparsity
    return Sparsity(
        density_fraction=expected_density_fraction(sparsifier, layer.shape)
        if mask is None
        else _count(mask) / mask.size,
        origin=SparsityOrigin.SYNTHETIC,
        pattern=pattern_of(sparsifier),
        mask=packed,
    )


def _measured_sparsity(layer: Layer, values: WeightArray, changed: WeightArray, *, has_mask: bool) -> Sparsity | None:
    """The zeros of the ``changed`` values, whoever made them; None where there are next to none."""
    sparsifier, known = layer.recipe.sparsifier, layer.tensor.sparsity
    if has_mask:
        origin = SparsityOrigin.GIVEN if isinstance(sparsifier, MasksFromFile) else SparsityOrigin.PRUNED
        pattern = pattern_of(sparsifier) if isinstance(sparsifier, ScoredPruning) else None
    else:
        if not has_zeros(changed):
            return None
        origin = SparsityOrigin.FILE if has_zeros(values) else SparsityOrigin.PRUNED
        pattern = None if known is None else known.pattern
    density = _count(changed) / changed.size
    return Sparsity(density_fraction=density, origin=origin, pattern=pattern, mask=Mask.of(changed != 0))


def _with_format(tensor: Tensor, recipe: Recipe) -> Tensor:
    match recipe.number_change:
        case Quantisation(weights=format):
            return replace(tensor, format=format, num_codes=None)
        case Codebook(num_codes=num_codes):
            return replace(tensor, num_codes=num_codes)
        case None:
            return tensor
