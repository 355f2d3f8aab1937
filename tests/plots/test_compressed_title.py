from __future__ import annotations

from dataclasses import replace

import pytest

from plots.compressed_title import add_title, check_comparable, compression_name
from plots.style import new_figure, renderer_of
from simulator.result import Result
from workloads.errors import ConfigError


def _title(*results: Result) -> str:
    figure = new_figure(4.8, 3.0)
    add_title(figure, results)
    return figure.get_suptitle()


def test_one_result_has_all_in_its_title(compressed_result: Result) -> None:
    assert _title(compressed_result) == "tiny on edge_npu\n22nm, batch 1, nm:2:8, least latency"


def test_several_have_what_they_share(compressed_result: Result) -> None:
    other = replace(compressed_result, accelerator="mcu", compression="", batch=4)
    assert _title(compressed_result, other) == "tiny, 22nm, least latency"
    elsewhere = replace(compressed_result, network="big", compression="int8")
    assert _title(compressed_result, elsewhere) == "edge_npu\n22nm, batch 1, least latency"


def test_a_plan_made_by_hand_has_no_objective(compressed_result: Result) -> None:
    assert _title(replace(compressed_result, objective="")).endswith("nm:2:8")


def test_no_compression_is_dense_and_a_long_one_loses_its_middle() -> None:
    assert compression_name("") == "dense"
    assert compression_name("nm:2:8+int8") == "nm:2:8+int8"
    assert compression_name("$") == r"\$"
    assert len(compression_name("nm:2:8;" * 20)) == 26


def test_long_names_stay_inside_a_column(compressed_result: Result) -> None:
    long = replace(
        compressed_result, network="network/" * 30, accelerator="accelerator_" * 30, compression="unstructured:0.5+" * 9
    )
    figure = new_figure(4.8, 3.0)
    add_title(figure, [long])
    figure.draw_without_rendering()
    (title,) = figure.texts
    assert title.get_window_extent(renderer_of(figure)).x1 <= figure.bbox.x1


def test_a_compressed_result_needs_its_cycles_before(compressed_result: Result) -> None:
    check_comparable(compressed_result, "figure")
    check_comparable(replace(compressed_result, compression="", dense_total_cycles=None), "figure")
    with pytest.raises(ConfigError) as caught:
        check_comparable(replace(compressed_result, dense_total_cycles=None), "figure")
    assert str(caught.value) == (
        "figure: tiny on edge_npu with nm:2:8: expected its cycles before compression (dense_total_cycles), found none"
    )
