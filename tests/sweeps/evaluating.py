"""Evaluations that take no time, never end, or die: what a number of rows stands for is said in each."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from sweeps.expand import Points
from sweeps.outcome import METRIC_TYPES, Metrics, Outcome, Status
from sweeps.point import Point
from sweeps.study import Study, load_study

VERSION = "1.2.3+test"


def metrics_with(rows: int) -> Metrics:
    """Every figure is ``rows``."""
    figures = {one.name: rows if METRIC_TYPES[one.name] == "INTEGER" else float(rows) for one in fields(Metrics)}
    return Metrics(**figures)  # type: ignore[arg-type]


def rows_of(point: Point) -> int:
    assert point.accelerator is not None
    return point.accelerator.array.rows


def outcome_of(point: Point) -> Outcome:
    return Outcome(identity=point.identity, status=Status.OK, metrics=metrics_with(rows_of(point)), layers=b"layers")


def at_once(points: Sequence[Point]) -> Iterator[Outcome]:
    """Every point succeeds."""
    yield from map(outcome_of, points)


def noted(points: Sequence[Point]) -> Iterator[Outcome]:
    """Every point succeeds after 20 ms, and is written down in the file $NOTES with the process that did it."""
    for point in points:
        time.sleep(0.02)
        with Path(os.environ["NOTES"]).open("a") as file:
            file.write(f"{rows_of(point)} {os.getpid()}\n")
        yield outcome_of(point)


def troubled(points: Sequence[Point]) -> Iterator[Outcome]:
    """With 3 rows a point never ends, with 5 its process is killed, with 7 it is a bug; others succeed."""
    for point in points:
        match rows_of(point):
            case 3:
                time.sleep(3600)
            case 5:
                os.kill(os.getpid(), signal.SIGKILL)
            case 7:
                raise MemoryError("no room for 7 rows")
        yield outcome_of(point)


def study_with(rows: Sequence[int], name: str = "tiny", **others: object) -> Study:
    return load_study(
        {
            "name": name,
            "networks": ["resnet9"],
            "accelerators": ["edge_npu"],
            "overrides": {"array.rows": list(rows)},
            **others,  # type: ignore[dict-item]
        }
    )


def points_with(rows: Sequence[int], name: str = "tiny", **others: object) -> Points:
    return Points(study=study_with(rows, name, **others), model_version=VERSION)
