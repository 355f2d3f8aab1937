"""The two weights of a recurrent cell, seen as the one matrix that a step multiplies by."""

from __future__ import annotations

import numpy as np

from workloads.sparsity import BlockPattern, Mask, NmPattern, Pattern, Sparsity
from workloads.tensor import Tensor


def joined_sparsity(input_weight: Tensor, hidden_weight: Tensor) -> Sparsity | None:
    """Return the sparsity of (w | r), its reduction the inputs first and then the hidden units.

    A pattern holds where both keep to it and none of its groups of channels reaches from the inputs into the hidden
    units; a mask is known where both are.
    """
    parts = (input_weight.sparsity, hidden_weight.sparsity)
    known = [part for part in parts if part is not None]
    if not known:
        return None
    sizes = (input_weight.num_elements, hidden_weight.num_elements)
    nonzeros = sum(
        size * (1.0 if part is None else part.density_fraction) for part, size in zip(parts, sizes, strict=True)
    )
    masks = [part.mask for part in known if part.mask is not None]
    return Sparsity(
        density_fraction=min(1.0, nonzeros / sum(sizes)),
        origin=known[0].origin,
        pattern=_joined_pattern(*parts, num_inputs=input_weight.shape[-1]),
        mask=Mask.of(np.concatenate([mask.array() for mask in masks], axis=3)) if len(masks) == 2 else None,
    )


def _joined_pattern(first: Sparsity | None, second: Sparsity | None, *, num_inputs: int) -> Pattern | None:
    """The pattern of both, where the first group of the hidden units begins where one of the whole matrix does."""
    if first is None or second is None or first.pattern != second.pattern:
        return None
    match first.pattern:
        case NmPattern(m=channels) | BlockPattern(channels=channels) if num_inputs % channels == 0:
            return first.pattern
        case _:
            return None
