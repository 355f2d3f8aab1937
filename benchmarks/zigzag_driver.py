"""Runs ZigZag in its own interpreter and prints what it cost, as one line of JSON.

``python zigzag_driver.py ACCELERATOR MAPPING TOPOLOGY WARM_UP_TOPOLOGY OUTPUT_FOLDER``; started by
benchmarks/design_points.py, never imported.
"""

import csv
import json
import logging
import math
import sys
import time
from pathlib import Path
from typing import Any

from zigzag.api import get_hardware_performance_zigzag  # type: ignore[import-not-found]

_BITS = {"W": 8, "I": 8, "O": 32, "O_final": 8}


def main(accelerator: str, mapping: str, topology: str, warm_up: str, output: str) -> None:
    """Map and cost every layer of ``topology``; CPU time is counted after ``warm_up`` has been costed."""
    logging.disable(logging.CRITICAL)
    _run(accelerator, mapping, _workload(warm_up), f"{output}/warm_up")
    layers = _workload(topology)
    start = time.process_time()
    latency_cycles = _run(accelerator, mapping, layers, f"{output}/run")
    cpu_seconds = time.process_time() - start
    macs = sum(math.prod(layer["loop_sizes"]) for layer in layers)
    report = {"cpu_seconds": cpu_seconds, "total_cycles": latency_cycles, "macs": macs}
    print("REPORT " + json.dumps(report))


def _run(accelerator: str, mapping: str, workload: list[dict[str, Any]], output: str) -> float:
    _, latency_cycles, _ = get_hardware_performance_zigzag(
        workload, accelerator, mapping, opt="latency", dump_folder=output, loma_show_progress_bar=False
    )
    return float(latency_cycles)


def _workload(topology: str) -> list[dict[str, Any]]:
    """Return the layers of a SCALE-Sim topology, in which padding is input, as ZigZag's; none feeds another."""
    lines = list(csv.reader(Path(topology).read_text().splitlines()))[1:]
    return [_layer(number, line) for number, line in enumerate(lines) if line]


def _layer(number: int, line: list[str]) -> dict[str, Any]:
    height, width, kernel_height, kernel_width, channels, filters, stride = (int(word) for word in line[1:8])
    sizes = {
        "B": 1,
        "K": filters,
        "C": channels,
        "OY": (height - kernel_height) // stride + 1,
        "OX": (width - kernel_width) // stride + 1,
        "FY": kernel_height,
        "FX": kernel_width,
    }
    return {
        "id": number,
        "operator_type": "Conv",
        "equation": "O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]",
        "dimension_relations": [f"ix={stride}*ox+1*fx", f"iy={stride}*oy+1*fy"],
        "loop_dims": list(sizes),
        "loop_sizes": list(sizes.values()),
        "operand_precision": _BITS,
        "operand_source": {"I": number, "W": number},
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
