"""Which array, scratchpad and bandwidth for ResNet-50, dense, at 2:4, at 2:8 and in int4? The Pareto front.

python examples/pareto_resnet50.py [POINTS]: the first so many points only.
"""

import sys
from pathlib import Path

import sparsim
from sweeps.pareto import pareto_positions

FIGURES = ["total_cycles", "energy_mj", "area_mm2"]
AXES = ["compression", "array.rows", "scratchpad.capacity_bytes", "off_chip.bandwidth_bytes_per_second"]
RESULTS = Path("out", "pareto_resnet50.sqlite")

RESULTS.parent.mkdir(exist_ok=True)
study = Path(__file__).with_suffix(".yaml")
limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
table = sparsim.sweep(study, RESULTS, sparsim.SweepOptions(limit=limit)).to_pandas()
fitting = table[table.status == "ok"]
front = fitting.iloc[pareto_positions(fitting[FIGURES].to_numpy().tolist())]
print(f"{len(front)} of {len(fitting)} designs are beaten by no other in cycles, energy and area")
print(front[AXES + FIGURES].to_string(index=False))
