"""Runs SCALE-Sim 3.0.0 in its own interpreter and prints what it cost, as one line of JSON.

``python scalesim_driver.py CONFIG TOPOLOGY OUTPUT_FOLDER``; started by benchmarks/against_scalesim.py, never imported.
"""

import json
import sys
import time
from pathlib import Path

from scalesim.scale_sim import scalesim


def main(config: str, topology: str, output: str) -> None:
    """Simulate every layer without writing traces; CPU time is counted from after the imports."""
    folder = Path(output)
    layout = folder / "layout.csv"
    names = [line.split(",")[0] for line in Path(topology).read_text().splitlines()[1:] if line.strip()]
    # The configuration switches layouts off, but SCALE-Sim opens the file anyway: one row of ones a layer.
    layout.write_text("Layer name,\n" + "".join(f"{name}," + "1," * 20 + "\n" for name in names))
    start = time.process_time()
    simulation = scalesim(save_disk_space=True, verbose=False, config=config, topology=topology, layout=str(layout))
    simulation.run_scale(top_path=str(folder))
    cpu_seconds = time.process_time() - start
    items = [layer.get_compute_report_items() for layer in simulation.runner.single_layer_sim_object_list]
    stall_cycles = sum(int(item[2]) for item in items)
    # Item 1 is the index of the last cycle of a layer, stalls included and the prefetch before it not.
    compute_cycles = sum(int(item[1]) + 1 for item in items) - stall_cycles
    report = {"cpu_seconds": cpu_seconds, "compute_cycles": compute_cycles, "stall_cycles": stall_cycles}
    print("REPORT " + json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
