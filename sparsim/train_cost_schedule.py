"""The offline scheduler of a training step: dataflow, pattern and tiling of each operator, the fastest of all."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from hw_configs.accelerator import Accelerator
from mapper.map_network import no_fit
from mapper.objective import Objective
from mapper.tiling import Shortage, best_tiling
from simulator.machine import Machine
from simulator.operator_cost import cost_operator
from simulator.result import OperatorCost
from simulator.tile_cost import Nest
from simulator.training.pruned_products import Pruning
from simulator.training.training_machine import DATAFLOWS, machine_of, training_section
from simulator.training.turned_convolution import turned_convolution
from workloads.errors import InfeasiblePlan
from workloads.loop_nest import MatrixNest
from workloads.operators import Operator
from workloads.tensor import Tensor

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one operator runs: nest, dataflow (empty for the vector unit's work), and what it costs."""

    cost: OperatorCost
    nest: Nest
    dataflow: str = ""
    performed_macs: float = 0.0

    @property
    def runs_pruned(self) -> bool:
        """Whether the array leaves products out: a pruned product may be faster dense."""
        return isinstance(self.nest, MatrixNest) and self.performed_macs < self.nest.num_macs


@dataclass(slots=True, kw_only=True)
class StepScheduler:
    """Chooses how operators run on ``accelerator``, each alone, layer by layer; remembers equal ones.

    Assumes operators run one after another and each passes its operands through off-chip memory.

    Parameters
    ----------
    accelerator : Accelerator
    dataflows : tuple of str
        Those to choose from.
    """

    accelerator: Accelerator
    dataflows: tuple[str, ...] = DATAFLOWS
    machines: Mapping[str, Machine] = field(init=False)
    _known: dict[tuple[Hashable, ...], Choice | InfeasiblePlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machines = {name: machine_of(self.accelerator, name) for name in self.dataflows}

    @property
    def machine(self) -> Machine:
        """Any of the machines: they differ in their arrays' dataflows alone."""
        return self.machines[self.dataflows[0]]

    def choose(self, operator: Operator, tensors: Tensors, pruning: Pruning) -> Choice | None:
        """Return the fastest way to run ``operator``; of equally fast ones that of fewer bytes. None for a view.

        Raises
        ------
        InfeasiblePlan
            When not even its smallest tile fits into the scratchpad.
        """
        found: list[Choice] = []
        failed: list[InfeasiblePlan] = []
        for one, operands, dataflow in self._ways(operator, tensors, pruning):
            machine = self.machines[dataflow]
            nests = machine.storage.nests_of(one, operands)
            if not nests:
                return None
            choice = self._cost(one, operands, nests, dataflow)
            if isinstance(choice, InfeasiblePlan):
                failed.append(choice)
            else:
                found.append(choice)
            if not isinstance(nests[0], MatrixNest):
                break  # the vector unit has no dataflow
        if not found:
            raise failed[0]
        return min(found, key=lambda choice: (choice.cost.total_cycles, choice.cost.off_chip_bytes.total))

    def _ways(self, operator: Operator, tensors: Tensors, pruning: Pruning) -> Iterator[tuple[Operator, Tensors, str]]:
        """Yield the operator, and the convolution that does the same, with its operands in each dataflow."""
        registers = training_section(self.accelerator).operand_registers
        for dataflow in self.dataflows:
            fits = dataflow == "os" or pruning.pattern.m <= registers
            operands = pruning.tensors_of(operator, tensors) if fits else tensors
            yield operator, operands, dataflow
            turned = turned_convolution(operator, operands)
            if turned is not None:
                yield turned.operator, turned.tensors, dataflow

    def _cost(
        self, operator: Operator, tensors: Tensors, nests: tuple[Nest, ...], dataflow: str
    ) -> Choice | InfeasiblePlan:
        formats = tuple(tensors[name].format for name in operator.inputs[:2])
        key = (nests, formats, operator.kind, dataflow)
        if key not in self._known:
            self._known[key] = self._cost_anew(operator, tensors, nests, dataflow)
        return self._known[key]

    def _cost_anew(
        self, operator: Operator, tensors: Tensors, nests: tuple[Nest, ...], dataflow: str
    ) -> Choice | InfeasiblePlan:
        machine = self.machines[dataflow]
        tiling = best_tiling(nests, machine, Objective.LATENCY)
        if isinstance(tiling, Shortage):
            return no_fit(operator.name, str(operator.kind), tiling, machine)
        cost = cost_operator(operator, tensors, nests, tiling, machine)
        nest = nests[tiling.alternative]
        if not isinstance(nest, MatrixNest):
            return Choice(cost=cost, nest=nest)
        performed = nest.num_macs * machine.array_for(nest).performed_fraction
        return Choice(cost=cost, nest=nest, dataflow=dataflow, performed_macs=performed)
