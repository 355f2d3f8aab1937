"""The printed report: units, one screen, and everything the user must know."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

import sparsim
from simulator.result import Area, Energy, FusedStep, Result
from sparsim.report import ShortReport, full_report


def printed(report: RenderableType, width: int = 80, height: int = 24) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, height=height, color_system=None).print(report)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("network", ["resnet50", "light:resnet50", "mobilenet_v2", "llama_7b_decode"])
@pytest.mark.parametrize("accelerator", ["tpu_like", "mcu"])
def test_fits_one_screen(network: str, accelerator: str) -> None:
    """80 columns, 24 lines of which the last is the prompt's."""
    lines = printed(ShortReport(sparsim.run(network, accelerator)))
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    assert any(" more " in line for line in lines)


def test_a_taller_terminal_shows_more_operators(tiny_result: Result) -> None:
    assert len(printed(ShortReport(tiny_result), height=24)) < len(printed(ShortReport(tiny_result), height=40))


def test_a_small_terminal_shows_the_costliest_five(tiny_result: Result) -> None:
    assert any(line.startswith("10 more") for line in printed(ShortReport(tiny_result), height=5))


def test_totals_have_their_units(tiny_result: Result) -> None:
    """Two operators at 1 GHz: 2,000,000 cycles in all are 2 ms, two inferences in that time 1,000 a second."""
    cost = tiny_result.operators[0]
    traffic = replace(cost.off_chip_bytes, input_read=4_000_000, weight_read=0, output_read=0, output_write=1_000_000)
    half = replace(
        cost,
        macs=1_500_000,
        total_cycles=1_000_000,
        compute_cycles=250_000,
        off_chip_bytes=traffic,
        energy=Energy(mac_pj=1e9, off_chip_pj=3e9),
        scratchpad_bytes=65_536,
        compression=None,
    )
    area = Area(array_mm2=3.0, vector_unit_mm2=0.0, scratchpad_mm2=1.0)
    result = replace(
        tiny_result, batch=2, operators=(half, half), area=area, num_parameters=1234, fused_steps=(), notes=()
    )
    assert [line.split() for line in printed(ShortReport(result))[:9]] == [
        ["resnet9", "on", "edge_npu", "(22nm,", "1000", "MHz),", "batch", "2"],
        ["work", "3.000", "M", "MACs", "1,234", "parameters;", "operators:", "2"],
        ["latency", "2.000", "ms", "2,000,000", "cycles:", "25%", "computing,", "75%", "stalled"],
        ["throughput", "1,000", "/s", "inferences", "a", "second,", "at", "0.6%", "of", "the", "array's", "peak"],
        ["energy", "8.000", "mJ", "off-chip", "75%,", "MAC", "25%"],
        ["power", "4,000", "mW", "energy", "over", "latency"],
        ["area", "4.000", "mm2", "array", "75%,", "scratchpad", "25%"],
        ["off-chip", "10.00", "MB", "8.000", "MB", "read,", "2.000", "MB", "written"],
        ["scratchpad", "0.06554", "MB", "peak", "use,", "65,536", "bytes"],
    ]


def test_notes_and_fused_steps_are_told(tiny_result: Result) -> None:
    result = replace(tiny_result, notes=("approximated [red]x[/red]",))
    lines = printed(ShortReport(result))
    assert "note: approximated [red]x[/red]" in lines
    assert "fused into other operators: 8 batch_normalisation, 8 relu" in lines


def test_the_full_report_has_every_operator_and_fused_step(tiny_result: Result) -> None:
    result = replace(tiny_result, fused_steps=(FusedStep(name="bn1", function="batch_normalisation", into="prep"),))
    lines = printed(full_report(result), width=120)
    assert "fused: bn1 (batch_normalisation) into prep" in lines
    for cost in result.operators:
        if cost.total_cycles:
            assert any(line.startswith(cost.name) for line in lines), cost.name


def test_a_compressed_run_says_where_its_time_goes(pruned_result: Result) -> None:
    short = printed(ShortReport(pruned_result))
    assert short[0] == "trained, nm:2:4, on edge_npu (22nm, 1000 MHz)"
    starts = [line.split("  ")[0] for line in short]
    for name in (
        "speed-up",
        "effectual",
        "non-zero",
        "weights",
        "metadata",
        "where the time goes",
        "zeros not skipped",
    ):
        assert name in starts, name
    assert max(map(len, short)) <= 80
    full = [line.split("  ")[0] for line in printed(full_report(pruned_result), width=120)]
    assert {"speed-up", "metadata", "where the time goes", "zeros not skipped"} <= set(full)


def test_a_dense_run_does_not(tiny_result: Result) -> None:
    lines = printed(ShortReport(tiny_result))
    assert not any(line.startswith(("speed-up", "effectual", "where the time goes")) for line in lines)


def test_synthetic_is_said() -> None:
    lines = printed(ShortReport(sparsim.run("resnet9", "edge_npu", compression="nm:2:4")))
    assert any(line.startswith("weights") and "SYNTHETIC zeros" in line for line in lines)


def test_metadata_is_a_share_of_the_energy(tiny_result: Result) -> None:
    cost = replace(tiny_result.operators[0], energy=Energy(mac_pj=1e9, metadata_pj=3e9))
    lines = printed(ShortReport(replace(tiny_result, operators=(cost,))))
    assert any(line.endswith("metadata 75%, MAC 25%") for line in lines)


def test_nothing_at_all(tiny_result: Result) -> None:
    lines = printed(ShortReport(replace(tiny_result, operators=(), fused_steps=(), notes=())))
    assert any(line.startswith("latency     0 ms") for line in lines)
