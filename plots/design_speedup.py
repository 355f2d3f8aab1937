"""Speed-up of compressed points over the dense point of the same design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, panels
from plots.design_columns import Floats
from plots.design_dots import add_legend_dots, draw_dots, parameters
from plots.design_frame import finish, label_panels, panel_axes
from plots.design_looks import Series, members, series_of, value_text
from plots.design_points import DesignPoints
from plots.style import BLACK, SMALL_POINTS
from sweeps.read_results import Cell
from workloads.compression.spec.methods import BlockPruning, NmPruning, UnstructuredPruning
from workloads.compression.spec.parse_spec import parse_spec
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DENSITY = "density"
_MOST_SPECS = 24


def design_speedup(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return latency of the dense point over latency, for each point whose design has a dense one.

    ``choice.x`` is ``compression`` (the default), or ``density``, the fraction of weights that a spec keeps.
    A line joins the medians of each value of ``choice.colour``.

    Raises
    ------
    ConfigError
        For another ``choice.x``, --y, and where no design was evaluated dense and compressed.
    """
    choice.refuse("speedup", "y")
    x = choice.x or "compression"
    if x not in ("compression", _DENSITY):
        raise ConfigError(f"--x {x}: expected compression or density for the speed-up over dense")
    colour = choice.colour or ("accelerator" if points.differing(("accelerator",)) else None)
    compared, speedups = compared_with_dense(points)
    parts = panels(compared, choice)
    specs = _specs(compared, speedups)
    figure, axes = panel_axes(choice, [title for title, _ in parts], 3.5)
    positions = {row: place for place, row in enumerate(compared.rows)}
    for one, (_, part) in zip(axes, parts, strict=True):
        mine = speedups[[positions[row] for row in part.rows]]
        _draw(one, part, compared, colour, np.stack([_places(part, x, specs), mine, np.zeros(len(mine))], axis=1))
        _scale(one, x, specs, speedups)
    add_legend_dots(axes[0], compared, colour)
    label_panels(
        axes, "compression" if x == "compression" else "weights that the spec keeps (fraction)", "speed-up (×)"
    )
    if x == "compression":
        for one in axes:
            one.tick_params(axis="x", labelrotation=30)
    note = f"over the dense point of the same design; line: median; {len(points.rows) - len(compared.rows):,} points "
    finish(figure, compared, choice, "Speed-up over dense", f"{note}are dense or have none")
    return figure


def compared_with_dense(points: DesignPoints) -> tuple[DesignPoints, Floats]:
    """Return the compressed points whose design has a dense point, and their speed-ups as float64 (points,).

    A design is the same where all parameters but compression and seed are.

    Raises
    ------
    ConfigError
        When there is none.
    """
    same = [name for name in parameters(points) if name not in ("compression", "seed")]
    keys = list(zip(*(points.cells(name) for name in same), strict=True)) if same else [()] * len(points.rows)
    specs, latency_ms = points.cells("compression"), points.numbers("latency_ms", "--y")
    dense = {key: value for key, spec, value in zip(keys, specs, latency_ms, strict=True) if spec == "dense"}
    chosen = [place for place, key in enumerate(keys) if key in dense and specs[place] != "dense"]
    if not chosen:
        raise ConfigError(
            "sparsim plot speedup: expected designs with a dense and a compressed point, found none; "
            "give the study `dense` among its compressions"
        )
    return points.part(chosen), np.array([dense[keys[place]] / latency_ms[place] for place in chosen])


def kept_fraction(spec: str) -> float:
    """Return the fraction of weights that ``spec`` keeps in layers that it says nothing else of.

    Raises
    ------
    ConfigError
        When it prunes in no stated fraction.
    """
    match parse_spec(spec).default.sparsifier:
        case NmPruning(n=n, m=m):
            return n / m
        case UnstructuredPruning(removed_fraction=removed) | BlockPruning(removed_fraction=removed):
            return 1 - removed
    raise ConfigError(f"--x density: compression {spec!r} states no fraction of weights that it keeps; use --where")


def _specs(points: DesignPoints, speedups: Floats) -> list[Cell]:
    """Return specs, the slowest first by their median."""
    cells = np.array([str(cell) for cell in points.cells("compression")])
    specs: list[Cell] = sorted(set(cells.tolist()), key=lambda spec: float(np.median(speedups[cells == spec])))
    if len(specs) > _MOST_SPECS:
        raise ConfigError(f"--x compression: expected at most {_MOST_SPECS} specs, found {len(specs)}; use --where")
    return specs


def _places(points: DesignPoints, x: str, specs: list[Cell]) -> Floats:
    cells = points.cells("compression")
    if x == _DENSITY:
        return np.array([kept_fraction(str(cell)) for cell in cells])
    return np.array([float(specs.index(cell)) for cell in cells])


def _draw(axes: Axes, part: DesignPoints, every: DesignPoints, colour: str | None, places: Floats) -> None:
    """Draw faded dots, and through their medians a line a series and method: methods of one density differ."""
    draw_dots(axes, part, every, colour, places)
    for series in series_of(every, colour):
        mine = members(part, colour, series)
        _draw_medians(axes, part.part(mine), places[mine], series)


def _draw_medians(axes: Axes, part: DesignPoints, places: Floats, series: Series) -> None:
    methods = np.array([str(spec).partition(":")[0] for spec in part.cells("compression")])
    for method in dict.fromkeys(methods.tolist()):
        mine = places[methods == method]
        steps = np.unique(mine[:, 0])
        medians = [np.median(mine[mine[:, 0] == step, 1]) for step in steps]
        axes.plot(
            steps,
            medians,
            color=series.dot.colour,
            marker=series.dot.marker,
            linewidth=1.1,
            markersize=5,
            markeredgecolor="white",
            zorder=4,
        )


def _scale(axes: Axes, x: str, specs: list[Cell], speedups: Floats) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.axhline(1.0, color=BLACK, linewidth=0.8, linestyle=":")
    if x == "compression":
        axes.set_xticks(range(len(specs)), [value_text(spec) for spec in specs], fontsize=SMALL_POINTS)
        axes.set_xlim(-0.5, len(specs) - 0.5)
    else:
        kept = sorted({kept_fraction(str(spec)) for spec in specs})
        curve = np.linspace(kept[0], kept[-1], 100)
        axes.plot(curve, 1 / curve, color=BLACK, linestyle="--", linewidth=1.0, label="ideal: 1 / density")
        axes.set_xlim(0, None)
    if speedups.max() > 4 * speedups.min():
        axes.set_yscale("log", base=2)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
