"""``sparsim.run`` and what it returns."""

from __future__ import annotations

from pathlib import Path

import pytest

import sparsim
from sparsim.api import parse_objective
from sparsim.workload import make_workload
from workloads.errors import ConfigError


def test_names_files_and_objects_are_the_same(topology: Path, edge_yaml: str, tmp_path: Path) -> None:
    (tmp_path / "edge.yaml").write_text(edge_yaml)
    by_name = sparsim.run(topology, "edge_npu")
    assert sparsim.run(str(topology), tmp_path / "edge.yaml") == by_name
    assert sparsim.run(sparsim.load_network(topology), sparsim.load_accelerator("edge_npu")) == by_name


def test_attributes(tiny_result: sparsim.Result) -> None:
    assert (tiny_result.network, tiny_result.accelerator, tiny_result.technology) == ("resnet9", "edge_npu", "22nm")
    assert tiny_result.latency_ms > 0
    assert tiny_result.energy.total_pj > 0
    assert tiny_result.area.total_mm2 > 0
    assert tiny_result.operators[0].name == "prep"
    assert tiny_result.operators[0].off_chip_bytes.total > 0


def test_options(topology: Path) -> None:
    assert sparsim.run(topology, "edge_npu", batch=8).batch == 8
    assert sparsim.run(topology, "edge_npu", overrides=["array.clock_hz=200 MHz"]).clock_hz == 200_000_000
    bound = sparsim.run("resnet9", "edge_npu", bindings={"resolution": 64})
    assert bound.macs > sparsim.run("resnet9", "edge_npu").macs


def test_progress_ends_with_all(topology: Path) -> None:
    seen: list[tuple[int, int]] = []
    sparsim.run(topology, "edge_npu", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_each_objective_is_best_at_its_own() -> None:
    """On the small scratchpad of mcu they pull apart."""
    results = {objective: sparsim.run("bert_base", "mcu", objective=objective) for objective in sparsim.Objective}
    measures = {
        "traffic": lambda result: result.off_chip_read_bytes + result.off_chip_write_bytes,
        "latency": lambda result: result.total_cycles,
        "energy": lambda result: result.energy.total_pj,
    }
    for objective, measure in measures.items():
        best = measure(results[sparsim.Objective(objective)])
        assert all(best <= measure(other) * (1 + 1e-12) for other in results.values()), objective
    assert len({(result.total_cycles, round(result.energy.total_pj)) for result in results.values()}) > 1


def test_objective_is_noted(topology: Path) -> None:
    notes = sparsim.run(topology, "edge_npu", objective="edp", mapper="layers").notes
    assert notes[-1] == "plan: layer by layer, least edp; tensors pass through off-chip memory"


def test_a_format_that_the_array_lacks_is_noted() -> None:
    network = sparsim.load_network("resnet9", format=sparsim.parse_format("fp16"))
    notes = sparsim.run(network, "edge_npu").notes
    assert any("fp16 tensors are costed as int8: the array multiplies int8" in note for note in notes)


def test_compression_is_compared_with_the_network_before(trained: Path) -> None:
    dense = sparsim.run(trained, "edge_npu")
    pruned = sparsim.run(trained, "edge_npu", compression="nm:2:4")
    assert (dense.compression, dense.dense_total_cycles) == ("", None)
    assert (pruned.compression, pruned.dense_total_cycles) == ("nm:2:4", dense.total_cycles)
    assert [cost.dense_cycles for cost in pruned.operators] == [cost.total_cycles for cost in dense.operators]
    assert pruned.macs == dense.macs


def test_a_workload_may_be_given(trained: Path) -> None:
    workload = make_workload(sparsim.load_network(trained), source=trained, compression="nm:2:4")
    assert sparsim.run(workload, "edge_npu") == sparsim.run(trained, "edge_npu", compression="nm:2:4")
    for option in ({"compression": "int8"}, {"activation_density": 0.5}):
        with pytest.raises(sparsim.SparsimError, match="found a workload, which has its own"):
            sparsim.run(workload, "edge_npu", **option)  # type: ignore[arg-type]


def test_weight_formats(trained: Path) -> None:
    formats = {
        name: {
            cost.compression.weight_format
            for cost in sparsim.run(trained, "edge_npu", compression="nm:2:4", weight_format=name).operators
            if cost.compression
        }
        for name in ("dense", "bitmap")
    }
    assert formats == {"dense": {"dense"}, "bitmap": {"bitmap"}}


def test_activation_density(trained: Path) -> None:
    result = sparsim.run(trained, "edge_npu", activation_density=0.5)
    densities = [cost.compression.activation_density_fraction for cost in result.operators if cost.compression]
    assert densities[:2] == [1.0, 0.5]
    assert result.dense_total_cycles == sparsim.run(trained, "edge_npu").total_cycles


def test_mistakes(topology: Path) -> None:
    with pytest.raises(sparsim.SparsimError, match=r"unknown objective 'speed': expected one of .*latency.*"):
        sparsim.run(topology, "edge_npu", objective="speed")
    with pytest.raises(sparsim.SparsimError, match="batch and bindings apply to a network's name or file"):
        sparsim.run(sparsim.load_network("resnet9"), "edge_npu", batch=2)
    with pytest.raises(sparsim.SparsimError, match="batch and bindings apply to a network's name or file"):
        sparsim.run(sparsim.load_network("resnet9"), "edge_npu", bindings={"batch": 2})
    with pytest.raises(sparsim.SparsimError, match="overrides apply to an accelerator's name or file"):
        sparsim.run("resnet9", sparsim.load_accelerator("edge_npu"), overrides=["array.rows=8"])


@pytest.mark.parametrize("objective", list(sparsim.Objective))
def test_objectives_by_name(objective: sparsim.Objective) -> None:
    assert parse_objective(str(objective)) is objective


def test_a_training_step_is_run_in_place_of_inference() -> None:
    options = sparsim.TrainingOptions(optimiser="momentum", update="last:1")
    result = sparsim.run("resnet9", "edge_npu", training=options, mapper="layers")

    assert result.network == "resnet9 training"
    assert [cost.name for cost in result.operators][-2:] == ["fc.weight.update", "fc.bias.update"]
    assert "one training step of resnet9: momentum, cross-entropy, updates last:1" in result.notes


def test_a_workload_is_trained_or_not_already() -> None:
    workload = make_workload(sparsim.load_network("resnet9"))
    with pytest.raises(ConfigError, match="training apply to a network or its file, found a workload"):
        sparsim.run(workload, "edge_npu", training=sparsim.TrainingOptions())
