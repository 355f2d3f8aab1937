"""Runs Sparsim in an interpreter of its own and prints what it cost, as one line of JSON.

``python sparsim_driver.py CONFIG TOPOLOGY WARM_UP_TOPOLOGY``; started by benchmarks/against_scalesim.py and never
imported.
"""

import json
import sys
import time

import sparsim


def main(config: str, topology: str, warm_up: str) -> None:
    """Load and cost ``topology``; CPU time is counted after ``warm_up``, another network, has loaded the kernels."""
    _run(warm_up, config)
    start = time.process_time()
    result = _run(topology, config)
    cpu_seconds = time.process_time() - start
    report = {
        "cpu_seconds": cpu_seconds,
        "macs": result.macs,
        "compute_cycles": result.compute_cycles,
        "stall_cycles": result.stall_cycles,
    }
    print("REPORT " + json.dumps(report))


def _run(topology: str, config: str) -> sparsim.Result:
    return sparsim.run(sparsim.load_network(topology), sparsim.load_accelerator(config))


if __name__ == "__main__":
    main(*sys.argv[1:])
