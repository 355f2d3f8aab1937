"""Which storage format takes the fewest bits at which density, in expectation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workloads.errors import ConfigError
from workloads.sparsity import Pattern
from workloads.storage import RandomMask, StorageFormat, StorageMisfit, codec_for
from workloads.storage.arrangement import Arrangement

RESNET_3X3: Arrangement = (1, 256, 9, 256)
"""Groups, filters, taps and channels of a 3 x 3 convolution of ResNet-50's third stage.

Source: He et al., Deep residual learning for image recognition, CVPR 2016, table 1 (conv4_x).
"""
LEAST_DENSITY = 0.01
_NUM_DENSITIES = 200
_NUM_BISECTIONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapestRange:
    """Densities from ``low_fraction`` to ``high_fraction``, in which ``format`` takes the fewest bits."""

    format: StorageFormat
    low_fraction: float
    high_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredElements:
    """Elements of one width, drawn at random within a pattern, and the formats that can hold them.

    Parameters
    ----------
    element_bits : int
    arrangement : (groups, filters, taps, channels)
    pattern : Pattern or None

    Raises
    ------
    ConfigError
        For elements of no bits.
    """

    element_bits: int = 8
    arrangement: Arrangement = RESNET_3X3
    pattern: Pattern | None = None

    def __post_init__(self) -> None:
        if self.element_bits < 1:
            raise ConfigError(f"storage_against_density: elements of {self.element_bits} bits, expected 1 or more")
        if self.most_density_fraction <= LEAST_DENSITY:
            raise ConfigError(
                f"storage_against_density: pattern {self.pattern} has densities up to {self.most_density_fraction:g}, "
                f"expected more than {LEAST_DENSITY}"
            )

    @property
    def most_density_fraction(self) -> float:
        """The largest density of the pattern."""
        return self._mask(0.0).most_fraction

    @property
    def formats(self) -> tuple[StorageFormat, ...]:
        """Formats that can hold them at every density."""
        return tuple(format for format in StorageFormat if self._holds(format))

    def bits_an_element(self, format: StorageFormat, density_fraction: float) -> float:
        """Return the expected bits of values and metadata over the number of elements, zeros and all."""
        mask = self._mask(density_fraction)
        bits = codec_for(format, self.pattern).expected_bits(mask, self.element_bits)
        return bits.total_bits / mask.num_elements

    def cheapest_ranges(self) -> tuple[CheapestRange, ...]:
        """Return which format takes least, from the least density to the largest; of equal ones, the first.

        Crossings that lie closer together than the densities drawn are not told apart.
        """
        densities = self.densities()
        winners = [self._cheapest(density) for density in densities]
        borders = [LEAST_DENSITY]
        formats = [winners[0]]
        for (low, high), (left, right) in zip(pairwise(densities), pairwise(winners), strict=True):
            if left is not right:
                borders.append(self._crossing(low, high, left))
                formats.append(right)
        borders.append(densities[-1])
        return tuple(
            CheapestRange(format=format, low_fraction=low, high_fraction=high)
            for format, (low, high) in zip(formats, pairwise(borders), strict=True)
        )

    def densities(self) -> tuple[float, ...]:
        """Densities that a line is drawn through, evenly spaced on a logarithmic axis."""
        most = self.most_density_fraction
        spaced = np.geomspace(LEAST_DENSITY, most, _NUM_DENSITIES)
        return (LEAST_DENSITY, *(float(density) for density in spaced[1:-1]), most)

    def _mask(self, density_fraction: float) -> RandomMask:
        return RandomMask(arrangement=self.arrangement, density_fraction=density_fraction, pattern=self.pattern)

    def _holds(self, format: StorageFormat) -> bool:
        try:
            self.bits_an_element(format, LEAST_DENSITY)
        except StorageMisfit:
            return False
        return True

    def _cheapest(self, density_fraction: float) -> StorageFormat:
        return min(self.formats, key=lambda format: self.bits_an_element(format, density_fraction))

    def _crossing(self, low: float, high: float, left: StorageFormat) -> float:
        """Return where ``left``, the cheapest at ``low``, stops being that; it is not at ``high``."""
        for _ in range(_NUM_BISECTIONS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._cheapest(middle) is left else (low, middle)
        return high
