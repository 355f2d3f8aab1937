"""SCALE-Sim v3, end to end: each layer mapped and simulated as ``sparsim run`` does, with unbounded bandwidth."""

from __future__ import annotations

from typing import Literal, cast

from hw_configs.load import load_technology
from hw_configs.scalesim_config import ScalesimDesign, scalesim_accelerator
from mapper.map_network import map_network
from simulator.simulate import simulate
from validation.check import Check, Comparison
from validation.scalesim import COLUMNS, FILE_NAME, SOURCE, is_dense_without_stalls, layer_network
from validation.table import TableRow

_SRAM_COLUMNS = ("ifmap_sram_kb", "filter_sram_kb", "ofmap_sram_kb")


def _compare(row: TableRow) -> Comparison | None:
    """Return total cycles of the best plan in the row's scratchpads, less one: SCALE-Sim prints the last's index."""
    if not is_dense_without_stalls(row) or row.text("bw_mode") != "CALC" or row.is_empty("total_cycles"):
        return None
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
    result = simulate(network, accelerator, map_network(network, accelerator))
    return Comparison(expected=(row.number("total_cycles"),), ours=(result.total_cycles - 1,))


CHECKS = (
    Check(
        name="scalesim_run",
        file_name=FILE_NAME,
        columns=(*COLUMNS, "total_cycles", "bw_mode", *_SRAM_COLUMNS),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare,
    ),
)
"""The layers that ran with the bandwidth they needed (CALC), whatever their scratchpads."""
