"""SCALE-Sim v3, end to end: each layer mapped and simulated as ``sparsim run`` does, with unbounded bandwidth."""

from __future__ import annotations

from typing import Literal, cast

from hw_configs.load import load_technology
from hw_configs.scalesim_config import ScalesimDesign, scalesim_accelerator
from mapper.map_network import map_network
from mapper.objective import Objective
from simulator.result import Result
from simulator.simulate import simulate
from validation.check import Check, Comparison
from validation.scalesim import COLUMNS, FILE_NAME, SOURCE, is_dense_without_stalls, layer_network
from validation.table import TableRow

_SRAM_COLUMNS = ("ifmap_sram_kb", "filter_sram_kb", "ofmap_sram_kb")


def _is_unbounded(row: TableRow) -> bool:
    return is_dense_without_stalls(row) and row.text("bw_mode") == "CALC"


def _result(row: TableRow, objective: Objective) -> Result:
    """Return the row's layer on the row's array and scratchpads, mapped for ``objective``."""
    inputs, weights, outputs = (row.size(column) for column in _SRAM_COLUMNS)
    design = ScalesimDesign(
        rows=row.size("array_rows"),
        cols=row.size("array_cols"),
        dataflow=cast(Literal["os", "ws", "is"], row.choice("dataflow", ("os", "ws", "is"))),
        input_kib=inputs,
        weight_kib=weights,
        output_kib=outputs,
        bandwidth_bytes_per_second=None,
    )
    accelerator = scalesim_accelerator(design, "row", load_technology("45nm"))
    network = layer_network(row)
    return simulate(network, accelerator, map_network(network, accelerator, objective=objective))


def _compare_cycles(row: TableRow) -> Comparison | None:
    """Return total cycles of the best plan in the row's scratchpads, less one: SCALE-Sim prints the last's index."""
    if not _is_unbounded(row) or row.is_empty("total_cycles"):
        return None
    ours = _result(row, Objective.LATENCY).total_cycles - 1
    return Comparison(expected=(row.number("total_cycles"),), ours=(ours,))


def _compare_dram_reads(row: TableRow) -> Comparison | None:
    """Return words of input and weight read from DRAM where a quarter of each memory holds the layer.

    Its memories are two buffers, a part of each set aside. Where a layer does not fit, SCALE-Sim refetches in the order
    of its demand trace, and the best plan fetches less.
    """
    if not _is_unbounded(row) or row.is_empty("dram_ifmap_reads") or row.is_empty("dram_filter_reads"):
        return None
    tensors = layer_network(row).tensors.values()
    quarters = [256 * row.size(column) for column in _SRAM_COLUMNS]
    if any(tensor.num_elements > quarter for tensor, quarter in zip(tensors, quarters, strict=True)):
        return None
    moved = _result(row, Objective.TRAFFIC).operators[0].off_chip_bytes
    return Comparison(
        expected=(row.number("dram_ifmap_reads"), row.number("dram_filter_reads")),
        ours=(moved.input_read, moved.weight_read),
    )


CHECKS = (
    Check(
        name="scalesim_run",
        file_name=FILE_NAME,
        columns=(*COLUMNS, "total_cycles", "bw_mode", *_SRAM_COLUMNS),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_cycles,
    ),
    Check(
        name="scalesim_dram_reads",
        file_name=FILE_NAME,
        columns=(*COLUMNS, "bw_mode", *_SRAM_COLUMNS, "dram_ifmap_reads", "dram_filter_reads"),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_dram_reads,
    ),
)
"""The layers that ran with the bandwidth they needed (CALC), whatever their scratchpads."""
