"""What ResNet-50 costs on a small edge accelerator."""

import sparsim

result = sparsim.run("resnet50", "edge_npu", objective="energy")
print(f"{result.latency_ms:.2f} ms, {result.energy.total_pj / 1e9:.2f} mJ, {result.area.total_mm2:.2f} mm2")
costliest = max(result.operators, key=lambda operator: operator.total_cycles)
print(f"costliest: {costliest.name}, {costliest.total_cycles:,} cycles, limited by {costliest.limited_by}")
