"""Why ResNet-50 with 2 of 8 weights kept is not four times as fast, and what storing its weights takes.

python examples/compressed_resnet50.py out/compressed
"""

import sys
from pathlib import Path

import sparsim
from plots.save import save_figure
from plots.speedup_losses import speedup_losses
from plots.storage_against_density import storage_against_density

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/compressed")
folder.mkdir(parents=True, exist_ok=True)
result = sparsim.run("resnet50", "nm_array", compression="nm:2:8")
losses = result.losses
print(f"speed-up over dense: {result.speedup_over_dense:.2f}")
print(f"{losses.effectual_cycles:,.0f} of {losses.total_cycles:,.0f} cycles would do without losses")
print(save_figure(speedup_losses(result), folder / "speedup_losses.png"))
print(save_figure(storage_against_density(element_bits=8), folder / "storage_against_density.png"))
