"""The grid: order, what is compared with what, and cells that no plan fits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sparsim
from hw_configs.load import load_accelerator
from sparsim.comparison import ComparedCell, load_accelerators
from tests.sparsim.trained import save_trained, trained_weights
from workloads.errors import ConfigError

TOO_SMALL = ("scratchpad.capacity_bytes=8", "scratchpad.banks=1", "scratchpad.port_bytes=1")


def names(cells: tuple[ComparedCell, ...]) -> list[tuple[str, str]]:
    return [(cell.compression, cell.accelerator) for cell in cells]


def test_a_row_a_compression_dense_first(trained: Path) -> None:
    cells = sparsim.compare(trained, ["edge_npu", "os_array"], ["nm:2:4", "int8"])
    assert names(cells) == [
        (compression, accelerator)
        for compression in ("dense", "nm:2:4", "int8")
        for accelerator in ("edge_npu", "os_array")
    ]


def test_cells_are_what_run_returns(trained: Path) -> None:
    dense, pruned = sparsim.compare(trained, ["edge_npu"], ["nm:2:4"])
    assert dense.result == sparsim.run(trained, "edge_npu")
    assert pruned.result == sparsim.run(trained, "edge_npu", compression="nm:2:4")
    assert dense.speedup_over_dense == 1
    assert pruned.speedup_over_dense == pruned.result.speedup_over_dense  # type: ignore[union-attr]


def test_zeros_of_the_file_have_a_row(tmp_path: Path) -> None:
    weights = trained_weights()
    weights["w2"][:, ::2] = 0
    path = save_trained(tmp_path / "pruned.onnx", weights)
    cells = sparsim.compare(path, ["edge_npu", "os_array"])
    assert [cell.compression for cell in cells] == ["dense", "dense", "as stored", "as stored"]
    assert cells[2].result == sparsim.run(path, "edge_npu")
    assert cells[3].result == cells[1].result
    assert [cell.speedup_over_dense for cell in cells[:2] + cells[3:]] == [1, 1, 1]


def test_densities_of_activations_have_a_row(trained: Path) -> None:
    cells = sparsim.compare(trained, ["edge_npu"], activation_density=0.5)
    assert [cell.compression for cell in cells] == ["dense", "as stored"]
    assert cells[1].result == sparsim.run(trained, "edge_npu", activation_density=0.5)


def test_dense_is_costed_once_an_accelerator(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sparsim import comparison

    costed: Counter[tuple[bool, str]] = Counter()
    original = comparison.run_network

    def counting(network, accelerator, *more):  # type: ignore[no-untyped-def]
        is_dense = all(tensor.sparsity is None for tensor in network.tensors.values())
        costed[is_dense, accelerator.name] += 1
        return original(network, accelerator, *more)

    monkeypatch.setattr(comparison, "run_network", counting)
    sparsim.compare(trained, ["edge_npu", "mcu"], ["nm:2:4", "unstructured:0.5"])
    assert costed == {(dense, name): 1 + (not dense) for dense in (True, False) for name in ("edge_npu", "mcu")}


def test_cells_that_no_plan_fits(topology: Path) -> None:
    small = load_accelerator("edge_npu", overrides=TOO_SMALL)
    cells = sparsim.compare(topology, [small.model_copy(update={"name": "small"}), "edge_npu"], ["nm:2:4"])
    assert [cell.result is None for cell in cells] == [True, False, True, False]
    assert cells[0].infeasible.startswith("operator 'first' (matmul) does not fit")
    assert (cells[0].speedup_over_dense, cells[2].speedup_over_dense) == (None, None)
    assert cells[1].infeasible == ""


def test_nothing_to_compare_with_where_dense_has_no_plan(topology: Path) -> None:
    """What fits after compression alone has no speed-up."""
    result = sparsim.run(topology, "edge_npu")
    cell = ComparedCell(compression="as stored", accelerator="a", result=result)
    assert cell.speedup_over_dense is None
    assert replace(cell, dense_cycles=3 * result.total_cycles).speedup_over_dense == 3
    assert replace(cell, dense_cycles=0, result=replace(result, operators=())).speedup_over_dense == 1


def test_networks_are_loaded_once_and_may_be_given(trained: Path) -> None:
    network = sparsim.load_network(trained)
    cells = sparsim.compare(network, ["edge_npu"], ["nm:2:4"])
    notes = cells[1].result.notes  # type: ignore[union-attr]
    assert any("drawn at random" in note for note in notes)  # its weights are not in it


def test_mistakes(trained: Path) -> None:
    network, edge = sparsim.load_network(trained), sparsim.load_accelerator("edge_npu")
    with pytest.raises(ConfigError, match="two accelerators are called 'edge_npu', expected different names"):
        load_accelerators([edge, "edge_npu"], ())
    with pytest.raises(ConfigError, match="expected at least one accelerator, found none"):
        sparsim.compare(trained, [])
    with pytest.raises(ConfigError, match="overrides apply to an accelerator's name or file"):
        sparsim.compare(trained, [edge], overrides=["array.rows=8"])
    with pytest.raises(ConfigError, match="the compression 'nm:2:4' is given twice"):
        sparsim.compare(trained, [edge], ["nm:2:4", " nm:2:4 "])
    with pytest.raises(ConfigError, match="the compression 'dense' changes nothing: dense is always the first row"):
        sparsim.compare(trained, [edge], ["nm:2:4", "dense"])
    with pytest.raises(ConfigError, match="weight format 'nm': edge_npu decodes dense, "):
        sparsim.compare(trained, [edge], weight_format="nm")
    with pytest.raises(ConfigError, match="batch and bindings apply to a network's name or file"):
        sparsim.compare(network, [edge], batch=2)
    with pytest.raises(ConfigError, match="unknown objective 'speed'"):
        sparsim.compare(network, [edge], objective="speed")


def test_seeds_tell_specs_apart(topology: Path) -> None:
    cells = sparsim.compare(topology, ["edge_npu"], ["unstructured:0.5; seed=1", "unstructured:0.5; seed=2"])
    assert [cell.compression for cell in cells[1:]] == ["unstructured:0.5; seed=1", "unstructured:0.5; seed=2"]


def test_densities_of_single_layers_tell_specs_apart(tmp_path: Path, topology: Path) -> None:
    for name, density in (("sparse", 0.25), ("denser", 0.5)):
        (tmp_path / f"{name}.yaml").write_text(f"activation_density: {{layers: {{second: {density}}}}}\n")
    cells = sparsim.compare(topology, ["eyeriss_v2"], [str(tmp_path / f"{name}.yaml") for name in ("sparse", "denser")])
    texts = [f"dense; activation_density:second={density}" for density in (0.25, 0.5)]
    assert [cell.compression for cell in cells] == ["dense", *texts]
    assert cells[1].result.total_cycles < cells[2].result.total_cycles  # type: ignore[union-attr]


@pytest.mark.parametrize("weight_format", ["dense", "bitmap"])
def test_the_weight_format_reaches_the_runs(trained: Path, weight_format: str) -> None:
    dense, pruned = sparsim.compare(trained, ["edge_npu"], ["nm:2:4"], weight_format=weight_format)
    assert dense.result == sparsim.run(trained, "edge_npu", weight_format=weight_format)
    assert pruned.result == sparsim.run(trained, "edge_npu", compression="nm:2:4", weight_format=weight_format)
    assert pruned.result is not None
    stored = {cost.compression.weight_format for cost in pruned.result.operators if cost.compression}
    assert weight_format in stored


def test_options_reach_the_runs(topology: Path) -> None:
    (cell,) = sparsim.compare(topology, ["edge_npu"], batch=8, overrides=["array.clock_hz=200 MHz"])
    assert cell.result == sparsim.run(topology, "edge_npu", batch=8, overrides=["array.clock_hz=200 MHz"])
    assert np.isclose(cell.result.clock_hz, 2e8)  # type: ignore[union-attr]
