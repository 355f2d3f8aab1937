"""Closed forms from a script: names and files, as ``sparsim.run`` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.closed_form_grid import ClosedFormGrid, Progress
from mapper.closed_form_grid import closed_form_grid as grid_of
from sparsim.workload import Workload
from workloads.load import load_network
from workloads.network import Network


def closed_form_grid(
    network: Network | Workload | str | Path,
    accelerator: Accelerator | str | Path,
    *,
    rows: Sequence[int],
    cols: Sequence[int],
    dataflows: Sequence[str] = (),
    bandwidths_bytes_per_second: Sequence[int | None] = (),
    progress: Progress | None = None,
) -> ClosedFormGrid:
    """Return lower bounds of the cycles of all layer-by-layer plans, for each array and bandwidth.

    Parameters
    ----------
    network : Network, Workload, str or Path
        A network, one prepared with ``make_workload``, a zoo name, or a file (ONNX, TFLite, SCALE-Sim CSV).
    accelerator : Accelerator, str or Path
        An accelerator, a shipped name, or a file (YAML, SCALE-Sim cfg): what is not changed.
    rows, cols : sequence of int
    dataflows : sequence of {"os", "ws", "is"}
        The accelerator's own unless given.
    bandwidths_bytes_per_second : sequence of int or None
        The accelerator's own unless given; None is unbounded.
    progress : callable, optional
        Called with arrays done and arrays in all.

    Raises
    ------
    SparsimError
        When a name or file is impossible, or the array cannot have such a size or dataflow.
    """
    if isinstance(network, str | Path):
        network = load_network(network)
    elif isinstance(network, Workload):
        network = network.network
    if not isinstance(accelerator, Accelerator):
        accelerator = load_accelerator(accelerator)
    return grid_of(
        network,
        accelerator,
        rows=rows,
        cols=cols,
        dataflows=dataflows,
        bandwidths_bytes_per_second=bandwidths_bytes_per_second,
        progress=progress,
    )
