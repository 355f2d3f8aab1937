"""The offline scheduler of a training step: dataflow, pattern and tiling of each operator, the fastest of all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from hw_configs.accelerator import Accelerator
from mapper.map_network import no_fit
from mapper.objective import Objective
from mapper.tiling import Shortage, best_tiling, least_score
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


KnownChoices = dict[tuple[Hashable, ...], Choice | InfeasiblePlan]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way to run an operator; ``least_cycles`` no tiling of it can beat."""

    operator: Operator
    tensors: Tensors
    nests: tuple[Nest, ...]
    dataflow: str
    least_cycles: float


@dataclass(slots=True, kw_only=True)
class StepScheduler:
    """Chooses how operators run on ``accelerator``, each alone, layer by layer; remembers equal ones.

    Assumes operators run one after another and each passes its operands through off-chip memory.

    Parameters
    ----------
    accelerator : Accelerator
    dataflows : tuple of str
        Those to choose from.
    known : dict
        What was found before, by schedulers of this accelerator or of others; modified in place. Work that runs alike
        on two accelerators is costed once.
    """

    accelerator: Accelerator
    dataflows: tuple[str, ...] = DATAFLOWS
    known: KnownChoices = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(init=False)
    _keys: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.machines = {name: machine_of(self.accelerator, name) for name in self.dataflows}
        self._keys = {name: _what_matters(self.accelerator, name) for name in self.dataflows}

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
        best: Choice | None = None
        failed: list[InfeasiblePlan] = []
        for way in self._ways(operator, tensors, pruning):
            if not way.nests:
                return None
            if best is not None and way.least_cycles > best.cost.total_cycles:
                break
            choice = self._cost(way)
            if isinstance(choice, InfeasiblePlan):
                failed.append(choice)
            elif best is None or _rank(choice) < _rank(best):
                best = choice
            if not isinstance(way.nests[0], MatrixNest):
                break  # the vector unit has no dataflow
        if best is None:
            raise failed[0]
        return best

    def _ways(self, operator: Operator, tensors: Tensors, pruning: Pruning) -> list[_Way]:
        """Return all ways, first those that promise most: where one cannot win, those after it cannot either."""
        found: list[_Way] = []
        registers = training_section(self.accelerator).operand_registers
        for dataflow in self.dataflows:
            fits = dataflow == "os" or pruning.pattern.m <= registers
            operands = pruning.tensors_of(operator, tensors) if fits else tensors
            found.append(self._way(operator, operands, dataflow))
            turned = turned_convolution(operator, operands)
            if turned is not None:
                found.append(self._way(turned.operator, turned.tensors, dataflow))
        return sorted(found, key=lambda way: way.least_cycles)

    def _way(self, operator: Operator, tensors: Tensors, dataflow: str) -> _Way:
        machine = self.machines[dataflow]
        nests = machine.storage.nests_of(operator, tensors)
        least = min((least_score(nest, machine, Objective.LATENCY) for nest in nests), default=0.0)
        return _Way(operator=operator, tensors=tensors, nests=nests, dataflow=dataflow, least_cycles=least)

    def _cost(self, way: _Way) -> Choice | InfeasiblePlan:
        formats = tuple(way.tensors[name].format for name in way.operator.inputs[:2])
        key = (self._keys[way.dataflow], way.nests, formats, way.operator.kind)
        if key not in self.known:
            self.known[key] = self._cost_anew(way)
        return self.known[key]

    def _cost_anew(self, way: _Way) -> Choice | InfeasiblePlan:
        machine, operator = self.machines[way.dataflow], way.operator
        tiling = best_tiling(way.nests, machine, Objective.LATENCY)
        if isinstance(tiling, Shortage):
            return no_fit(operator.name, str(operator.kind), tiling, machine)
        cost = cost_operator(operator, way.tensors, way.nests, tiling, machine)
        nest = way.nests[tiling.alternative]
        if not isinstance(nest, MatrixNest):
            return Choice(cost=cost, nest=nest)
        performed = nest.num_macs * machine.array_for(nest).performed_fraction
        return Choice(cost=cost, nest=nest, dataflow=way.dataflow, performed_macs=performed)


def _rank(choice: Choice) -> tuple[int, int]:
    """Return what decides between ways: cycles, then bytes."""
    return choice.cost.total_cycles, choice.cost.off_chip_bytes.total


def _what_matters(accelerator: Accelerator, dataflow: str) -> str:
    """Return all of ``accelerator`` that the cost of an operator in ``dataflow`` depends on, as text.

    The sorter's lanes do not change it, nor does the number of operand registers once a way is chosen, nor, with
    stationary weights, that sums take turns.
    """
    unused = {"sorter_lanes": 1, "operand_registers": 1}
    if dataflow == "ws":
        unused["interleaved_accumulations"] = 1
    section = training_section(accelerator).model_copy(update=unused)
    array = accelerator.array.model_copy(update={"dataflow": dataflow})
    return accelerator.model_copy(update={"array": array, "training": section}).model_dump_json(exclude={"sources"})
