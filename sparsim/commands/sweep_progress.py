"""How far a sweep is, on the terminal's error stream; nothing when it is not a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sweeps.outcome import Status
from sweeps.runner import Counts


@contextmanager
def sweep_progress(num_points: int) -> Iterator[Callable[[Counts], None]]:
    """Yield a function that shows counts: a bar, the rate, the time left, and what failed; gone at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}, {task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[trouble]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("looking up", total=num_points, rate="", trouble="")

        def show(counts: Counts) -> None:
            description, done, total = progress_numbers(counts)
            speed = bar.tasks[0].speed
            rate = "" if speed is None else f"{speed:.1f} points/s"
            bar.update(
                task, description=description, completed=done, total=total, rate=rate, trouble=trouble_text(counts)
            )

        yield show


def progress_numbers(counts: Counts) -> tuple[str, int, int]:
    """Return what is being done, how much of it is done, and how much there is."""
    num_done = sum(counts.by_status.values())
    if counts.num_missing is None:
        return "looking up", num_done, counts.num_points
    num_left = counts.num_missing - counts.num_evaluated
    return "evaluating", num_done, num_done + num_left


def trouble_text(counts: Counts) -> str:
    """Return how many points have no figures; nothing when all have."""
    parts = (f"{counts.by_status[status]} {status}" for status in (Status.INFEASIBLE, Status.FAILED))
    return ", ".join(part for part in parts if not part.startswith("0 "))
