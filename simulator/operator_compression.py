"""What compression does to an operator: densities, storage, and which of its products are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.machine import Machine
from simulator.result import OperatorCompression
from workloads.loop_nest import MatrixNest, matrix_operands
from workloads.operators import Operator
from workloads.tensor import Tensor, TensorRole

_ROUNDING = 1e-9
"""Relative; densities and fractions of an array's groups are quotients of whole numbers."""


def operator_compression(
    operator: Operator, tensors: Mapping[str, Tensor], nest: MatrixNest, machine: Machine
) -> OperatorCompression:
    """Return what is known of the zeros of ``nest``, which of ``operator``'s it is, and what the array does of it."""
    names = matrix_operands(operator, tensors)
    weights = [tensors[name] for name in names.weights if tensors[name].role is TensorRole.WEIGHT]
    num_weights = sum(weight.num_elements for weight in weights)
    counts = mac_counts(nest, machine)
    return OperatorCompression(
        weight_density_fraction=nest.weight_density_fraction,
        activation_density_fraction=nest.input_density_fraction,
        weight_origin=str(nest.weight_sparsity.origin) if nest.weight_sparsity and weights else "",
        num_weights=num_weights,
        weight_format=nest.stored_weight.format if weights else "",
        weight_bits=num_weights * nest.stored_weight.off_chip_value_bits,
        metadata_bits=num_weights * nest.stored_weight.off_chip_metadata_bits,
        effectual_macs=counts.effectual,
        performed_macs=counts.performed,
        gated_macs=counts.gated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MacCounts:
    """Multiply-accumulates of a nest, as in ``OperatorCompression``: none is effectual that is not performed."""

    effectual: int
    performed: int
    gated: int


def mac_counts(nest: MatrixNest, machine: Machine) -> MacCounts:
    """Return the multiply-accumulates that the array spends time on, and how many of these are gated.

    Assumes a gated multiply-accumulate takes no arithmetic energy, and writes its registers all the same.
    """
    performed = round(nest.num_macs * machine.array_for(nest).performed_fraction)
    effectual = round(nest.num_macs * effectual_fraction(nest, machine))
    gates = machine.accelerator.array.zero_gating
    return MacCounts(effectual=effectual, performed=performed, gated=performed - effectual if gates else 0)


def effectual_fraction(nest: MatrixNest, machine: Machine) -> float:
    """Return the multiply-accumulates without a zero operand over all; an array performs these at least.

    SCALE-Sim's sparse modes alone leave out some of them: row-wise half of each block, whatever the weights are.
    Assumes that these modes' own zeros are the weights' zeros.
    """
    array = machine.array_for(nest)
    effectual, performed = nest.weight_density_fraction * nest.input_density_fraction, array.performed_fraction
    drops_products = machine.accelerator.array.type == "scalesim_sparse"
    assert drops_products or effectual <= performed * (1 + _ROUNDING), (
        f"{machine.accelerator.name}: {effectual:.9g} of the products have no zero operand, but the array does "
        f"{performed:.9g} of them"
    )
    return min(effectual, performed)  # apart by rounding, where the array is not SCALE-Sim's
