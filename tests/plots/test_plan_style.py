from __future__ import annotations

from dataclasses import replace

import pytest

from mapper.replay import replay
from mapper.tensor_plan import TensorPlan
from plots.plan_style import (
    KIND_COLOURS,
    TensorKind,
    plan_title,
    plan_width_inches,
    scratchpad_text,
    tensor_kinds,
    traffic_text,
)
from plots.style import COLUMN_INCHES, PAGE_INCHES
from tests.plots.planned import CAPACITY_BYTES, MOVED_BYTES, PLAN, PROBLEM


def test_the_example_is_a_plan() -> None:
    assert replay(PROBLEM, PLAN, CAPACITY_BYTES) == MOVED_BYTES


def test_kinds() -> None:
    assert tensor_kinds(PROBLEM, PLAN) == {
        0: TensorKind.FROM_OFF_CHIP,
        1: TensorKind.RETURNS,
        2: TensorKind.STAYS,
        3: TensorKind.OUTPUT,
        4: TensorKind.OUTPUT,
    }


def test_a_tensor_that_is_never_in_the_scratchpad_has_no_kind() -> None:
    assert tensor_kinds(PROBLEM, TensorPlan(schedule=(), episodes=())) == {}


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert set(KIND_COLOURS) == set(TensorKind)
    assert len(set(KIND_COLOURS.values())) == len(TensorKind)


@pytest.mark.parametrize(
    ("num_bytes", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.00 KiB"),
        (1_634_560, "1.56 MiB"),  # 1,634,560 / 1,048,576 = 1.5588
        (2**30, "1.00 GiB"),
    ],
)
def test_scratchpads_are_told_in_powers_of_two(num_bytes: int, text: str) -> None:
    assert scratchpad_text(num_bytes) == text


@pytest.mark.parametrize(
    ("num_bytes", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.00 kB"), (2_609_152, "2.61 MB")]
)
def test_traffic_is_told_in_powers_of_ten(num_bytes: int, text: str) -> None:
    assert traffic_text(num_bytes) == text


def test_title_says_what_is_moved() -> None:
    """4 KiB compulsory are 4,096 bytes, 3 KiB beyond 3,072."""
    assert plan_title(PROBLEM, PLAN, CAPACITY_BYTES) == (
        "drawn: 4 operators, scratchpad of 4.00 KiB\noff-chip: 4.10 kB compulsory and 3.07 kB beyond"
    )


def test_names_are_drawn_as_they_are_and_short() -> None:
    title = plan_title(replace(PROBLEM, name="$x$" + "long" * 40), PLAN, CAPACITY_BYTES)
    assert title.startswith(r"\$x\$long")
    assert len(title.split(": ")[0]) <= 32


def test_long_plans_are_a_page_wide() -> None:
    assert plan_width_inches(120) == COLUMN_INCHES
    assert plan_width_inches(121) == PAGE_INCHES
