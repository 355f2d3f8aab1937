"""How much scratchpad does a network at N:M sparsity need? Traffic of joint plans by compression and capacity.

python examples/nm_scratchpad.py [POINTS]: the first so many points only.
"""

import sys
from pathlib import Path

import sparsim

RESULTS = Path("out", "nm_scratchpad.sqlite")

RESULTS.parent.mkdir(exist_ok=True)
limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
results = sparsim.sweep(Path(__file__).with_suffix(".yaml"), RESULTS, sparsim.SweepOptions(limit=limit))
table = results.to_pandas()
traffic = table[table.status == "ok"].pivot(
    index="scratchpad.capacity_bytes", columns="compression", values="off_chip_bytes"
)
print("off-chip bytes of a run, by bytes of scratchpad")
print(traffic.map("{:,.0f}".format).to_string())
