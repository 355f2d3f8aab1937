from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plots.result_grid import result_grid
from simulator.result import Result
from workloads.errors import ConfigError


def test_rows_and_columns_as_they_come(compressed_result: Result) -> None:
    int8 = replace(compressed_result, compression="int8")
    mcu = replace(compressed_result, accelerator="mcu", dense_total_cycles=9000)
    grid = result_grid([compressed_result, mcu, int8])
    assert grid.compressions == ("nm:2:8", "int8")
    assert grid.accelerators == ("edge_npu", "mcu")
    assert grid.cells == ((compressed_result, mcu), (int8, None))
    assert grid.results == (compressed_result, mcu, int8)
    np.testing.assert_allclose(
        grid.values(lambda result: result.speedup_over_dense), [[7700 / 4500, 2.0], [7700 / 4500, np.nan]]
    )


def test_rows_and_columns_asked_for_may_be_empty(compressed_result: Result) -> None:
    grid = result_grid([compressed_result], compressions=["", "nm:2:8"], accelerators=["mcu", "edge_npu"])
    assert grid.cells == ((None, None), (None, compressed_result))


def test_what_is_no_grid(compressed_result: Result) -> None:
    def message(*results: Result, **asked: list[str]) -> str:
        with pytest.raises(ConfigError) as caught:
            result_grid(results, **asked)
        return str(caught.value)

    assert message() == "speedup_grid: expected results, found none"
    assert message(compressed_result, replace(compressed_result, network="big")) == (
        "speedup_grid: expected results of one network, found big, tiny"
    )
    assert message(compressed_result, replace(compressed_result, batch=4)) == (
        "speedup_grid: expected results of one batch size, found 1, 4"
    )
    assert message(compressed_result, compressed_result) == (
        "speedup_grid: expected one result of edge_npu with nm:2:8, found two"
    )
    outside = "speedup_grid: edge_npu with nm:2:8: expected one of the rows and columns asked for"
    assert message(compressed_result, compressions=["int8"]) == outside
    assert message(compressed_result, accelerators=["mcu"]) == outside
