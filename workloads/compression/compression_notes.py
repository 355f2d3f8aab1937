"""What a user should know of a compression: what is synthetic, left dense, padded or not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from workloads.compression.compress_layer import Layer, LayerOutcome, MaskSource
from workloads.compression.spec.methods import MasksFromFile, NmPruning
from workloads.compression.spec.spec import CompressionSpec

_NUM_NAMED = 3
_Item = TypeVar("_Item")


def compression_notes(
    spec: CompressionSpec, layers: Sequence[Layer], outcomes: Sequence[LayerOutcome], source: MaskSource
) -> tuple[str, ...]:
    """Return notes on a compression, none where there is nothing to say but what the spec says."""
    notes = [f"compressed as {spec}"]
    notes += _synthetic(outcomes, source.seed)
    notes += _without_values(outcomes)
    methods = dict.fromkeys(layer.recipe.sparsifier for layer in layers)
    for method in methods:
        mine = [layer for layer in layers if layer.recipe.sparsifier == method]
        if isinstance(method, NmPruning):
            notes += _whole(method, mine)
            notes += _padding(method, mine)
        if isinstance(method, MasksFromFile):
            notes += _unmasked(method, mine, source)
    return tuple(notes)


def _synthetic(outcomes: Sequence[LayerOutcome], seed: int) -> list[str]:
    drawn = [one for one in outcomes if one.report.is_synthetic and one.change.mask is not None]
    unknown = [one for one in outcomes if one.report.is_synthetic and one.change.mask is None]
    notes = []
    if drawn:
        notes.append(f"synthetic: the masks of {_names(drawn, _tensor)} are drawn at random with seed {seed}")
    if unknown:
        notes.append(
            f"synthetic: only density and pattern, no mask, for {_names(unknown, _tensor)}: there are no values, and "
            "too many weights to draw one"
        )
    return notes


def _without_values(outcomes: Sequence[LayerOutcome]) -> list[str]:
    rounded = [one for one in outcomes if one.report.error is None and one.change.number_change is not None]
    if not rounded:
        return []
    return [
        f"no values for {_names(rounded, _tensor)}: weights that rounding makes zero are not known, and count as "
        "non-zero"
    ]


def _whole(method: NmPruning, layers: list[Layer]) -> list[str]:
    whole = [layer for layer in layers if layer.stays_whole]
    if not whole:
        return []
    return [
        f"{method}: left dense {_names(whole, lambda one: one.tensor.name)}: groups there have no more than {method.n} "
        f"channels (those of a depthwise convolution have one)"
    ]


def _padding(method: NmPruning, layers: list[Layer]) -> list[str]:
    padded = [layer for layer in layers if not layer.stays_whole and layer.shape[3] % method.m]
    if not padded:
        return []
    added = sum(_num_padded(layer, method.m) for layer in padded)
    total = added + sum(layer.tensor.num_elements for layer in padded)
    return [
        f"{method}: the last group of channels is shorter than {method.m} in "
        f"{_names(padded, lambda one: f'{one.tensor.name} ({one.shape[3]} channels)')}: "
        f"{added / total:.1%} of the positions of their groups are padding"
    ]


def _num_padded(layer: Layer, m: int) -> int:
    groups, filters, taps, channels = layer.shape
    return groups * filters * taps * (-channels % m)


def _unmasked(method: MasksFromFile, layers: list[Layer], source: MaskSource) -> list[str]:
    missing = [layer for layer in layers if layer.tensor.name not in source.file_masks[method.path]]
    if not missing:
        return []
    return [f"{method}: has no mask for {_names(missing, lambda one: one.tensor.name)}: left dense"]


def _tensor(outcome: LayerOutcome) -> str:
    return outcome.tensor.name


def _names(items: list[_Item], name: Callable[[_Item], str]) -> str:
    """Name the first few and say how many there are."""
    listed = ", ".join(name(item) for item in items[:_NUM_NAMED])
    more = len(items) - _NUM_NAMED
    return f"{listed} and {more} more" if more > 0 else listed
