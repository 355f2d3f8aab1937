"""Sparsim: what a network costs on an accelerator.

    import sparsim
    result = sparsim.run("resnet50", "edge_npu")
    print(result.latency_ms, result.energy.total_pj)

Names load on first use, so that importing the package stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hw_configs.accelerator import Accelerator
    from hw_configs.load import list_accelerators, load_accelerator
    from mapper.map_network import map_network
    from mapper.objective import Objective
    from simulator.plan import Plan, Tiling
    from simulator.position_tiles import PositionTile
    from simulator.result import Result
    from simulator.simulate import simulate
    from sparsim.api import pareto_tilings, run
    from sparsim.closed_forms import closed_form_grid
    from sparsim.comparison import ComparedCell, compare
    from sparsim.compress_file import compress_file
    from sparsim.export import result_as_json
    from sparsim.inspection import inspect_network
    from sparsim.output_folder import write_output_folder, write_result
    from sparsim.plan_api import NetworkPlanning, plan
    from sparsim.plan_export import planning_as_json
    from sparsim.plan_files import write_planning
    from sparsim.search_api import Search, SearchOptions, search
    from sparsim.sweep_api import SweepOptions, sweep
    from sparsim.train_cost_api import TrainOptions, train_cost
    from sparsim.train_memory_api import TrainingMemoryTable, train_memory
    from workloads.errors import SparsimError
    from workloads.formats import parse_format
    from workloads.load import list_networks, load_network
    from workloads.network import Network
    from workloads.operators import Operator
    from workloads.tensor import Tensor
    from workloads.training import TrainingOptions, training_step

__version__ = "0.1.0"

_HOME = {
    "Accelerator": "hw_configs.accelerator",
    "ComparedCell": "sparsim.comparison",
    "Network": "workloads.network",
    "NetworkPlanning": "sparsim.plan_api",
    "Objective": "mapper.objective",
    "Operator": "workloads.operators",
    "Plan": "simulator.plan",
    "PositionTile": "simulator.position_tiles",
    "Result": "simulator.result",
    "Search": "sparsim.search_api",
    "SearchOptions": "sparsim.search_api",
    "SparsimError": "workloads.errors",
    "SweepOptions": "sparsim.sweep_api",
    "Tensor": "workloads.tensor",
    "Tiling": "simulator.plan",
    "TrainOptions": "sparsim.train_cost_api",
    "TrainingMemoryTable": "sparsim.train_memory_api",
    "TrainingOptions": "workloads.training",
    "closed_form_grid": "sparsim.closed_forms",
    "compare": "sparsim.comparison",
    "compress_file": "sparsim.compress_file",
    "inspect_network": "sparsim.inspection",
    "list_accelerators": "hw_configs.load",
    "list_networks": "workloads.load",
    "load_accelerator": "hw_configs.load",
    "load_network": "workloads.load",
    "map_network": "mapper.map_network",
    "pareto_tilings": "sparsim.api",
    "parse_format": "workloads.formats",
    "plan": "sparsim.plan_api",
    "planning_as_json": "sparsim.plan_export",
    "result_as_json": "sparsim.export",
    "run": "sparsim.api",
    "search": "sparsim.search_api",
    "simulate": "simulator.simulate",
    "sweep": "sparsim.sweep_api",
    "train_cost": "sparsim.train_cost_api",
    "train_memory": "sparsim.train_memory_api",
    "training_step": "workloads.training",
    "write_output_folder": "sparsim.output_folder",
    "write_planning": "sparsim.plan_files",
    "write_result": "sparsim.output_folder",
}

__all__ = [
    "Accelerator",
    "ComparedCell",
    "Network",
    "NetworkPlanning",
    "Objective",
    "Operator",
    "Plan",
    "PositionTile",
    "Result",
    "Search",
    "SearchOptions",
    "SparsimError",
    "SweepOptions",
    "Tensor",
    "Tiling",
    "TrainOptions",
    "TrainingMemoryTable",
    "TrainingOptions",
    "closed_form_grid",
    "compare",
    "compress_file",
    "inspect_network",
    "list_accelerators",
    "list_networks",
    "load_accelerator",
    "load_network",
    "map_network",
    "pareto_tilings",
    "parse_format",
    "plan",
    "planning_as_json",
    "result_as_json",
    "run",
    "search",
    "simulate",
    "sweep",
    "train_cost",
    "train_memory",
    "training_step",
    "write_output_folder",
    "write_planning",
    "write_result",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'sparsim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
