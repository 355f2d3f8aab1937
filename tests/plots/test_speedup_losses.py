from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.speedup_losses import speedup_losses
from plots.style import renderer_of
from simulator.result import CycleLosses, Result
from workloads.errors import ConfigError


def _texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def _bars(axes: Axes) -> list[tuple[float, float]]:
    return [(bar.get_x(), bar.get_width()) for bar in axes.patches]


def assert_all_inside(figure: Figure) -> None:
    """What is written behind bars, tick labels and the title lies on the figure, and no two overlap in a panel."""
    figure.draw_without_rendering()
    renderer = renderer_of(figure)
    for axes in figure.axes:
        written = [*axes.texts, *axes.get_yticklabels(), axes.xaxis.label]
        boxes = [text.get_window_extent(renderer) for text in written if text.get_text()]
        for box in boxes:
            assert figure.bbox.x0 <= box.x0
            assert box.x1 <= figure.bbox.x1
            assert figure.bbox.y0 <= box.y0
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_bars_are_the_losses(compressed_result: Result) -> None:
    """In thousand cycles: 7.7 before, 1.1 ideal, ..., 4.5 taken."""
    waterfall, operators = speedup_losses(compressed_result).axes
    assert waterfall.get_xlabel() == "time (thousand cycles)"
    bars = _bars(waterfall)
    assert bars[0] == (0, 7.7)
    assert bars[1] == (0, 1.1)
    assert bars[-1] == (0, 4.5)
    assert sum(width for _, width in bars[1:-1]) == pytest.approx(4.5)
    assert _texts(waterfall)[:3] == ["7.70", "1.10   products alone 3.82×", "+0.50"]
    assert _texts(waterfall)[-1] == "4.50   speed-up 1.71×"
    assert [label.get_text() for label in waterfall.get_yticklabels()][-2:] == ["waiting for off-chip", "cycles taken"]
    assert [label.get_text() for label in operators.get_yticklabels()] == ["conv1", "pool", "fc"]


def test_operators_are_their_parts_and_a_line_where_they_were(compressed_result: Result) -> None:
    """Ten parts an operator; conv1 has 3,000 cycles, 6,000 before."""
    operators = speedup_losses(compressed_result).axes[1]
    bars = _bars(operators)
    assert len(bars) == 30
    assert bars[0] == (0, 1.0)
    assert bars[9][0] + bars[9][1] == pytest.approx(3.0)
    assert [line.get_xdata()[0] for line in operators.lines] == [6.0, 1.0, 0.7]
    assert operators.get_title(loc="left") == "costliest operators (line: before compression)"
    assert _texts(operators) == ["6.00 → 3.00   2.00×", "1.00 → 1.00   1.00×", "0.70 → 0.50   1.40×"]


def test_the_same_part_has_the_same_colour_in_both_panels(compressed_result: Result) -> None:
    waterfall, operators = speedup_losses(compressed_result).axes
    above = [bar.get_facecolor() for bar in waterfall.patches[1:-1]]
    below = [bar.get_facecolor() for bar in operators.patches[:10]]
    assert above == below


def test_numbers_too_small_to_write_are_not_nought(compressed_result: Result) -> None:
    """One cycle of 1,000,000 lies below a hundredth of a million."""
    losses = CycleLosses(effectual_cycles=999_999.0, fill_cycles=1.0)
    cost = replace(compressed_result.operators[0], losses=losses, total_cycles=1_000_000)
    result = replace(compressed_result, operators=(cost,), dense_total_cycles=2_000_000)
    assert _texts(speedup_losses(result).axes[0])[2] == "<0.01"


def test_the_waterfall_alone(compressed_result: Result) -> None:
    assert len(speedup_losses(compressed_result, num_operators=0).axes) == 1


def test_a_result_without_compression_begins_with_its_ideal(compressed_result: Result) -> None:
    operators = tuple(replace(cost, dense_cycles=None) for cost in compressed_result.operators)
    bare = replace(compressed_result, compression="", dense_total_cycles=None, operators=operators)
    waterfall, below = speedup_losses(bare).axes
    assert _texts(waterfall)[0].startswith("1.10")
    assert _texts(waterfall)[-1] == "4.50"
    assert _texts(below) == ["3.00", "1.00", "0.50"]
    assert not below.lines
    assert below.get_title(loc="left") == "costliest operators"


def test_all_is_inside(compressed_result: Result) -> None:
    assert_all_inside(speedup_losses(compressed_result))


def test_all_is_inside_where_the_ideal_is_all_there_is(compressed_result: Result) -> None:
    """The longest remark stands behind the longest bar; the names are long."""
    losses = CycleLosses(effectual_cycles=3000.0)
    costs = [
        replace(compressed_result.operators[0], name=f"{index}" * 99, losses=losses, dense_cycles=3000 + index)
        for index in range(3)
    ]
    figure = speedup_losses(replace(compressed_result, operators=tuple(costs), dense_total_cycles=9003))
    assert_all_inside(figure)


def test_losses_must_be_of_these_cycles(compressed_result: Result) -> None:
    first, *rest = compressed_result.operators
    wrong = replace(compressed_result, operators=(replace(first, total_cycles=1_003_000), *rest))
    with pytest.raises(ConfigError) as caught:
        speedup_losses(wrong)
    assert str(caught.value) == (
        "speedup_losses: tiny on edge_npu: expected losses that add up to its 1,004,500 cycles, found 4,500"
    )


def test_nothing_takes_cycles(views_only_result: Result) -> None:
    with pytest.raises(ConfigError, match=r"^speedup_losses: tiny on edge_npu: expected operators that take cycles"):
        speedup_losses(views_only_result)


def test_cycles_before_compression_must_be_known(compressed_result: Result) -> None:
    with pytest.raises(ConfigError, match=r"^speedup_losses: .* nm:2:8: expected its cycles before compression"):
        speedup_losses(replace(compressed_result, dense_total_cycles=None))
