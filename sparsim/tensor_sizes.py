"""How many bytes a tensor takes in a planning problem: those of its elements, or of its stored form."""

from __future__ import annotations

from collections.abc import Mapping

from hw_configs.accelerator import Accelerator
from simulator.machine import Machine
from workloads.loop_nest import MatrixNest, matrix_operands
from workloads.network import Network

ELEMENT_SIZES = "every tensor takes the bits of its elements"


def stored_weight_bytes(network: Network, accelerator: Accelerator) -> Mapping[str, int]:
    """Return by weight the bytes it takes in the scratchpad of ``accelerator``, where those are not its elements'.

    Assumes a compressed weight moves as it lies in the scratchpad: values and metadata where the array decodes, and
    dense, off-chip too, where the DMA does.
    """
    storage = Machine(accelerator=accelerator).storage
    stored: dict[str, int] = {}
    for operator in network.operators:
        for nest in storage.nests_of(operator, network.tensors)[:1]:
            if not isinstance(nest, MatrixNest) or nest.weight_storage is None:
                continue
            for name in matrix_operands(operator, network.tensors).weights:
                bits = network.tensors[name].num_elements * nest.weight_storage.scratchpad_bits
                stored[name] = max(stored.get(name, 0), -int(-bits // 8))
    return {name: size for name, size in stored.items() if size != network.tensors[name].size_bytes}


def sizes_statement(stored: Mapping[str, int], accelerator: str) -> str:
    """Return in words what the sizes are."""
    if not stored:
        return ELEMENT_SIZES
    return f"{len(stored)} weights take what {accelerator} stores of them, every other tensor the bits of its elements"
