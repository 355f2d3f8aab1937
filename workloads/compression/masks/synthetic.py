"""Scores drawn at random for layers whose values are unknown: every mask of a pattern is equally likely."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

MAX_TENSOR_ELEMENTS = 2**27
"""A larger tensor gets no synthetic mask, only a density and a pattern."""

MAX_NETWORK_ELEMENTS = 2**28
"""Nor does any tensor of a network that has more weights than this to draw."""


def synthetic_scores(shape: tuple[int, ...], *, seed: int, name: str) -> NDArray[np.float32]:
    """Return random scores for the weight tensor ``name``; they depend on ``seed`` and ``name`` and on nothing else.

    Assumes a layer without values keeps weights at places drawn uniformly among those that its pattern allows.

    Parameters
    ----------
    shape : tuple of int
    seed : int
        At least 0.
    name : str

    Returns
    -------
    array of float32
        In [0, 1).
    """
    digest = hashlib.blake2b(name.encode("utf-8"), digest_size=16).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.default_rng([seed, *words.tolist()]).random(shape, dtype=np.float32)
