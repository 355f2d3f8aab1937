from __future__ import annotations

from itertools import combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.cheapest_storage import StoredElements
from plots.storage_against_density import storage_against_density
from plots.style import renderer_of
from workloads.errors import ConfigError
from workloads.sparsity import BlockPattern, NmPattern, Pattern
from workloads.storage import StorageFormat

CASES = [
    (8, None),
    (1, None),
    (8, NmPattern(n=2, m=8)),
    (4, NmPattern(n=2, m=4)),
    (8, BlockPattern(filters=4, channels=4)),
    (32, NmPattern(n=1, m=32)),
]


def _names(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def _labels(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_lines_are_the_closed_forms() -> None:
    figure = storage_against_density()
    axes, strip = figure.axes
    elements = StoredElements()
    assert _labels(figure) == ["dense", "bitmap", "run length", "coo", "csr", "csc"]
    for format, line in zip(elements.formats, axes.lines, strict=False):
        densities, bits = line.get_data()
        assert (densities[0], densities[-1]) == (0.01, 1.0)
        assert bits[100] == elements.bits_an_element(format, densities[100])
    assert axes.get_ylabel() == "bits an element, metadata included"
    assert strip.get_xlabel() == "density (non-zero fraction)"
    assert figure.get_suptitle() == (
        "storage of 8-bit elements, unstructured zeros\nweights of 256 filters × 9 taps × 256 channels"
    )


def test_crossings_are_marked_and_the_cheapest_named() -> None:
    axes, strip = storage_against_density().axes
    ranges = StoredElements().cheapest_ranges()
    marked = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == ":" and len(line.get_xdata()) == 2]
    assert marked == [stretch.low_fraction for stretch in ranges[1:]]
    assert {"csc", "run length", "bitmap", "0.875"} <= set(_names(strip))


def test_a_pattern_adds_its_format_and_ends_the_axis() -> None:
    figure = storage_against_density(4, NmPattern(n=2, m=8), (2, 128, 1, 64))
    assert "nm" in _labels(figure)
    assert figure.axes[0].get_xlim() == (0.01, 0.25)
    assert figure.get_suptitle() == (
        "storage of 4-bit elements, pattern 2:8\nweights of 2 groups × 128 filters × 1 taps × 64 channels"
    )
    assert "block" in _labels(storage_against_density(8, BlockPattern(filters=4, channels=4)))


@pytest.mark.parametrize(("element_bits", "pattern"), CASES)
def test_nothing_overlaps_or_leaves_the_figure(element_bits: int, pattern: Pattern | None) -> None:
    figure = storage_against_density(element_bits, pattern)
    figure.draw_without_rendering()
    renderer = renderer_of(figure)
    boxes = [text.get_window_extent(renderer) for axes in figure.axes for text in axes.texts]
    boxes.append(figure.legends[0].get_window_extent(renderer))
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1


def test_every_format_has_a_line_of_its_own() -> None:
    from plots.storage_against_density import _LINES

    assert set(_LINES) == set(StorageFormat)
    assert len({line.colour for line in _LINES.values()}) == len(_LINES)
    assert len({line.marker for line in _LINES.values()}) == len(_LINES)


def test_elements_of_no_bits() -> None:
    with pytest.raises(ConfigError, match=r"elements of -1 bits, expected 1 or more"):
        storage_against_density(-1)
