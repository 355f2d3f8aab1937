"""What compression does to an operator: densities, storage, and which of its products are left."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.machine import Machine
from simulator.result import OperatorCompression
from workloads.loop_nest import MatrixNest, matrix_operands
from workloads.operators import Operator
from workloads.tensor import Tensor, TensorRole


def operator_compression(
    operator: Operator, tensors: Mapping[str, Tensor], nest: MatrixNest, machine: Machine
) -> OperatorCompression:
    """Return what is known of the zeros of ``nest``, which of ``operator``'s it is, and what the array does of it."""
    names = matrix_operands(operator, tensors)
    weights = [tensors[name] for name in names.weights if tensors[name].role is TensorRole.WEIGHT]
    num_weights = sum(weight.num_elements for weight in weights)
    performed, gated = mac_counts(nest, machine)
    return OperatorCompression(
        weight_density_fraction=nest.weight_density_fraction,
        activation_density_fraction=nest.input_density_fraction,
        weight_origin=str(nest.weight_sparsity.origin) if nest.weight_sparsity and weights else "",
        weight_format=nest.stored_weight.format if weights else "",
        weight_bits=num_weights * nest.stored_weight.off_chip_value_bits,
        metadata_bits=num_weights * nest.stored_weight.off_chip_metadata_bits,
        effectual_macs=nest.num_effectual_macs,
        performed_macs=performed,
        gated_macs=gated,
    )


def mac_counts(nest: MatrixNest, machine: Machine) -> tuple[int, int]:
    """Return the multiply-accumulates that the array spends time on, and how many of these are gated.

    Assumes a gated multiply-accumulate takes no arithmetic energy, and writes its registers all the same.
    """
    performed = max(round(nest.num_macs * machine.array_for(nest).performed_fraction), nest.num_effectual_macs)
    gates = machine.accelerator.array.zero_gating
    return performed, performed - nest.num_effectual_macs if gates else 0
