"""SCALE-Sim v3's sparse layers end to end: mapped and simulated as ``sparsim run`` does, with unbounded bandwidth."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from hw_configs.array_sections import ScalesimSparse
from hw_configs.load import load_technology
from hw_configs.scalesim_config import ScalesimDesign, scalesim_accelerator
from mapper.map_network import map_network
from mapper.objective import Objective
from simulator.simulate import simulate
from validation.check import Check, Comparison
from validation.scalesim import COLUMNS, FILE_NAME, SOURCE, layer_network
from validation.scalesim_sparse import SparseLayer, sparse_layer
from validation.table import TableRow
from workloads.declared_sparsity import with_declared_sparsity

_SRAM_COLUMNS = ("ifmap_sram_kb", "filter_sram_kb", "ofmap_sram_kb")


def _design(row: TableRow, layer: SparseLayer) -> ScalesimDesign:
    """Return the row's array and scratchpads with its sparse mode."""
    inputs, weights, outputs = (row.size(column) for column in _SRAM_COLUMNS)
    mode = ScalesimSparse() if layer.pattern else ScalesimSparse(mode="row_wise", block=layer.block)
    return ScalesimDesign(
        rows=row.size("array_rows"),
        cols=row.size("array_cols"),
        dataflow=cast(Literal["os", "ws", "is"], row.choice("dataflow", ("os", "ws", "is"))),
        input_kib=inputs,
        weight_kib=weights,
        output_kib=outputs,
        bandwidth_bytes_per_second=None,
        sparsity=mode,
    )


def _compare_cycles(row: TableRow) -> Comparison | None:
    """Return total cycles of the best plan in the row's scratchpads, less one: SCALE-Sim prints the last's index."""
    layer = sparse_layer(row)
    if layer is None or row.text("bw_mode") != "CALC" or row.number("stall_cycles") > 0:
        return None
    network = layer_network(row)
    if layer.pattern:
        stated = {network.operators[0].name: (layer.pattern.n, layer.pattern.m)}
        network = with_declared_sparsity(replace(network, declared_sparsity=stated))
    accelerator = scalesim_accelerator(_design(row, layer), "row", load_technology("45nm"))
    plan = map_network(network, accelerator, objective=Objective.LATENCY)
    ours = simulate(network, accelerator, plan).total_cycles - 1
    return Comparison(expected=(row.number("total_cycles"),), ours=(ours,))


CHECKS = (
    Check(
        name="scalesim_sparse_run",
        file_name=FILE_NAME,
        columns=(*COLUMNS, "total_cycles", "bw_mode", *_SRAM_COLUMNS),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_cycles,
    ),
)
"""The sparse layers that ran with the bandwidth they needed (CALC)."""
