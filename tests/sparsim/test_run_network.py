"""One network on one accelerator, and what its notes say of the plan and of storage."""

from __future__ import annotations

from pathlib import Path

import pytest

import sparsim
from hw_configs.load import load_accelerator
from mapper.choose_plan import Mapper, PlanOptions
from mapper.objective import Objective
from sparsim.run_network import run_network
from sparsim.workload import make_workload

SCALE_SIM = Path(__file__).parents[1] / "data" / "scalesim"
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


@pytest.mark.parametrize("objective", list(Objective))
def test_note_of_a_joint_plan(topology: Path, objective: Objective) -> None:
    network, edge = sparsim.load_network(topology), load_accelerator("edge_npu")
    result = run_network(network, edge, PlanOptions(objective=objective))
    assert result.planning is not None
    assert result.planning.mapper == "joint"
    assert result.notes[-1] == (f"plan: tiling and residency together, least {objective} for its operator order")


def test_note_of_a_split_scratchpad(topology: Path) -> None:
    split = load_accelerator(SCALE_SIM / "scale.cfg")
    assert (
        "plan: layer by layer, least latency; tensors pass through off-chip memory, since no scratchpad holds both "
        "inputs and outputs"
    ) in run_network(sparsim.load_network(topology), split, PlanOptions()).notes


def test_note_of_a_plan_that_took_too_long(topology: Path) -> None:
    network, edge = sparsim.load_network(topology), load_accelerator("edge_npu")
    assert run_network(network, edge, PlanOptions(time_limit_s=1e-9)).notes[-1] == (
        "plan: layer by layer, least latency; tensors pass through off-chip memory, since no better plan was found "
        "within 1e-09 s"
    )


def test_zeros_that_nothing_can_leave_out_are_noted(topology: Path) -> None:
    network = make_workload(sparsim.load_network(topology), compression="nm:2:4").network
    for name, is_noted in (("os_array", True), ("edge_npu", False)):
        notes = run_network(network, load_accelerator(name), PlanOptions(objective=Objective.LATENCY)).notes
        assert (DENSE_NOTE in notes) is is_noted
