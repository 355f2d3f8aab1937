"""One training step costed operator by operator: products, the making of N:M weights, updates, everything else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mapper.training.step_scheduler import Choice, StepScheduler
from simulator.result import Energy, Limit
from simulator.training.pruned_products import Pruning
from simulator.training.sorter import num_groups, sort_cycles, visible_cycles
from simulator.training.step_cost import StepOperator, StepPart
from simulator.training.training_machine import training_section
from workloads.loop_nest import MatrixNest
from workloads.operators import Operator
from workloads.tensor import Tensor
from workloads.training import Stage, TrainingNetwork
from workloads.weight_layout import weight_operands

_PRODUCT_PARTS = {
    Stage.FORWARD: StepPart.FORWARD,
    Stage.BACKWARD: StepPart.BACKWARD,
    Stage.WEIGHT_GRADIENT: StepPart.WEIGHT_GRADIENT,
    Stage.RECOMPUTE: StepPart.FORWARD,
}


@dataclass(slots=True, kw_only=True)
class StepCosting:
    """A training step under way to its costs.

    Parameters
    ----------
    training : TrainingNetwork
    pruning : Pruning
    scheduler : StepScheduler
    sorts_ahead : bool
        Whether N:M weights are made in the update step; else before each product that needs them.
    """

    training: TrainingNetwork
    pruning: Pruning
    scheduler: StepScheduler
    sorts_ahead: bool = True

    def operators(self) -> tuple[StepOperator, ...]:
        """Return the costs of all operators in order; a sort comes before its product, or after its update."""
        products = self._products()
        found: list[StepOperator] = []
        for operator in self.training.network.operators:
            if operator.name in products:
                if not self.sorts_ahead:
                    found.extend(self._sorts_before(operator, products[operator.name]))
                found.append(self._step_operator(operator, products[operator.name]))
            elif self.training.stage_of(operator.name) is Stage.UPDATE:
                found.extend(self._update(operator, products))
            else:
                choice = self.scheduler.choose(operator, self._tensors, self.pruning)
                if choice is not None:
                    found.append(self._step_operator(operator, choice))
        return tuple(found)

    @property
    def _tensors(self) -> Mapping[str, Tensor]:
        return self.training.network.tensors

    def _products(self) -> dict[str, Choice]:
        """Choices of the forward and backward products by weights: what an update must leave them depends on these."""
        found: dict[str, Choice] = {}
        for operator in self.training.network.operators:
            is_pass = self.training.stage_of(operator.name) in (Stage.FORWARD, Stage.BACKWARD)
            if is_pass and weight_operands(operator, self._tensors):
                choice = self.scheduler.choose(operator, self._tensors, self.pruning)
                assert choice is not None, "a product is no view"
                found[operator.name] = choice
        return found

    def _step_operator(self, operator: Operator, choice: Choice) -> StepOperator:
        role, cost = self.training.roles[operator.name], choice.cost
        is_product = isinstance(choice.nest, MatrixNest)
        part = _PRODUCT_PARTS[role.stage] if is_product else StepPart.OTHER
        if role.stage is Stage.UPDATE:
            part = StepPart.UPDATE
        weights = (str(self.pruning.pattern) if choice.runs_pruned else "dense") if is_product else ""
        return StepOperator(
            name=operator.name,
            layer=role.forward_operator,
            part=part,
            dataflow=choice.dataflow,
            weights=weights,
            total_cycles=cost.total_cycles,
            compute_cycles=cost.compute_cycles,
            off_chip_bytes=cost.off_chip_bytes.total,
            macs=cost.macs,
            performed_macs=choice.performed_macs,
            energy=cost.energy,
            limited_by=cost.limited_by,
        )

    def _readers(self, weight: str, products: Mapping[str, Choice]) -> list[Operator]:
        """Forward and backward products by ``weight``."""
        operators = self.training.network.operators
        return [one for one in operators if one.name in products and weight in weight_operands(one, self._tensors)]

    def _update(self, operator: Operator, products: Mapping[str, Choice]) -> Iterator[StepOperator]:
        """The update, which writes each weight in the forms in which products read it; and what sorting adds."""
        tensors = dict(self._tensors)
        sorting = 0
        for output in operator.outputs if self.sorts_ahead else ():
            weight = self.training.replaced.get(output, "")
            readers = self._readers(weight, products)
            pruned = [one for one in readers if products[one.name].runs_pruned]
            if not pruned:
                continue
            tensors[output] = _written(tensors[output], self._stored_bits(weight, readers, products))
            sorting += sum(self._sort_cycles(one, weight) for one in pruned)
        choice = self.scheduler.choose(operator, tensors, self.pruning)
        if choice is None:
            return
        yield self._step_operator(operator, choice)
        if sorting:
            visible = visible_cycles(sorting, choice.cost.total_cycles)
            yield self._sort(operator, visible, off_chip_bits=(0, 0))

    def _stored_bits(self, weight: str, readers: list[Operator], products: Mapping[str, Choice]) -> int:
        """Bits of a weight once for each pruned product, and once for all dense ones together."""
        bits = {"dense": 0}
        for one in readers:
            name = one.name if products[one.name].runs_pruned else "dense"
            bits[name] = self._read_bits(weight, products[one.name])
        return sum(bits.values())

    def _read_bits(self, weight: str, choice: Choice) -> int:
        assert isinstance(choice.nest, MatrixNest)
        return math.ceil(self._tensors[weight].num_elements * choice.nest.stored_weight.off_chip_bits - 1e-6)

    def _sort_cycles(self, operator: Operator, weight: str) -> int:
        lanes = training_section(self.scheduler.accelerator).sorter_lanes
        pattern = self.pruning.pattern
        return sort_cycles(num_groups(operator, self._tensors[weight], pattern), pattern, lanes)

    def _sorts_before(self, operator: Operator, choice: Choice) -> Iterator[StepOperator]:
        """Assumes weights sorted on demand are read dense from off-chip memory and written there as N:M."""
        if not choice.runs_pruned:
            return
        weight = self.pruning.products[operator.name]
        read, written = self._tensors[weight].size_bits, self._read_bits(weight, choice)
        transfer = math.ceil((read + written) / self.scheduler.machine.bounds.bits_per_cycle)
        yield self._sort(operator, max(self._sort_cycles(operator, weight), transfer), off_chip_bits=(read, written))

    def _sort(self, operator: Operator, cycles: int, off_chip_bits: tuple[int, int]) -> StepOperator:
        """Assumes comparing weights takes no energy worth counting."""
        costs, (read, written) = self.scheduler.machine.costs, off_chip_bits
        scratchpad_pj = read * costs.scratchpad_write_pj_per_bit[1] + written * costs.scratchpad_read_pj_per_bit[2]
        return StepOperator(
            name=f"{operator.name}.sort",
            layer=self.training.roles[operator.name].forward_operator,
            part=StepPart.SORT,
            dataflow="",
            weights="",
            total_cycles=cycles,
            compute_cycles=cycles,
            off_chip_bytes=-(-(read + written) // 8),
            macs=0,
            performed_macs=0.0,
            energy=Energy(
                scratchpad_pj=scratchpad_pj,
                off_chip_pj=(read + written) * costs.off_chip_pj_per_bit,
                leakage_pj=cycles * costs.leakage_pj_per_cycle,
            ),
            limited_by=Limit.COMPUTE,
        )


def _written(tensor: Tensor, bits: int) -> Tensor:
    """Return ``tensor`` as a run of whole elements that hold ``bits``."""
    return replace(tensor, shape=(-(-bits // tensor.format.bits),))
