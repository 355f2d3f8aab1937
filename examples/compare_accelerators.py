"""Two or more accelerators side by side, on the network of your choice.

python examples/compare_accelerators.py resnet50 edge_npu os_array --out out/compare
"""

import argparse
import csv
import sys
from pathlib import Path

import sparsim
from plots.comparison import comparison
from plots.save import save_figure

COLUMNS = ("accelerator", "latency_ms", "energy_mj", "off_chip_mb", "area_mm2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("accelerators", nargs="+")
    parser.add_argument("--out", type=Path, default=Path("out/compare"))
    options = parser.parse_args()
    network = sparsim.load_network(options.network)
    results = [sparsim.run(network, accelerator) for accelerator in options.accelerators]
    rows = [
        (
            result.accelerator,
            round(result.latency_ms, 4),
            round(result.energy.total_pj / 1e9, 4),
            round((result.off_chip_read_bytes + result.off_chip_write_bytes) / 1e6, 3),
            round(result.area.total_mm2, 3),
        )
        for result in results
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "comparison.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    save_figure(comparison(results), options.out / "comparison.png")
    for row in [COLUMNS, *rows]:
        print("".join(f"{value!s:>16}" for value in row))


if __name__ == "__main__":
    try:
        main()
    except sparsim.SparsimError as error:
        sys.exit(f"error: {error}")
