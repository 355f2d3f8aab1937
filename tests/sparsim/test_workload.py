"""What is costed: the network compressed, with the zeros of its file, and the one before."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sparsim
from hw_configs.load import load_accelerator
from simulator.result import CycleLosses, Result
from sparsim.activations import ActivationDensities
from sparsim.workload import compared, make_workload, uses_zeros, with_file_zeros
from tests.sparsim.trained import save_trained, trained_weights
from workloads.load import load_network
from workloads.sparsity import SparsityOrigin

EDGE, OS_ARRAY = load_accelerator("edge_npu"), load_accelerator("os_array")


@pytest.fixture
def pruned(tmp_path: Path) -> Path:
    """The second weight has zeros in every other channel."""
    weights = trained_weights()
    weights["w2"][:, ::2] = 0
    return save_trained(tmp_path / "pruned.onnx", weights)


def test_nothing_asked(trained: Path) -> None:
    network = load_network(trained)
    workload = make_workload(network, source=trained)
    assert workload.network is workload.dense is network
    assert with_file_zeros(workload, EDGE) is workload


def test_compressed_from_real_weights(trained: Path) -> None:
    """Of the 16 channels of w2 every 4 keep 2, the largest."""
    network = load_network(trained)
    workload = make_workload(network, source=trained, compression="conv2=nm:2:4")
    assert workload.dense is network
    assert (workload.compression, workload.changed) == ("conv2=nm:2:4", {"w2"})
    sparsity = workload.network.tensors["w2"].sparsity
    assert sparsity is not None
    assert (sparsity.origin, sparsity.density_fraction) == (SparsityOrigin.PRUNED, 0.5)
    values = np.abs(trained_weights()["w2"]).reshape(16, 4, 4)
    kept = values >= np.sort(values, axis=2)[:, :, 2:3]
    assert sparsity.mask is not None
    assert np.array_equal(sparsity.mask.array().reshape(16, 4, 4), kept)


def test_synthetic_without_weights() -> None:
    workload = make_workload(load_network("resnet9"), source="resnet9", compression="nm:2:4")
    sparsity = workload.network.tensors["layer1.weight"].sparsity
    assert workload.weights is None
    assert sparsity is not None
    assert sparsity.origin is SparsityOrigin.SYNTHETIC
    assert with_file_zeros(workload, EDGE) is workload


def test_zeros_of_the_file(pruned: Path) -> None:
    workload = make_workload(load_network(pruned), source=pruned)
    changed = with_file_zeros(workload, EDGE)
    assert changed.dense is workload.dense
    sparsity = changed.network.tensors["w2"].sparsity
    assert sparsity is not None
    assert (sparsity.origin, sparsity.density_fraction) == (SparsityOrigin.FILE, 0.5)
    assert changed.network.tensors["w1"].sparsity is None
    assert changed.network.notes[-1] == "weights: 1 of 3 have zeros in the file, which this accelerator can use"


def test_zeros_of_the_file_outlive_compression_of_other_layers(pruned: Path) -> None:
    workload = with_file_zeros(make_workload(load_network(pruned), source=pruned, compression="conv1=nm:2:4"), EDGE)
    origins = {name: workload.network.tensors[name].sparsity.origin for name in ("w1", "w2")}  # type: ignore[union-attr]
    assert origins == {"w1": SparsityOrigin.PRUNED, "w2": SparsityOrigin.FILE}


def test_zeros_are_of_no_use_everywhere(pruned: Path) -> None:
    workload = make_workload(load_network(pruned), source=pruned)
    assert with_file_zeros(workload, OS_ARRAY) is workload
    assert [uses_zeros(one) for one in (EDGE, OS_ARRAY)] == [True, False]
    assert uses_zeros(load_accelerator("os_array", overrides=["array.zero_gating=true"]))


def test_zeros_that_a_topology_states(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text("Layer,M,N,K,Sparsity\nfirst,64,64,64,2:4\nsecond,8,8,8,1:1\n")
    changed = with_file_zeros(make_workload(load_network(path), source=path), EDGE)
    densities = [tensor.density_fraction for tensor in changed.network.tensors.values() if tensor.role == "weight"]
    assert densities == [0.5, 1.0]


def test_activations_are_not_those_of_the_dense_network(trained: Path) -> None:
    network = load_network(trained)
    asked = ActivationDensities(density=0.25)
    for compression in (None, "int8"):
        workload = make_workload(network, source=trained, compression=compression, activations=asked)
        assert workload.network.tensors["hidden"].density_fraction == 0.25
        assert workload.dense.tensors["hidden"].density_fraction == 1


def test_compared(tiny_result: Result) -> None:
    """Half the cycles: twice as fast; an operator that was not there before has nothing to compare with.

    Products took 600 of the 800 cycles and take 200 of 400: alone they would gain 3x.
    """
    first, *_ = (cost for cost in tiny_result.operators if cost.total_cycles)
    before = replace(
        tiny_result, operators=(replace(first, total_cycles=800, losses=CycleLosses(effectual_cycles=600)),)
    )
    new = replace(first, name="new", losses=CycleLosses(fill_cycles=10))
    halved = replace(first, total_cycles=400, losses=CycleLosses(effectual_cycles=200, off_chip_cycles=200))
    now = replace(tiny_result, operators=(halved, new))
    result = compared(now, before, "nm:2:4")
    assert (result.compression, result.dense_total_cycles) == ("nm:2:4", 800)
    assert [cost.dense_cycles for cost in result.operators] == [800, None]
    assert result.operators[0].speedup_over_dense == 2
    assert (result.dense_effectual_cycles, result.ideal_speedup) == (600, 3)
    assert (before.ideal_speedup, compared(replace(now, operators=(new,)), before, "").ideal_speedup) == (1, math.inf)


def test_factors_share_the_cycles_of_the_whole() -> None:
    """A rank of 8: the pair's cycles before add up to those of the operator, but for rounding."""
    network = load_network("resnet9")
    result = sparsim.run(network, "edge_npu", compression="layer1=lowrank:8")
    dense = {cost.name: cost.total_cycles for cost in sparsim.run(network, "edge_npu").operators}
    parts = [cost for cost in result.operators if cost.name.startswith("layer1/low_rank_")]
    assert len(parts) == 2
    shares = [cost.dense_cycles for cost in parts]
    assert None not in shares
    assert abs(sum(share for share in shares if share is not None) - dense["layer1"]) <= 1
    assert parts[0].speedup_over_dense == pytest.approx(parts[1].speedup_over_dense, rel=1e-3)
