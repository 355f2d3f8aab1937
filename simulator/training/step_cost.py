"""What a training step costs: operators are stored, stages and totals are computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.result import Energy, Limit


class StepPart(StrEnum):
    """The parts of a training step that a report tells apart."""

    FORWARD = "FF"
    """Matrix products of the forward pass."""
    BACKWARD = "BP"
    """Matrix products that make gradients of activations."""
    WEIGHT_GRADIENT = "WU"
    """Matrix products that make gradients of weights."""
    SORT = "sort"
    """Making N:M weights, as far as nothing hides it."""
    UPDATE = "update"
    """New weights and optimiser states."""
    OTHER = "other"
    """What the vector unit does in all passes, loss included; and copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOperator:
    """One operator of a training step.

    Parameters
    ----------
    name, layer : str
        Of the training graph, and of the forward network.
    part : StepPart
    dataflow : str
        ``os`` or ``ws`` of a matrix product, else empty.
    weights : str
        The pattern by which the product runs (``2:8``), or ``dense``; empty for what is no product.
    total_cycles, compute_cycles, off_chip_bytes, macs : int
        ``macs`` counts the dense product.
    performed_macs : float
        Those that the array does or gates.
    energy : Energy
    limited_by : Limit
    """

    name: str
    layer: str
    part: StepPart
    dataflow: str
    weights: str
    total_cycles: int
    compute_cycles: int
    off_chip_bytes: int
    macs: int
    performed_macs: float
    energy: Energy
    limited_by: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCost:
    """One part of a training step, all its operators together."""

    part: StepPart
    cycles: int
    off_chip_bytes: int
    macs: int
    energy_pj: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStepCost:
    """One step of training: a batch forward and backward, and the update.

    Parameters
    ----------
    network, accelerator, method, sparsity, optimiser : str
        ``sparsity`` is empty for dense training.
    batch, clock_hz : int
    operators : tuple of StepOperator
        In order.
    dense_operators : tuple of StepOperator
        Of the same step without pruning on the same accelerator.
    mac_bound : float
        The speed-up if time went with multiply-accumulates.
    notes : tuple of str
    """

    network: str
    accelerator: str
    method: str
    sparsity: str
    optimiser: str
    batch: int
    clock_hz: int
    operators: tuple[StepOperator, ...]
    dense_operators: tuple[StepOperator, ...]
    mac_bound: float
    equal_stages_bound: float
    notes: tuple[str, ...] = ()

    @property
    def total_cycles(self) -> int:
        """Cycles of the step."""
        return sum(one.total_cycles for one in self.operators)

    @property
    def latency_ms(self) -> float:
        """Milliseconds of the step."""
        return 1e3 * self.total_cycles / self.clock_hz

    @property
    def array_cycles(self) -> int:
        """Cycles of matrix products."""
        return matrix_cycles(self.operators)

    @property
    def off_chip_bytes(self) -> int:
        """Bytes to and from off-chip memory."""
        return sum(one.off_chip_bytes for one in self.operators)

    @property
    def energy(self) -> Energy:
        """Energy of the step, by component."""
        return sum((one.energy for one in self.operators), Energy())

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the dense step."""
        return sum(one.macs for one in self.operators)

    @property
    def performed_macs(self) -> float:
        """Multiply-accumulates that the array does or gates."""
        return sum(one.performed_macs for one in self.operators)

    @property
    def dense_equivalent_gflops_per_second(self) -> float:
        """Two operations for each multiply-accumulate of the dense step, over the time of this one."""
        return self._per_second(self.macs)

    @property
    def effective_gflops_per_second(self) -> float:
        """Two operations for each multiply-accumulate performed, over time."""
        return self._per_second(self.performed_macs)

    def _per_second(self, macs: float) -> float:
        return 2 * macs * self.clock_hz / self.total_cycles * 1e-9 if self.total_cycles else 0.0

    @property
    def dense_cycles(self) -> int:
        """Cycles of the step trained dense."""
        return sum(one.total_cycles for one in self.dense_operators)

    @property
    def speedup_over_dense(self) -> float:
        """Cycles of dense training over those of this step."""
        return self.dense_cycles / self.total_cycles if self.total_cycles else 1.0

    @property
    def array_speedup_over_dense(self) -> float:
        """The same of matrix products alone."""
        return matrix_cycles(self.dense_operators) / self.array_cycles if self.array_cycles else 1.0

    @property
    def parts(self) -> tuple[PartCost, ...]:
        """The step by part; each is there, at no cost where it has no operator."""
        return tuple(_part_cost(part, self.operators) for part in StepPart)

    @property
    def dense_parts(self) -> tuple[PartCost, ...]:
        """The step trained dense, by part."""
        return tuple(_part_cost(part, self.dense_operators) for part in StepPart)


def matrix_cycles(operators: tuple[StepOperator, ...]) -> int:
    """Return the cycles of the matrix products among ``operators``."""
    return sum(one.total_cycles for one in operators if one.dataflow)


def _part_cost(part: StepPart, operators: tuple[StepOperator, ...]) -> PartCost:
    chosen = [one for one in operators if one.part is part]
    return PartCost(
        part=part,
        cycles=sum(one.total_cycles for one in chosen),
        off_chip_bytes=sum(one.off_chip_bytes for one in chosen),
        macs=sum(one.macs for one in chosen),
        energy_pj=float(sum(one.energy.total_pj for one in chosen)),
    )
