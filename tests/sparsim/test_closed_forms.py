from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sparsim
from mapper.closed_form_grid import closed_form_grid as grid_of
from sparsim.workload import make_workload
from workloads.errors import SparsimError

SIZES = {"rows": (8, 16), "cols": (8,)}


def test_names_files_and_objects_are_one(topology: Path, tmp_path: Path) -> None:
    network, accelerator = sparsim.load_network(topology), sparsim.load_accelerator("nm_array")
    wanted = grid_of(network, accelerator, **SIZES)
    assert wanted.least_cycles.shape == (1, 2, 1, 1)
    for one in (topology, str(topology), network, make_workload(network, source=None)):
        for array in ("nm_array", accelerator):
            assert np.array_equal(sparsim.closed_form_grid(one, array, **SIZES).least_cycles, wanted.least_cycles)


def test_options_reach_the_grid() -> None:
    seen: list[tuple[int, int]] = []
    grid = sparsim.closed_form_grid(
        "resnet9",
        "edge_npu",
        **SIZES,
        dataflows=("os", "ws"),
        bandwidths_bytes_per_second=(10**9, None),
        progress=lambda *one: seen.append(one),
    )
    assert (grid.dataflows, grid.bandwidths_bytes_per_second) == (("os", "ws"), (10**9, None))
    assert seen[-1] == (4, 4)


def test_mistakes() -> None:
    with pytest.raises(SparsimError, match="unknown network 'resnet8'"):
        sparsim.closed_form_grid("resnet8", "nm_array", **SIZES)
    with pytest.raises(SparsimError, match="unknown accelerator 'nm'"):
        sparsim.closed_form_grid("resnet9", "nm", **SIZES)
    with pytest.raises(SparsimError, match=r"array\.rows: .*found 0"):
        sparsim.closed_form_grid("resnet9", "nm_array", rows=(0,), cols=(8,))
