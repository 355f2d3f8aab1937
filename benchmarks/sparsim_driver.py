"""Runs Sparsim in an interpreter of its own and prints what it cost, as one line of JSON.

``python sparsim_driver.py CONFIG TOPOLOGY WARM_UP_TOPOLOGY``; started by benchmarks/against_scalesim.py and never
imported.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

import sparsim
from hw_configs.load import load_accelerator
from simulator.arrays import array_model
from workloads.loop_nest import lower
from workloads.scalesim_topology import load_scalesim_topology


def main(config: str, topology: str, warm_up: str) -> None:
    """Load and cost ``topology``; CPU time is counted after ``warm_up``, another network, has loaded the kernels."""
    cost = _run if hasattr(sparsim, "run") else _apply_closed_forms
    cost(warm_up, config)
    start = time.process_time()
    counts = cost(topology, config)
    cpu_seconds = time.process_time() - start
    print("REPORT " + json.dumps({"cpu_seconds": cpu_seconds, "public_api": cost is _run, **counts}))


def _run(topology: str, config: str) -> dict[str, int]:
    result = sparsim.run(sparsim.load_network(topology), sparsim.load_accelerator(config))
    return {"macs": result.macs, "compute_cycles": result.compute_cycles, "stall_cycles": result.stall_cycles}


def _apply_closed_forms(topology: str, config: str) -> dict[str, int]:
    """Return the counts of the array alone, for as long as the public face is not complete."""
    network, accelerator = load_scalesim_topology(Path(topology)), load_accelerator(config)
    nests = [lower(operator, network.tensors) for operator in network.operators]
    sizes = (np.array([getattr(nest, name) for nest in nests]) for name in ("m", "n", "k"))
    cycles = array_model(accelerator.array).tile_cycles(*sizes)
    macs = sum(nest.num_macs for nest in nests)
    return {"macs": macs, "compute_cycles": int((cycles.fill + cycles.stream).sum()), "stall_cycles": 0}


if __name__ == "__main__":
    main(*sys.argv[1:])
