from __future__ import annotations

from dataclasses import replace

from plots.result_names import result_names, shared_title
from simulator.result import Result


def test_rows_are_named_by_what_differs(tiny_result: Result) -> None:
    other = replace(tiny_result, accelerator="mcu", technology="45nm")
    assert result_names([tiny_result, other]) == ("edge_npu, 22nm", "mcu, 45nm")
    assert shared_title([tiny_result, other]) == "tiny, batch 1"


def test_a_single_result_has_its_name_in_the_title(tiny_result: Result) -> None:
    assert result_names([tiny_result]) == ("",)
    assert shared_title([tiny_result]) == "tiny on edge_npu, 22nm, batch 1"


def test_specs_are_told_apart(tiny_result: Result) -> None:
    pruned = replace(tiny_result, compression="nm:2:4")
    assert result_names([tiny_result, pruned]) == ("dense", "nm:2:4")
    assert shared_title([pruned, pruned]) == "tiny, edge_npu, 22nm, batch 1, nm:2:4"


def test_equal_runs_still_have_names(tiny_result: Result) -> None:
    assert result_names([tiny_result, tiny_result]) == ("edge_npu", "edge_npu")


def test_results_that_share_nothing_have_no_title(tiny_result: Result) -> None:
    other = replace(tiny_result, network="big", accelerator="mcu", technology="45nm", batch=2)
    assert shared_title([tiny_result, other]) == ""
    assert result_names([tiny_result, other])[1] == "big, mcu, 45nm, batch 2"
