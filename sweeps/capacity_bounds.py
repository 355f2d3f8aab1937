"""A bound on the scratchpad that no design of a study can meet: told before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hw_configs.accelerator import Memory
from hw_configs.quantities import BYTE_UNITS, parse_quantity
from hw_configs.yaml_source import Document, YamlValue
from sweeps.axis import Steps
from sweeps.design import base_accelerator

if TYPE_CHECKING:
    from sweeps.study import Study

_CAPACITY = "scratchpad.capacity_bytes"


def impossible_bounds(study: Study, document: Document) -> list[str]:
    """Return a line for each bound on ``scratchpad_bytes`` that all capacities of ``study`` miss.

    None where a scratchpad is split or the study changes more of it than its capacity: points are then marked one by
    one.
    """
    capacities = _capacities_bytes(study)
    if not capacities:
        return []
    least, most = min(capacities), max(capacities)
    found = f"found {least:,}" if least == most else f"found {least:,} to {most:,}"
    bounds = study.constraints
    lines = []
    if (bound := bounds.max.scratchpad_bytes) is not None and least > bound:
        lines.append(_line(document, "max", f"expected a capacity of at most {bound:,} bytes in the study, {found}"))
    if (bound := bounds.min.scratchpad_bytes) is not None and most < bound:
        lines.append(_line(document, "min", f"expected a capacity of at least {bound:,} bytes in the study, {found}"))
    return lines


def _line(document: Document, kind: str, mistake: str) -> str:
    place = document.origin(("constraints", kind, "scratchpad_bytes"))
    return f"{place}: constraints.{kind}.scratchpad_bytes: no point can meet it: {mistake}"


def _capacities_bytes(study: Study) -> list[int]:
    """Return the least and greatest capacity, others perhaps among them; empty where they are not known at once."""
    axes = {field: axis for group in (study.overrides, *study.zip) for field, axis in group.items()}
    changed = [field for field in axes if field.partition(".")[0] == "scratchpad"]
    pads = [base_accelerator(source).scratchpad for source in study.accelerators]
    shared = [pad.capacity_bytes for pad in pads if isinstance(pad, Memory)]
    if len(shared) < len(pads) or changed not in ([], [_CAPACITY]):
        return []
    return [parse_quantity(value, BYTE_UNITS) for value in _ends(axes[_CAPACITY])] if changed else shared


def _ends(axis: Sequence[YamlValue]) -> Sequence[YamlValue]:
    """Return the ends of steps, which grow; all of a list."""
    return [axis[0], axis[len(axis) - 1]] if isinstance(axis, Steps) else axis
