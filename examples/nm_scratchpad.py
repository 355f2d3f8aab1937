"""How much scratchpad does a network at N:M sparsity need? Traffic of joint plans by compression and capacity.

python examples/nm_scratchpad.py [POINTS]: the first so many points only.
"""

import sys
from pathlib import Path

import sparsim

limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
results = sparsim.sweep(Path(__file__).with_suffix(".yaml"), "nm_scratchpad.sqlite", sparsim.SweepOptions(limit=limit))
table = results.to_pandas()
traffic = table[table.status == "ok"].pivot(
    index="scratchpad.capacity_bytes", columns="compression", values="off_chip_bytes"
)
print("off-chip bytes of a run, by bytes of scratchpad")
print(traffic.map("{:,.0f}".format).to_string())
