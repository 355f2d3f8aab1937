"""What weights take in the scratchpad."""

from __future__ import annotations

from hw_configs.load import load_accelerator
from sparsim.tensor_sizes import ELEMENT_SIZES, sizes_statement, stored_weight_bytes
from sparsim.workload import make_workload
from workloads.load import load_network


def test_dense_weights_take_their_elements() -> None:
    assert stored_weight_bytes(load_network("resnet9"), load_accelerator("nm_array")) == {}
    assert sizes_statement({}, "nm_array") == ELEMENT_SIZES


def test_patterned_weights_take_values_and_positions() -> None:
    network = make_workload(load_network("resnet9"), compression="nm:2:8").network
    stored = stored_weight_bytes(network, load_accelerator("nm_array"))
    weight = network.tensors["layer3.weight"]

    # two of eight values of 8 bits stay, each with its place among the eight (3 bits)
    assert stored[weight.name] == weight.num_elements * 2 // 8 * (8 + 3) // 8
    assert sizes_statement(stored, "nm_array") == (
        f"{len(stored)} weights take what nm_array stores of them, every other tensor the bits of its elements"
    )


def test_an_accelerator_that_decodes_nothing_stores_elements() -> None:
    network = make_workload(load_network("resnet9"), compression="nm:2:8").network
    assert stored_weight_bytes(network, load_accelerator("os_array")) == {}
