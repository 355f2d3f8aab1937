"""Real weights of a network, read when they are asked for."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray

WeightArray = NDArray[Any]


class WeightSource(Protocol):
    """Where the values of weights come from: a file, or a mapping in a test."""

    def load(self, name: str) -> WeightArray | None:
        """Return the values of the weight tensor ``name`` as float32 or float64, in the shape of its ``Tensor``.

        Quantised weights come as the numbers they stand for, so that zero is zero. None where the file has no values
        for a tensor of that name (a constant that only its shape is known of).

        Raises
        ------
        NetworkError
            When the file's data is not as long as its shape says, or holds NaN; names the tensor.
        """
