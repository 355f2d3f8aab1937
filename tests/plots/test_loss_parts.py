from __future__ import annotations

from dataclasses import fields
from itertools import combinations

from plots.loss_parts import PARTS
from simulator.result import CycleLosses


def test_every_part_is_there_once() -> None:
    """Ten powers of two: a sum of 1023 has each part once, and no two parts read the same field."""
    names = [field.name for field in fields(CycleLosses)]
    losses = CycleLosses(**{name: float(2**index) for index, name in enumerate(names)})
    assert sum(part.cycles(losses) for part in PARTS) == losses.total_cycles == 1023
    assert len({part.cycles(losses) for part in PARTS}) == len(names)


def test_parts_differ_in_name_and_in_grey() -> None:
    assert len({part.name for part in PARTS}) == len(PARTS)
    for one, other in combinations((part.fill for part in PARTS), 2):
        assert one.hatch != other.hatch or abs(_lightness(one.colour) - _lightness(other.colour)) > 0.1


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
