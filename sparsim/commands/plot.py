"""``sparsim plot``: draw what sweeps have found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.options import file_name
from workloads.errors import ConfigError
from workloads.nearest_names import did_you_mean

if TYPE_CHECKING:
    from plots.design_choice import DesignChoice

KINDS = ("pareto", "parallel", "heatmap", "traffic", "stacks", "roofline", "speedup")
_OF_ONE_RUN = ("memory_map", "timeline")


def add_parser(commands: SubParsers) -> None:
    """Add ``plot`` and its options."""
    parser = commands.add_parser(
        "plot",
        help="draw what sweeps have found: Pareto front, heat map, ...",
        description="Draw the points of a study in a results file of `sparsim sweep`: those with figures that meet its "
        "constraints. Columns are those of the view `results`.",
    )
    parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("results", type=file_name, help="the SQLite file")
    parser.add_argument(
        "--study", metavar="NAME", help="which study (default: the only one, or the only sweep beside searches)"
    )
    parser.add_argument("--x", metavar="COLUMN", help="along the horizontal axis")
    parser.add_argument("--y", metavar="COLUMN", help="along the vertical axis")
    parser.add_argument("--colour", metavar="COLUMN", help="by colour; of a heat map what it shows")
    parser.add_argument("--facet", metavar="COLUMN", help="a panel a value")
    parser.add_argument("--where", metavar="SQL", help='only points that meet a condition, such as "area_mm2 < 2"')
    parser.add_argument("--title", metavar="TEXT", help="above the figure")
    parser.add_argument("--column", action="store_true", help="3.5 inches wide, for a paper's column")
    parser.add_argument(
        "--out", type=file_name, metavar="FILE", help="a name that ends in .png, .pdf or .svg (default KIND.png)"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Draw the figure and say where it is."""
    _check_kind(options.kind)
    from plots.design_kinds import DESIGN_FIGURES
    from plots.design_points import read_design_points
    from plots.save import missing_glyphs_as_boxes, save_figure
    from sparsim.wording import printable

    points = read_design_points(options.results, options.study, options.where)
    with missing_glyphs_as_boxes():
        figure = DESIGN_FIGURES[options.kind](points, _choice(options))
    path = save_figure(figure, options.out or Path(f"{options.kind}.png"))
    print(f"wrote {path}: {len(points.rows):,} points of study {printable(points.study)!r}")
    return 0


def _check_kind(kind: str) -> None:
    if kind in _OF_ONE_RUN:
        raise ConfigError(f"{kind} is a figure of one run: `sparsim run NETWORK -a ACCELERATOR --out DIR` draws it")
    if kind not in KINDS:
        raise ConfigError(f"figure {kind!r}: expected one of {', '.join(KINDS)}{did_you_mean(kind, KINDS)}")


def _choice(options: argparse.Namespace) -> DesignChoice:
    from plots.design_choice import DesignChoice

    return DesignChoice(
        x=options.x,
        y=options.y,
        colour=options.colour,
        facet=options.facet,
        title=options.title,
        is_narrow=options.column,
    )
