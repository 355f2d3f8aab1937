"""Runs a study in one process and prints what it cost, as one line of JSON.

``python sweep_cpu_driver.py STUDY``; started by benchmarks/design_points.py and never imported.
"""

import json
import sys
import time

import sparsim
from sweeps.outcome import Status


def main(study: str) -> None:
    """Sweep ``study``, into no file; CPU time is counted after one point alone has loaded the kernels."""
    sparsim.sweep(study, options=sparsim.SweepOptions(serial=True, limit=1)).run()
    start = time.process_time()
    counts = sparsim.sweep(study, options=sparsim.SweepOptions(serial=True)).run()
    cpu_seconds = time.process_time() - start
    print("REPORT " + json.dumps({"cpu_seconds": cpu_seconds, "num_points": counts.by_status[Status.OK]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
