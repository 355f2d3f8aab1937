"""The lists of a study as a sampler sees them: one parameter each, a step along it or a choice of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from hw_configs.quantities import BYTE_UNITS, BYTES_PER_SECOND_UNITS, HERTZ_UNITS, parse_quantity
from hw_configs.yaml_source import YamlValue
from sweeps.axis import Steps
from sweeps.expand import Points
from sweeps.study import Study
from workloads.errors import ConfigError

_UNITS = {**BYTE_UNITS, **HERTZ_UNITS, **BYTES_PER_SECOND_UNITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAxis:
    """One list of a study, or one zip group.

    Parameters
    ----------
    name : str
    num_values : int
    is_ordered : bool
        Whether neighbours are alike: numbers that grow or shrink along it.
    """

    name: str
    num_values: int
    is_ordered: bool


@dataclass(frozen=True)
class SearchSpace:
    """The points of a study by their places along its lists.

    Parameters
    ----------
    points : Points

    Raises
    ------
    ConfigError
        When the study has several networks or batches: a design for less work is no better design.
    """

    points: Points

    def __post_init__(self) -> None:
        study = self.points.study
        for name, found in (("network", study.networks), ("batch", study.batches)):
            if len(found) > 1:
                raise ConfigError(
                    f"study {study.name!r}: a search compares designs at the same work, expected one {name}, "
                    f"found {len(found)}: give each a study of its own"
                )

    @cached_property
    def axes(self) -> tuple[SearchAxis, ...]:
        """All lists, those of one value too, in the order in which points are numbered."""
        ordered = _ordered_axes(self.points.study)
        return tuple(
            SearchAxis(name=name, num_values=size, is_ordered=ordered.get(name, False))
            for name, size in zip(_names(self.points.study), self.points.axis_sizes, strict=True)
        )

    def position(self, places: Mapping[str, int]) -> int:
        """Return the number of the point with these places; lists of one value may be left out."""
        position = 0
        for axis in self.axes:
            position = position * axis.num_values + places.get(axis.name, 0)
        return position

    def places(self, position: int) -> dict[str, int]:
        """Return the places of a point along the lists that have more than one value."""
        found = {}
        for axis in reversed(self.axes):
            position, place = divmod(position, axis.num_values)
            if axis.num_values > 1:
                found[axis.name] = place
        return found


def _names(study: Study) -> tuple[str, ...]:
    groups = (" and ".join(group) for group in study.zip)
    lists = ("networks", "batches", "compressions", "seeds", "accelerators")
    return (*lists, *study.overrides, *groups, "objectives")


def _ordered_axes(study: Study) -> dict[str, bool]:
    ordered = {name: _is_ordered(axis) for name, axis in study.overrides.items()}
    for group in study.zip:
        ordered[" and ".join(group)] = all(map(_is_ordered, group.values()))
    return ordered


def _is_ordered(axis: Sequence[YamlValue]) -> bool:
    if isinstance(axis, Steps):
        return True
    numbers = [_number(value) for value in axis]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return False
    pairs = list(pairwise(known))
    return all(a < b for a, b in pairs) or all(a > b for a, b in pairs)


def _number(value: YamlValue) -> float | None:
    """Return the number that ``value`` is, with or without a unit; None for a name."""
    if isinstance(value, str):
        try:
            return float(parse_quantity(value, _UNITS))
        except ConfigError:
            return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
