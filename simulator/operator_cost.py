"""One operator's share of a result."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.cycle_losses import matrix_losses, stream_losses
from simulator.machine import Machine
from simulator.moving_energy import moving_energies
from simulator.operator_compression import mac_counts, operator_compression
from simulator.plan import Tiling
from simulator.result import Energy, Limit, OperandTraffic, OperatorCost
from simulator.tile_cost import Nest, TileCost, compulsory_bits, tile_cost
from simulator.unit_costs import mac_pj, register_bits_per_mac
from workloads.errors import InfeasiblePlan, NetworkError
from workloads.loop_nest import MatrixNest
from workloads.operators import Operator
from workloads.tensor import Tensor

_MAX_CYCLES = 2**62


def cost_operator(
    operator: Operator,
    tensors: Mapping[str, Tensor],
    alternatives: tuple[Nest, ...],
    tiling: Tiling,
    machine: Machine,
) -> OperatorCost:
    """Return what ``operator`` costs when one of its ``alternatives`` runs under ``tiling``, beginning at cycle 0.

    Raises
    ------
    InfeasiblePlan
        When the tiling exceeds the scratchpad; says by how many bytes.
    """
    nest = alternatives[tiling.alternative]
    check_counters(operator, nest, machine)
    cost = tile_cost(nest, tiling, machine)
    if cost.missing_bits:
        raise InfeasiblePlan(
            f"operator {operator.name!r} ({operator.kind}): tiling {tiling} takes {-(-cost.footprint_bits // 8):,} "
            f"bytes and exceeds the scratchpad of {machine.scratchpad_bytes:,} bytes by "
            f"{-(-cost.missing_bits // 8):,} bytes; smaller tiles or a larger scratchpad would help"
        )
    energy, by_operand = _energy(operator, tensors, nest, cost, machine)
    return OperatorCost(
        name=operator.name,
        kind=str(operator.kind),
        macs=nest.num_macs if isinstance(nest, MatrixNest) else 0,
        total_cycles=cost.total_cycles,
        compute_cycles=cost.compute_cycles,
        off_chip_bytes=_bytes(cost.off_chip_bits),
        compulsory_bytes=-(-min(map(compulsory_bits, alternatives)) // 8),
        scratchpad_accesses=_bytes(cost.port_bits),
        scratchpad_bytes=-(-cost.footprint_bits // 8),
        energy=energy,
        energy_by_operand_pj=by_operand,
        mapping_efficiency_fraction=_efficiency(nest, cost, machine),
        limited_by=cost.limited_by,
        tile=str(tiling),
        losses=matrix_losses(nest, tiling, machine, cost) if isinstance(nest, MatrixNest) else stream_losses(cost),
        compression=operator_compression(operator, tensors, nest, machine) if isinstance(nest, MatrixNest) else None,
    )


def check_counters(operator: Operator, nest: Nest, machine: Machine) -> None:
    """Raise ``NetworkError`` when cycles of compute, or of one DMA latency an output, come near 64-bit counters."""
    array = machine.accelerator.array
    per_operation = 2 * array.rows + array.cols if isinstance(nest, MatrixNest) else 1
    count = nest.num_macs if isinstance(nest, MatrixNest) else nest.num_operations
    positions = nest.m if isinstance(nest, MatrixNest) else nest.num_positions
    latency = nest.groups * min(positions, 2**18) * machine.bounds.latency_cycles
    if max(count * per_operation, latency) >= _MAX_CYCLES:
        raise NetworkError(
            f"operator {operator.name!r} ({operator.kind}) is too large for an array of {array.rows} x {array.cols} "
            f"with {machine.bounds.latency_cycles} cycles of DMA latency: its cycles could exceed {_MAX_CYCLES}"
        )


def cost_view(operator: Operator, start_cycle: int) -> OperatorCost:
    """Return the cost of a view: nothing."""
    return OperatorCost(
        name=operator.name,
        kind=str(operator.kind),
        macs=0,
        total_cycles=0,
        compute_cycles=0,
        off_chip_bytes=OperandTraffic(),
        compulsory_bytes=0,
        scratchpad_accesses=OperandTraffic(),
        scratchpad_bytes=0,
        energy=Energy(),
        energy_by_operand_pj=(0.0, 0.0, 0.0),
        mapping_efficiency_fraction=0.0,
        limited_by=Limit.NONE,
        tile="",
        start_cycle=start_cycle,
    )


def _bytes(bits: OperandTraffic) -> OperandTraffic:
    return OperandTraffic(
        input_read=-(-bits.input_read // 8),
        weight_read=-(-bits.weight_read // 8),
        output_read=-(-bits.output_read // 8),
        output_write=-(-bits.output_write // 8),
    )


def _efficiency(nest: Nest, cost: TileCost, machine: Machine) -> float:
    """Share of the array's PEs (or lanes) that the mapping keeps busy while operands stream, fill and drain aside."""
    if cost.streaming_cycles == 0:
        return 0.0
    if isinstance(nest, MatrixNest):
        array = machine.array_for(nest)
        return nest.num_macs * array.performed_fraction / (array.peak_macs_per_cycle * cost.streaming_cycles)
    return nest.num_operations / (machine.num_lanes * cost.streaming_cycles)


def fixed_energy(operator: Operator, tensors: Mapping[str, Tensor], nest: Nest, machine: Machine) -> Energy:
    """Return the energy that no tiling changes: of arithmetic and of the PEs' registers."""
    if not isinstance(nest, MatrixNest):
        return Energy(vector_pj=nest.num_operations * machine.costs.vector_operation_pj)
    formats = [tensors[name].format for name in operator.inputs[:2]]
    operations = nest.fused_operations_per_output * nest.num_output_elements
    counts, array = mac_counts(nest, machine), machine.array_for(nest)
    each_pj = mac_pj(machine.accelerator, formats[0], formats[1], array.num_pes / array.peak_macs_per_cycle)
    return Energy(
        mac_pj=(counts.performed - counts.gated) * each_pj,
        register_pj=sum(_register_energies(nest, machine)),
        vector_pj=operations * machine.costs.vector_operation_pj,
    )


def _register_energies(nest: Nest, machine: Machine) -> tuple[float, float, float]:
    """By operand."""
    if not isinstance(nest, MatrixNest):
        return (0.0, 0.0, 0.0)
    written = register_bits_per_mac(machine.accelerator, nest.input_bits, nest.weight_bits)
    each = mac_counts(nest, machine).performed * machine.costs.register_pj_per_bit
    return (written[0] * each, written[1] * each, written[2] * each)


def _energy(
    operator: Operator, tensors: Mapping[str, Tensor], nest: Nest, cost: TileCost, machine: Machine
) -> tuple[Energy, tuple[float, float, float]]:
    """Energy by component; and what moving each operand takes of it (registers, scratchpad and off-chip)."""
    moved = moving_energies(nest, cost, machine)
    moving = Energy(
        scratchpad_pj=sum(operand.scratchpad_pj for operand in moved),
        off_chip_pj=sum(operand.off_chip_pj for operand in moved),
        metadata_pj=sum(operand.metadata_pj for operand in moved),
        leakage_pj=cost.total_cycles * machine.costs.leakage_pj_per_cycle,
    )
    registers = _register_energies(nest, machine)
    by_operand = [register + operand.total_pj for register, operand in zip(registers, moved, strict=True)]
    energy = fixed_energy(operator, tensors, nest, machine) + moving
    return energy, (by_operand[0], by_operand[1], by_operand[2])
