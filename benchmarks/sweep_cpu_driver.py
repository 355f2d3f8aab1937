"""Runs a study in one process and prints what it cost, as one line of JSON.

``python sweep_cpu_driver.py STUDY``; started by benchmarks/design_points.py and never imported.
"""

import json
import sys
import time

import sparsim


def main(study: str) -> None:
    """Sweep ``study``, into no file; CPU time is counted after one point alone has loaded the kernels."""
    sparsim.sweep(study, options=sparsim.SweepOptions(serial=True, limit=1)).run()
    start = time.process_time()
    rows = [row for row in sparsim.sweep(study, options=sparsim.SweepOptions(serial=True)) if row.metrics]
    cpu_seconds = time.process_time() - start
    macs = {row.metrics.macs for row in rows if row.metrics}
    print("REPORT " + json.dumps({"cpu_seconds": cpu_seconds, "num_points": len(rows), "macs": max(macs)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
