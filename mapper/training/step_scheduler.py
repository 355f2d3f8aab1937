"""The offline scheduler of a training step: dataflow, pattern and tiling of operators, by time and off-chip bytes."""

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

TRANSFER_WEIGHT = 0.2
"""What a cycle of off-chip transfer counts beside a cycle of the operator's time.

On time alone a gain of a tenth of a per cent would buy a hundred times the bytes, and the energy of moving them; a
choice among all ways within 1 % of the fastest still leaves most of these bytes, since ``ws`` gains up to 3 % by them.
What is lost is bounded all the same: the fastest way takes no less than its own transfers, so that none chosen is
slower than it by more than this fraction.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one operator runs: nest, dataflow (empty for the vector unit's work), and what it costs."""

    cost: OperatorCost
    nest: Nest
    dataflow: str = ""
    performed_macs: float = 0.0

    @property
    def off_chip_bytes(self) -> int:
        """Bytes read and written off chip."""
        return self.cost.off_chip_bytes.total

    @property
    def runs_pruned(self) -> bool:
        """Whether the array leaves products out: a pruned product may be faster dense."""
        return isinstance(self.nest, MatrixNest) and self.performed_macs < self.nest.num_macs


KnownChoices = dict[tuple[Hashable, ...], Choice | InfeasiblePlan]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way to run an operator; ``least_score`` no tiling of it can beat."""

    operator: Operator
    tensors: Tensors
    nests: tuple[Nest, ...]
    dataflow: str
    least_score: float


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
        """Return how ``operator`` runs; None for a view.

        Each way is in its fastest tiling. Assumes a way that loses a cycle is chosen where it saves more than five
        cycles of off-chip transfer.

        Raises
        ------
        InfeasiblePlan
            When not even its smallest tile fits into the scratchpad.
        """
        found: list[Choice] = []
        failed: list[InfeasiblePlan] = []
        for way in self._ways(operator, tensors, pruning):
            if not way.nests:
                return None
            if found and way.least_score > min(self.score(one) for one in found):
                break
            choice = self._cost(way)
            if isinstance(choice, InfeasiblePlan):
                failed.append(choice)
            else:
                found.append(choice)
            if not isinstance(way.nests[0], MatrixNest):
                break  # the vector unit has no dataflow
        if not found:
            raise failed[0]
        return min(found, key=lambda one: (self.score(one), one.off_chip_bytes))

    def score(self, choice: Choice) -> float:
        """Return what decides between ways, the least wins: cycles, and a part of those that transfers take."""
        transfer_cycles = 8 * choice.off_chip_bytes / self.machine.bounds.bits_per_cycle
        return choice.cost.total_cycles + TRANSFER_WEIGHT * transfer_cycles

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
        return sorted(found, key=lambda way: way.least_score)

    def _way(self, operator: Operator, tensors: Tensors, dataflow: str) -> _Way:
        machine = self.machines[dataflow]
        nests = machine.storage.nests_of(operator, tensors)
        least = min((_least_score(nest, machine) for nest in nests), default=0.0)
        return _Way(operator=operator, tensors=tensors, nests=nests, dataflow=dataflow, least_score=least)

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


def _least_score(nest: Nest, machine: Machine) -> float:
    """Return what no tiling of ``nest`` scores below: its least cycles, and its least bits."""
    transfer_cycles = least_score(nest, machine, Objective.TRAFFIC) / machine.bounds.bits_per_cycle
    return least_score(nest, machine, Objective.LATENCY) + TRANSFER_WEIGHT * transfer_cycles


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
