"""How far compressed weights are from the ones that they stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightError:
    """Squared norms of a tensor and of its error; what reports print follows from these.

    Parameters
    ----------
    signal_energy : float
        Sum of the squared original values.
    error_energy : float
        Sum of the squared differences.
    """

    signal_energy: float
    error_energy: float

    @property
    def relative_error_fraction(self) -> float:
        """Frobenius norm of the difference over that of the original; 0 when nothing changed."""
        if self.error_energy == 0:
            return 0.0
        return math.sqrt(self.error_energy / self.signal_energy) if self.signal_energy else math.inf

    @property
    def sqnr_db(self) -> float:
        """Signal to quantisation noise ratio: 10 log10 of the squared norms' ratio; infinite when nothing changed."""
        if self.error_energy == 0:
            return math.inf
        return 10 * math.log10(self.signal_energy / self.error_energy) if self.signal_energy else -math.inf


def weight_error(original: NDArray[Any], compressed: NDArray[Any]) -> WeightError:
    """Return the error of ``compressed`` against ``original``, arrays of one shape."""
    return WeightError(signal_energy=_energy(original), error_energy=_energy(original - compressed))


def _energy(values: NDArray[Any]) -> float:
    return float(np.square(values.reshape(-1), dtype=np.float64).sum())
