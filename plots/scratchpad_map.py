"""What a joint plan of tilings and residency has in the scratchpad, step by step: whole tensors and tile buffers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from plots.address_map import AddressMap, address_map
from plots.episode_names import EpisodeBox
from plots.plan_style import scratchpad_text, traffic_text
from plots.style import GREEN, ORANGE, SKY_BLUE, result_title
from simulator.plan import Stay
from simulator.result import Planning, Result
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PlaceKind(StrEnum):
    """What takes a place in a joint plan, as a legend writes it."""

    STAYS = "whole: made, not stored"
    STORED = "whole: made and stored"
    LOADED = "whole: loaded"
    BUFFERS = "tile buffers"


PLACE_COLOURS: Mapping[StrEnum, str] = {
    PlaceKind.STAYS: SKY_BLUE,
    PlaceKind.STORED: ORANGE,
    PlaceKind.LOADED: GREEN,
    PlaceKind.BUFFERS: "#DDDDDD",
}


def scratchpad_map(result: Result, capacity_bytes: int) -> Figure:
    """Return a rectangle for each whole tensor and for each operator's tile buffers: addresses by step.

    Whole tensors are coloured by what moves of them: nothing, a store after they are made, a load before their first
    use. The largest are named where there is room.

    Parameters
    ----------
    result : Result
    capacity_bytes : int

    Raises
    ------
    ConfigError
        For a result that was not planned jointly, in which no tensor has a place.
    """
    planning = result.planning
    if planning is None or planning.mapper != "joint":
        raise ConfigError(f"map of the scratchpad: expected a joint plan of {result.network!r}, found none")
    return address_map(
        AddressMap(
            title=_title(result, planning, capacity_bytes),
            num_steps=len(result.operators),
            capacity_bytes=capacity_bytes,
            boxes=[*map(_stay_box, planning.stays), *_buffer_boxes(planning)],
            kinds=[*map(_kind, planning.stays), *(PlaceKind.BUFFERS for _ in planning.buffers)],
            colours=PLACE_COLOURS,
        )
    )


def _title(result: Result, planning: Planning, capacity_bytes: int) -> str:
    moved = traffic_text(result.off_chip_read_bytes + result.off_chip_write_bytes)
    return (
        f"{result_title(result)}\n"
        f"scratchpad of {scratchpad_text(capacity_bytes)}; whole tensors: {len(planning.stays)}; off-chip: {moved}"
    )


def _kind(stay: Stay) -> PlaceKind:
    if stay.is_loaded:
        return PlaceKind.LOADED
    return PlaceKind.STORED if stay.is_stored else PlaceKind.STAYS


def _stay_box(stay: Stay) -> EpisodeBox:
    return EpisodeBox(
        name=stay.tensor,
        left=stay.first_step,
        bottom=stay.offset_bytes,
        width=stay.last_step - stay.first_step + 1,
        height=stay.size_bytes,
    )


def _buffer_boxes(planning: Planning) -> list[EpisodeBox]:
    return [
        EpisodeBox(name="", left=one.step, bottom=one.offset_bytes, width=1, height=one.size_bytes)
        for one in planning.buffers
    ]
