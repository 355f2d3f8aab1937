"""A small sweep: which array and scratchpad for ResNet-9, dense and at 2:8?"""

from pathlib import Path

import sparsim

RESULTS = Path("out", "sweep.sqlite")
RESULTS.parent.mkdir(exist_ok=True)
results = sparsim.sweep(Path(__file__).with_suffix(".yaml"), RESULTS)
for row in results:
    what = row.parameters
    design = f"{what['array.rows']} x {what['array.cols']}, {what['scratchpad.capacity_bytes']:,} bytes"
    print(f"{what['compression']} on {design}: {row.status} {row.reason}".rstrip())
table = results.to_pandas()
fitting = table[(table.status == "ok") & (table.violates == "")]
print("\nleast energy x delay of each compression, on at most 0.6 mm2:")
best = fitting.loc[fitting.groupby("compression").edp_mj_ms.idxmin()]
print(
    best[["compression", "array.rows", "scratchpad.capacity_bytes", "latency_ms", "energy_mj", "area_mm2"]].to_string(
        index=False
    )
)
