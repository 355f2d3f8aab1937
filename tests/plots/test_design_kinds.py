from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from plots.design_choice import DesignChoice
from plots.design_kinds import DESIGN_FIGURES
from plots.save import save_figure
from sparsim.commands.plot import KINDS
from tests.plots.design_rows import designs

POINTS = designs(
    *(
        {
            "array.rows": rows,
            "compression": spec,
            "scratchpad.capacity_bytes": pad,
            "scratchpad_bytes": pad,
            "latency_ms": 900.0 / rows / (1 + speed),
            "energy_mj": 2.0 - speed / 4 + rows / 64,
            "area_mm2": rows / 8 + pad / 2**17,
            "off_chip_bytes": 10**6 // (1 + speed) + 2**30 // pad,
            "macs": 10**8,
        }
        for rows in (8, 16, 32)
        for speed, spec in enumerate(("dense", "nm:2:4", "nm:2:8 $<b>"))
        for pad in (2**15, 2**16, 2**17)
    )
)


def test_the_command_knows_all_figures() -> None:
    assert tuple(DESIGN_FIGURES) == KINDS


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_drawn_and_keeps_its_text_inside(kind: str, is_narrow: bool, tmp_path: Path) -> None:
    figure = DESIGN_FIGURES[kind](POINTS, DesignChoice(is_narrow=is_narrow))
    pixels = imread(save_figure(figure, tmp_path / "figure.png"))[..., :3]
    assert pixels.shape[1] == (560 if is_narrow else pixels.shape[1])  # 3.5 inches of 160 dots
    assert np.ptp(pixels) > 0.5
    for edge in (pixels[0], pixels[-1]):
        assert (edge == 1).all()
