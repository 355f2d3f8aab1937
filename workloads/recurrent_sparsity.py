"""The two weights of a recurrent cell, seen as the one matrix that a step multiplies by."""

from __future__ import annotations

import numpy as np

from workloads.sparsity import Mask, Sparsity
from workloads.tensor import Tensor


def joined_sparsity(input_weight: Tensor, hidden_weight: Tensor) -> Sparsity | None:
    """Return the sparsity of (w | r), its reduction the inputs first and then the hidden units.

    A pattern holds where both keep to it; a mask is known where both are.
    """
    parts = (input_weight.sparsity, hidden_weight.sparsity)
    known = [part for part in parts if part is not None]
    if not known:
        return None
    sizes = (input_weight.num_elements, hidden_weight.num_elements)
    nonzeros = sum(
        size * (1.0 if part is None else part.density_fraction) for part, size in zip(parts, sizes, strict=True)
    )
    first, second = parts
    same_pattern = first is not None and second is not None and first.pattern == second.pattern
    masks = [part.mask for part in known if part.mask is not None]
    return Sparsity(
        density_fraction=min(1.0, nonzeros / sum(sizes)),
        origin=known[0].origin,
        pattern=first.pattern if first is not None and same_pattern else None,
        mask=Mask.of(np.concatenate([mask.array() for mask in masks], axis=3)) if len(masks) == 2 else None,
    )
