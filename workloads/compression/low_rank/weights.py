"""The values of split weights, by singular value decomposition, made when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workloads.compression.layer_values import check_values
from workloads.compression.low_rank.plan import Split
from workloads.weights import WeightArray, WeightSource


class FactorisedWeights:
    """The weights of another source, some of them as two factors.

    The matrix W (N, K) is U S V; the first factor is sqrt(S) V, the second U sqrt(S), each cut to the rank, so that
    both have values of like size. It is the nearest product of this rank to W, in the Frobenius norm.
    Source: Eckart, Young, "The approximation of one matrix by another of lower rank", Psychometrika 1 (1936).

    Parameters
    ----------
    source : WeightSource
        Of the weights as they were.
    splits : tuple of Split
    """

    def __init__(self, source: WeightSource, splits: tuple[Split, ...]) -> None:
        self._source = source
        self._split_of: Mapping[str, Split] = {name: split for split in splits for name in split.factors}
        self._made: dict[str, WeightArray | None] = {}

    def load(self, name: str) -> WeightArray | None:
        """Return the values of weight ``name``, whole or a factor; see ``WeightSource.load``.

        Raises
        ------
        NetworkError
            When values to decompose have another shape than their tensor, or one is NaN or infinite.
        """
        split = self._split_of.get(name)
        if split is None:
            return self._source.load(name)
        if name not in self._made:
            values = self._source.load(split.weight)
            pair: tuple[WeightArray | None, WeightArray | None] = (None, None)
            if values is not None:
                check_values(values, split.weight, split.shape)  # a decomposition of infinities may never end
                pair = factors(values, split)
            self._made.update(zip(split.factors, pair, strict=True))
        return self._made[name]


def factors(values: WeightArray, split: Split) -> tuple[WeightArray, WeightArray]:
    """Return the two factors of a weight, in the shapes that ``split`` says, in the dtype of ``values``."""
    matrix = values.reshape(values.shape[0], -1) if split.is_kernel else values
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    root = np.sqrt(sizes[..., : split.rank])
    pair = (
        left[..., :, : split.rank] * root[..., np.newaxis, :],
        root[..., :, np.newaxis] * right[..., : split.rank, :],
    )
    first, second = reversed(pair) if split.is_filters_first else pair
    shapes = split.shapes
    return first.reshape(shapes[0]).astype(values.dtype), second.reshape(shapes[1]).astype(values.dtype)
