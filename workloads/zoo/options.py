"""What a user may choose about a zoo network, and the check of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workloads.errors import NetworkError
from workloads.nearest_names import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ZooOptions:
    """The batch, and a size for every dimension that the network lets its user bind."""

    batch: int
    bindings: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A size that the user may bind: ``default`` unless bound, and what it must satisfy."""

    default: int
    minimum: int = 1
    maximum: int | None = None
    multiple_of: int = 1

    @property
    def rule(self) -> str:
        """What a size must satisfy, in words."""
        bounds = f"at least {self.minimum}" if self.maximum is None else f"{self.minimum} to {self.maximum}"
        return bounds if self.multiple_of == 1 else f"{bounds} and a multiple of {self.multiple_of}"

    def allows(self, size: int) -> bool:
        """Return whether ``size`` satisfies the rule."""
        within = size >= self.minimum and (self.maximum is None or size <= self.maximum)
        return within and size % self.multiple_of == 0


BATCH = "batch"
"""The binding that every network has; ``batch=`` says the same."""


def check_options(
    network: str, dimensions: Mapping[str, Dimension], batch: int | None, bindings: Mapping[str, int]
) -> ZooOptions:
    """Return the options for ``network``, defaults filled in.

    Raises
    ------
    NetworkError
        For a binding that the network does not have, a size outside its rule, or a batch said twice and differently.
    """
    for name, size in bindings.items():
        if name not in dimensions and name != BATCH:
            raise NetworkError(
                f"zoo network {network!r} has no dimension {name!r} to bind: "
                f"expected one of {', '.join((BATCH, *dimensions))}{did_you_mean(name, (BATCH, *dimensions))}"
            )
        rule = dimensions.get(name, Dimension(default=1))
        if not rule.allows(size):
            raise NetworkError(f"zoo network {network!r}: {name} is {size}, expected {rule.rule}")
    bound = bindings.get(BATCH, 1 if batch is None else batch)
    if bound < 1:
        raise NetworkError(f"zoo network {network!r}: batch is {bound}, expected at least 1")
    if batch not in (None, bound):
        raise NetworkError(f"zoo network {network!r}: batch is {batch}, but the binding {BATCH}={bound} says otherwise")
    sizes = {name: bindings.get(name, dimension.default) for name, dimension in dimensions.items()}
    return ZooOptions(batch=bound, bindings=sizes)
