from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plots.design_choice import DesignChoice
from plots.design_traffic import design_traffic, least_by
from tests.plots.design_rows import designs
from workloads.errors import ConfigError


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1))
def test_the_least_of_each(pairs: list[tuple[int, int]]) -> None:
    x, least = least_by(*np.array(pairs, dtype=np.float64).T)
    expected = {place: min(b for a, b in pairs if a == place) for place, _ in pairs}
    assert dict(zip(x.tolist(), least.tolist(), strict=True)) == expected
    assert x.tolist() == sorted(expected)


def test_a_line_a_compression() -> None:
    rows = [("dense", 16, 90), ("dense", 16, 80), ("dense", 32, 70), ("nm:2:8", 32, 30)]
    points = designs(
        *({"compression": spec, "scratchpad_bytes": pad, "off_chip_bytes": moved} for spec, pad, moved in rows)
    )
    axes = design_traffic(points, DesignChoice()).axes[0]
    lines = [line.get_xydata().tolist() for line in axes.lines if len(line.get_xdata())]
    assert lines == [[[16, 80], [32, 70]], [[32, 30]]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("scratchpad (bytes)", "off-chip (bytes)")


def test_one_scratchpad_is_no_curve() -> None:
    with pytest.raises(ConfigError, match="--x scratchpad_bytes: expected at least two values, found 1 alone"):
        design_traffic(designs({}, {"off_chip_bytes": 2}), DesignChoice())
