"""What a design must meet to count: bounds on the figures of a point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from hw_configs.array_sections import Section
from hw_configs.quantities import Bytes
from sweeps.outcome import Metrics

Positive = Annotated[float, Field(gt=0, le=1e30, allow_inf_nan=False)]


class Bounds(Section):
    """Bounds on figures; a figure that is not given is free."""

    area_mm2: Positive | None = None
    power_w: Positive | None = None
    latency_ms: Positive | None = None
    energy_mj: Positive | None = None
    off_chip_bytes: Bytes | None = None
    scratchpad_bytes: Bytes | None = None
    utilisation_fraction: Annotated[float, Field(gt=0, le=1)] | None = None
    inferences_per_second: Positive | None = None

    @property
    def given(self) -> Mapping[str, float]:
        """The bounds that are given, by figure."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


class Constraints(Section):
    """The most and the least that figures of a point may be. Points outside are kept, and marked as such."""

    max: Bounds = Bounds()
    min: Bounds = Bounds()

    @model_validator(mode="after")
    def _check(self) -> Constraints:
        for name, least in self.min.given.items():
            most = self.max.given.get(name)
            if most is not None and most < least:
                raise ValueError(
                    f"constraints contradict each other: {name} of at least {least:g} and at most {most:g}"
                )
        return self

    def violated(self, metrics: Metrics) -> tuple[str, ...]:
        """Return the constraints that ``metrics`` does not meet: ``area_mm2 5.2 above max 4``."""
        above = [
            f"{name} {getattr(metrics, name):g} above max {bound:g}"
            for name, bound in self.max.given.items()
            if getattr(metrics, name) > bound
        ]
        below = [
            f"{name} {getattr(metrics, name):g} below min {bound:g}"
            for name, bound in self.min.given.items()
            if getattr(metrics, name) < bound
        ]
        return (*above, *below)
