"""What the user of a figure of designs chooses, with what each kind of figure shows by default."""

from __future__ import annotations

from dataclasses import dataclass

from plots.design_columns import quantity
from plots.design_looks import column_value_text, value_text
from plots.design_points import WORK, DesignPoints
from plots.style import COLUMN_INCHES, PAGE_INCHES
from workloads.errors import ConfigError

NARROW_INCHES = 3.5
"""A column of a two-column paper, at the figure's own size."""
MOST_FACETS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignChoice:
    """Columns along the axes, by colour and by panel; None for what the kind of figure shows by default.

    Parameters
    ----------
    x, y, colour, facet : str, optional
    title : str, optional
    is_narrow : bool
        Whether the figure is 3.5 inches wide.
    """

    x: str | None = None
    y: str | None = None
    colour: str | None = None
    facet: str | None = None
    title: str | None = None
    is_narrow: bool = False

    def width_inches(self, num_panels: int = 1) -> float:
        """Width of the figure."""
        if self.is_narrow:
            return NARROW_INCHES
        return COLUMN_INCHES if num_panels == 1 else PAGE_INCHES

    def refuse(self, kind: str, *options: str) -> None:
        """Raise when one of ``options``, which figures of ``kind`` do not have, was chosen.

        Raises
        ------
        ConfigError
        """
        chosen = [name for name in options if getattr(self, name) is not None]
        if chosen:
            raise ConfigError(f"sparsim plot {kind}: has no --{chosen[0]}")


def default_colour(points: DesignPoints) -> str | None:
    """Return the first of accelerator and compression in which ``points`` differ; None where they do in neither."""
    return next(iter(points.differing(("accelerator", "compression"))), None)


def panels(points: DesignPoints, choice: DesignChoice) -> list[tuple[str, DesignPoints]]:
    """Return title and points of each panel: one a value of ``choice.facet``.

    Raises
    ------
    ConfigError
        When there are too many panels, or points of several networks or batch sizes would be compared in one.
    """
    if choice.facet is None:
        found = [("", points)]
    else:
        groups = points.groups(choice.facet, "--facet")
        found = [
            (f"{quantity(choice.facet)} {column_value_text(choice.facet, value)}", part)
            for value, part in groups.items()
        ]
    if len(found) > MOST_FACETS:
        raise ConfigError(f"--facet {choice.facet}: expected at most {MOST_FACETS} values, found {len(found)}")
    for _, part in found:
        for column in part.differing(WORK):
            values = ", ".join(value_text(value) for value in part.groups(column, column))
            raise ConfigError(
                f"expected designs with the same work, found several of {column}: {values}; "
                f"choose one with --where, or give --facet {column}"
            )
    return found
