"""What moves between chip and memory: off-chip bytes of every operator by operand, beside the least possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plots.operator_bars import Layer, bar_axes, bar_ends, bars_of, draw_layers
from plots.style import BLACK, INPUT, OUTPUT, PARTIAL_SUMS, WEIGHT, add_heading, result_title
from plots.units import BYTE_UNITS, unit_for
from simulator.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LAYERS = (
    Layer(label="input read", fill=INPUT, quantity=lambda cost: cost.off_chip_bytes.input_read),
    Layer(label="weight and bias read", fill=WEIGHT, quantity=lambda cost: cost.off_chip_bytes.weight_read),
    Layer(label="partial sums read", fill=PARTIAL_SUMS, quantity=lambda cost: cost.off_chip_bytes.output_read),
    Layer(label="output written", fill=OUTPUT, quantity=lambda cost: cost.off_chip_bytes.output_write),
)
_COMPULSORY = "compulsory"


def off_chip_by_operand(result: Result) -> Figure:
    """Return stacked bars of off-chip bytes by operand, an operator each; a line a bar marks its compulsory bytes.

    Partial sums that leave the chip count as output written.
    """
    bars = bars_of(result)
    unit = unit_for((bar.total(lambda cost: cost.off_chip_bytes.total) for bar in bars), BYTE_UNITS)
    figure, axes = bar_axes(bars, f"off-chip traffic ({unit.symbol})")
    draw_layers(axes, bars, _LAYERS, unit.size)
    if bars:
        ends = [bar_ends(index, len(bars)) for index in range(len(bars))]
        axes.hlines(
            [bar.total(lambda cost: cost.compulsory_bytes) / unit.size for bar in bars],
            [begin for begin, _ in ends],
            [end for _, end in ends],
            color=BLACK,
            linewidth=1.4,
            label=_COMPULSORY,
        )
    add_heading(figure, axes, result_title(result), num_columns=len(_LAYERS) + 1)
    return figure
