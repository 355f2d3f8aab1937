"""One network on one accelerator, and what its notes say of the plan and of storage."""

from __future__ import annotations

from pathlib import Path

import sparsim
from hw_configs.load import load_accelerator
from mapper.choose_plan import Mapper, PlanOptions
from mapper.objective import Objective
from sparsim.run_network import run_network
from sparsim.workload import make_workload

DENSE_NOTE = "os_array decodes no compressed weights: they are stored and moved dense, zeros and all"


def test_is_what_run_returns(topology: Path) -> None:
    seen: list[tuple[int, int]] = []
    network, edge = sparsim.load_network(topology), load_accelerator("edge_npu")
    options = PlanOptions(objective=Objective.EDP)
    result = run_network(network, edge, options, lambda done, total: seen.append((done, total)))
    assert result == sparsim.run(network, edge, objective="edp")
    assert (result.objective, seen[-1]) == ("edp", (3, 3))


def test_notes_of_the_plan(topology: Path) -> None:
    unbounded = load_accelerator("edge_npu", overrides=["off_chip.bandwidth_bytes_per_second=null"])
    options = PlanOptions(objective=Objective.TRAFFIC, mapper=Mapper.LAYERS)
    notes = run_network(sparsim.load_network(topology), unbounded, options).notes
    assert notes[-2:] == (
        "plan: layer by layer, least traffic; tensors pass through off-chip memory",
        "off-chip bandwidth is unbounded: bytes cost no time, and objective traffic would move fewer",
    )


def test_zeros_that_nothing_can_leave_out_are_noted(topology: Path) -> None:
    network = make_workload(sparsim.load_network(topology), compression="nm:2:4").network
    for name, is_noted in (("os_array", True), ("edge_npu", False)):
        notes = run_network(network, load_accelerator(name), PlanOptions(objective=Objective.LATENCY)).notes
        assert (DENSE_NOTE in notes) is is_noted
