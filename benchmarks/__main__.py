"""``python -m benchmarks [NAME ...]``: take the benchmarks called NAME, or all, and print each beside its target."""

from __future__ import annotations

import argparse
import platform

from benchmarks import (
    against_scalesim,
    allocate,
    closed_form,
    compressed,
    design_points,
    large_sweeps,
    planning,
    report_page,
    residency,
    search,
    sparse_twins,
    startup,
    twin,
)
from benchmarks.process import BenchmarkError

_BENCHMARKS = {
    "scalesim": against_scalesim.measure,
    "startup": startup.measure,
    "closed_form": closed_form.measure,
    "twin": twin.measure,
    "compressed": compressed.measure,
    "sparse_twins": sparse_twins.measure,
    "allocate": allocate.measure,
    "planning": planning.measure,
    "joint": residency.measure,
    "report_page": report_page.measure,
    "search": search.measure,
    "sweeps": large_sweeps.measure,
    "design_points": design_points.measure,
}


def main() -> int:
    """Return 0; a missed target is printed, and a benchmark that cannot be taken returns 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed of Sparsim beside its targets.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(_BENCHMARKS)} (default: all)")
    names = parser.parse_args().names or list(_BENCHMARKS)
    unknown = [name for name in names if name not in _BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]!r}: expected one of {', '.join(_BENCHMARKS)}")
    print(f"Python {platform.python_version()} on {platform.machine()}, one process at a time")
    return max(_take(name) for name in names)


def _take(name: str) -> int:
    try:
        for measurement in _BENCHMARKS[name]():
            print(measurement, flush=True)
    except BenchmarkError as error:
        print(f"{name}: not taken: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
