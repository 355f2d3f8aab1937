"""Densities, storage and products left, for one operator by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hw_configs.array_sections import ScalesimSparse
from hw_configs.load import load_accelerator
from simulator.machine import Machine
from simulator.operator_compression import MacCounts, mac_counts, operator_compression
from workloads.network import Network
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin
from workloads.zoo.builder import GraphBuilder


def gemm(density: float, num_channels: int = 16) -> Network:
    """(8, 16) times (16, 4): 512 products."""
    builder = GraphBuilder(name="gemm")
    network = builder.finish((builder.linear("fc", builder.input("x", (8, num_channels)), 4, bias=False),))
    pattern = NmPattern(n=2, m=4) if density == 0.5 else None
    weights = Sparsity(density_fraction=density, origin=SparsityOrigin.SYNTHETIC, pattern=pattern)
    inputs = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)
    changed = {
        "fc.weight": replace(network.tensors["fc.weight"], sparsity=weights),
        "x": replace(network.tensors["x"], sparsity=inputs),
    }
    return replace(network, tensors={**network.tensors, **changed})


def compression_on(name: str, density: float, num_channels: int = 16, **array: object):
    accelerator = load_accelerator(name)
    accelerator = accelerator.model_copy(update={"array": accelerator.array.model_copy(update=array)})
    machine, network = Machine(accelerator=accelerator), gemm(density, num_channels)
    nest = machine.storage.nests_of(network.operators[0], network.tensors)[0]
    return operator_compression(network.operators[0], network.tensors, nest, machine), nest, machine


def test_a_dense_array_performs_all_products():
    found, _, _ = compression_on("os_array", 0.5)

    assert (found.effectual_macs, found.performed_macs, found.gated_macs) == (128, 512, 0)
    assert (found.weight_density_fraction, found.activation_density_fraction) == (0.5, 0.5)
    assert (found.weight_origin, found.weight_format) == ("synthetic", "dense")
    assert (found.weight_bits, found.metadata_bits) == (64 * 8, 0)


def test_gating_saves_energy_and_no_time():
    gated, nest, machine = compression_on("os_array", 0.5, zero_gating=True)

    assert (gated.performed_macs, gated.gated_macs) == (512, 384)
    assert mac_counts(nest, machine) == MacCounts(effectual=128, performed=512, gated=384)
    plain = machine.accelerator.model_copy(
        update={"array": machine.accelerator.array.model_copy(update={"zero_gating": False})}
    )
    assert mac_counts(nest, Machine(accelerator=plain)) == MacCounts(effectual=128, performed=512, gated=0)


def test_skipping_performs_fewer():
    # 2:4 on a tensor core with its metadata: half of the 2,048 products, zeros of activations among them
    found, _, _ = compression_on("sparse_tensor_core", 0.5, num_channels=64)

    assert found.performed_macs == 1024
    assert found.weight_format == "nm"
    assert found.weight_bits == pytest.approx(128 * 8)
    assert found.metadata_bits == pytest.approx(128 * 2)


def test_a_product_of_two_activations_has_no_weights():
    builder = GraphBuilder(name="scores")
    a, b = builder.input("a", (8, 16)), builder.input("b", (16, 4))
    network = builder.finish((builder.matmul("scores", a, b),))
    machine = Machine(accelerator=load_accelerator("os_array"))
    (nest,) = machine.storage.nests_of(network.operators[0], network.tensors)

    found = operator_compression(network.operators[0], network.tensors, nest, machine)

    assert (found.weight_bits, found.metadata_bits, found.weight_format, found.weight_origin) == (0, 0, "", "")


def test_scalesim_drops_products_whatever_the_weights_are():
    """Row-wise, B = 4: half of 64 channels are kept; 2,048 products of which half are done, all of these effectual."""
    accelerator = load_accelerator("os_array")
    modes = ScalesimSparse(mode="row_wise", block=4)
    update = {"type": "scalesim_sparse", "dataflow": "ws", "scalesim_sparse": modes, "zero_gating": True}
    machine = Machine(accelerator=accelerator.model_copy(update={"array": accelerator.array.model_copy(update=update)}))
    builder = GraphBuilder(name="gemm")
    network = builder.finish((builder.linear("fc", builder.input("x", (8, 64)), 4, bias=False),))
    (nest,) = machine.storage.nests_of(network.operators[0], network.tensors)

    assert mac_counts(nest, machine) == MacCounts(effectual=1024, performed=1024, gated=0)


def test_an_array_that_loses_products_is_a_mistake():
    """2:4 holds half of the weights at most: a density of 0.75 contradicts it."""
    pattern = NmPattern(n=2, m=4)
    sparsity = Sparsity(density_fraction=0.75, origin=SparsityOrigin.GIVEN, pattern=pattern)
    _, nest, machine = compression_on("sparse_tensor_core", 0.5, num_channels=64)

    with pytest.raises(AssertionError) as found:
        mac_counts(replace(nest, weight_sparsity=sparsity, input_sparsity=None), machine)

    assert str(found.value) == (
        "sparse_tensor_core: 0.75 of the products have no zero operand, but the array does 0.5 of them"
    )
