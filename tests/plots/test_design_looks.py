from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import LogNorm

from plots.design_looks import column_value_text, is_shaded, members, series_of, shade_scale, value_text
from plots.style import SERIES_DOTS
from tests.plots.design_rows import designs
from workloads.errors import ConfigError


def test_a_look_a_value() -> None:
    points = designs({"accelerator": "b"}, {"accelerator": "a"}, {"accelerator": "b"})
    series = series_of(points, "accelerator")
    assert [one.name for one in series] == ["b", "a"]
    assert len({one.dot for one in series}) == 2
    assert [members(points, "accelerator", one) for one in series] == [[0, 2], [1]]
    (alone,) = series_of(points, None)
    assert members(points, None, alone) == [0, 1, 2]


def test_many_numbers_are_shades_and_many_names_are_too_many() -> None:
    many = designs(*({"energy_mj": float(place), "accelerator": f"a{place}"} for place in range(9)))
    assert is_shaded(many, "energy_mj")
    assert not is_shaded(many, "accelerator")
    assert not is_shaded(many, None)
    assert not is_shaded(many.part(range(8)), "energy_mj")
    message = f"--colour accelerator: expected at most {len(SERIES_DOTS)} values to tell apart, found 9"
    with pytest.raises(ConfigError, match=message):
        series_of(many, "accelerator")


def test_shades_are_logarithmic_over_decades() -> None:
    assert isinstance(shade_scale(np.array([1.0, 100.0])), LogNorm)
    assert not isinstance(shade_scale(np.array([1.0, 9.0])), LogNorm)


def test_values_as_text() -> None:
    assert [value_text(value) for value in (None, "", 65536, 0.123456, "a$b")] == [
        "none",
        "none",
        "65,536",
        "0.1235",
        r"a\$b",
    ]
    capacities = [column_value_text("scratchpad_bytes", size) for size in (2**20, 1536, 2**31, 1000)]
    assert capacities == ["1 MiB", "1,536", "2 GiB", "1,000"]
