"""N:M that a file states becomes sparsity of the weights."""

from __future__ import annotations

from pathlib import Path

from workloads.declared_sparsity import with_declared_sparsity
from workloads.scalesim_topology import load_scalesim_topology
from workloads.sparsity import NmPattern, SparsityOrigin


def load(folder: Path, *ratios: str):
    path = folder / "gemm.csv"
    layers = [f"layer{place},4,5,16,{ratio}" for place, ratio in enumerate(ratios)]
    path.write_text("\n".join(["Layer,M,N,K,Sparsity", *layers]))
    return load_scalesim_topology(path)


def test_weights_get_the_pattern_of_their_layer(tmp_path):
    network = with_declared_sparsity(load(tmp_path, "2:4", "4:4", "1:8"))

    sparsity = {name: tensor.sparsity for name, tensor in network.tensors.items() if tensor.sparsity}
    assert {name: (one.pattern, one.density_fraction) for name, one in sparsity.items()} == {
        "layer0:filter": (NmPattern(n=2, m=4), 0.5),
        "layer2:filter": (NmPattern(n=1, m=8), 0.125),
    }
    assert {one.origin for one in sparsity.values()} == {SparsityOrigin.FILE}
    assert not any("dense" in note for note in network.notes)
    assert len(network.notes) == 1


def test_a_network_without_n_m_stays_as_it_is(tmp_path):
    dense = load(tmp_path, "4:4", "1:1")

    assert with_declared_sparsity(dense) is dense
