from __future__ import annotations

import pytest

from plots.design_choice import DesignChoice
from plots.design_roofline import design_roofline, roofline_places
from tests.plots.design_rows import designs
from workloads.errors import ConfigError

# 8e6 MACs: 4 and 2 a byte; in 1 and 4 ms that is 8 and 2 GMAC/s, with 2 and 1 GB/s
POINTS = designs(
    {"macs": 8_000_000, "off_chip_bytes": 2_000_000, "latency_ms": 1.0},
    {"macs": 8_000_000, "off_chip_bytes": 4_000_000, "latency_ms": 4.0},
)


def test_places() -> None:
    assert roofline_places(POINTS)[:, :2].tolist() == [[4, 8], [2, 2]]


def test_roofs_are_what_is_reached() -> None:
    axes = design_roofline(POINTS, DesignChoice()).axes[0]
    (roofs,) = axes.lines
    (left, low), ridge, (_, high) = roofs.get_xydata().tolist()
    assert low == pytest.approx(2 * left)
    assert (ridge, high) == ([4, 8], 8)
    assert axes.texts[0].get_text() == "8.00 GMAC/s, 2.00 GB/s"


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="sparsim plot roofline: has no --x"):
        design_roofline(POINTS, DesignChoice(x="macs"))
    with pytest.raises(ConfigError, match="expected points with MACs, off-chip bytes and latency, found zeros"):
        design_roofline(designs({"macs": 0}), DesignChoice())
