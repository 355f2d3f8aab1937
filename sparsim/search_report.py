"""What a search prints at its end: evaluations used, how good the front is, and the designs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sparsim.search_api import Search
from sparsim.sweep_api import row_of
from sparsim.wording import format_number, printable
from sweeps.outcome import Status

MOST_ROWS = 20


def search_text(search: Search, results: str) -> str:
    """Return how many points were evaluated and how they ended, and the hypervolume, in a few lines."""
    counts = search.counts
    before = 0 if search.running is None else search.running.num_evaluated_before
    ends = ", ".join(f"{counts.by_status[status]:,} {status}" for status in Status)
    num_found = sum(counts.by_status.values())
    lines = [
        f"search {printable(search.name)}",
        f"{counts.num_evaluated:,} points evaluated now, {before:,} before, of a budget of {search.plan.budget:,}; "
        f"the study has {counts.num_points:,}",
        f"{num_found:,} designs looked at: {ends}; in {printable(results)}",
        *(["every point of the study has been looked at"] if num_found == counts.num_points else []),
        *_volume_lines(search),
    ]
    return "\n".join(lines)


def _volume_lines(search: Search) -> list[str]:
    front = search.front()
    if front is None:
        return ["no design has figures and meets the constraints"]
    worst = ", ".join(f"{name} {format_number(figure)}" for name, figure in front.reference.items())
    return [
        f"hypervolume {front.hypervolume:.4g}, {front.hypervolume_fraction:.1%} of the box between the best and the "
        f"worst found of each objective; reference point (the worst): {worst}"
    ]


def front_table(search: Search) -> tuple[RenderableType, ...]:
    """Return a heading and the best designs by the first objective; nothing where there are none."""
    front, best = search.front(), search.best()
    if front is None:
        return ()
    assert search.running is not None, "a search with a front has run"
    labels = _telling([row_of(one).parameters for one in search.running.found.values()])
    names = search.plan.objectives.names
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in (*labels, *names):
        table.add_column(Text(printable(name)), justify="left" if name in labels else "right")
    for row in best[:MOST_ROWS]:
        figures = (format_number(getattr(row.metrics, name)) for name in names)
        table.add_row(*(Text(printable(str(row.parameters[name]))) for name in labels), *map(Text, figures))
    if len(best) > MOST_ROWS:
        table.add_row(f"{len(best) - MOST_ROWS} more")
    return f"best in {', '.join(names)}: {len(best)} of {front.num_usable}", table


def _telling(points: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the parameters in which points differ; the network where they do in none."""
    names = [name for name in points[0] if len({str(one[name]) for one in points}) > 1]
    return names or ["network"]
