"""A sweep in ten lines: which array and scratchpad for ResNet-9, dense and at 2:8?"""

from pathlib import Path

import sparsim

results = sparsim.sweep(Path(__file__).with_suffix(".yaml"), "sweep.sqlite")
for row in results:
    print(row.parameters["compression"], row.parameters["array.rows"], row.status, row.reason)
table = results.to_pandas()
fitting = table[(table.status == "ok") & (table.violates == "")]
best = fitting.loc[fitting.groupby("compression").edp_mj_ms.idxmin()]
print(
    best[["compression", "array.rows", "scratchpad.capacity_bytes", "latency_ms", "energy_mj", "area_mm2"]].to_string(
        index=False
    )
)
