"""Whether tensors that a plan keeps whole are where and when it says: replayed step by step.

Shares no code with the mapper: it follows the schedule, keeps account of what is in the scratchpad and off-chip, and
compares places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.machine import Machine
from simulator.plan import Plan, Stay
from simulator.streaming import streaming_of
from simulator.tile_cost import Nest
from simulator.whole_tensors import whole_bytes
from workloads.errors import InfeasiblePlan
from workloads.nest_operands import nest_operands
from workloads.network import Network
from workloads.operators import Activation, Elementwise, Normalisation, Operator
from workloads.tensor import TensorRole
from workloads.views import storage_of


@dataclass
class ResidencyCheck:
    """An account of what is where while the steps of a plan go by; ``step`` is called for each in turn.

    Parameters
    ----------
    network, plan, machine
    """

    network: Network
    plan: Plan
    machine: Machine
    _storage: Mapping[str, str] = field(init=False)
    _off_chip: set[str] = field(init=False)
    _starting: dict[int, list[Stay]] = field(init=False)
    _present: list[Stay] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._storage = storage_of(self.network)
        from_off_chip = self.network.with_role(TensorRole.INPUT, TensorRole.WEIGHT)
        self._off_chip = {self._storage[tensor.name] for tensor in from_off_chip}
        self._starting = {}
        for stay in self.plan.stays:
            self._starting.setdefault(stay.first_step, []).append(stay)
            self._check_stay(stay)

    def step(self, number: int, operator: Operator, nest: Nest, footprint_bits: int) -> tuple[Stay, ...]:
        """Account for one step; return the stays that are in the scratchpad while it runs.

        Raises
        ------
        InfeasiblePlan
            Names the operator, the tensor, and what is wrong.
        """
        made = {self._storage[name] for name in operator.outputs}
        before = [stay for stay in self._present if stay.last_step >= number]
        starting = self._starting.get(number, [])
        for stay in starting:
            self._check_start(stay, operator, made)
        self._present = [*before, *starting]
        self._check_streams(operator, nest)
        self._check_places(number, operator, footprint_bits)
        whole = {stay.tensor for stay in self._present}
        self._off_chip |= made - whole
        self._off_chip |= {stay.tensor for stay in starting if stay.is_stored}
        return tuple(self._present)

    def finish(self) -> None:
        """Check that all outputs of the network have reached off-chip memory."""
        for tensor in self.network.with_role(TensorRole.OUTPUT):
            if self._storage[tensor.name] not in self._off_chip:
                raise InfeasiblePlan(
                    f"plan of {self.network.name!r}: output {tensor.name!r} never leaves the scratchpad"
                )

    def _check_stay(self, stay: Stay) -> None:
        found = self.network.tensors.get(stay.tensor)
        if found is None or self._storage[stay.tensor] != stay.tensor:
            raise InfeasiblePlan(f"plan of {self.network.name!r}: a stay is for {stay.tensor!r}, which is no tensor")
        if stay.size_bytes != whole_bytes(found):
            raise InfeasiblePlan(
                f"plan of {self.network.name!r}: tensor {stay.tensor!r} stays in {stay.size_bytes:,} bytes, "
                f"expected {whole_bytes(found):,}"
            )
        if not 0 <= stay.first_step <= stay.last_step < len(self.plan.schedule):
            raise InfeasiblePlan(
                f"plan of {self.network.name!r}: tensor {stay.tensor!r} stays from step {stay.first_step} to "
                f"{stay.last_step} of {len(self.plan.schedule)} steps"
            )

    def _check_start(self, stay: Stay, operator: Operator, made: set[str]) -> None:
        if stay.is_loaded and stay.tensor not in self._off_chip:
            raise InfeasiblePlan(
                f"operator {operator.name!r}: tensor {stay.tensor!r} is loaded, but off-chip memory has no copy"
            )
        if not stay.is_loaded and stay.tensor not in made:
            raise InfeasiblePlan(f"operator {operator.name!r}: tensor {stay.tensor!r} is neither made here nor loaded")

    def _check_streams(self, operator: Operator, nest: Nest) -> None:
        whole = {stay.tensor for stay in self._present}
        operands = nest_operands(operator, self.network.tensors, nest)
        expected = streaming_of(operands, lambda name: self._storage[name] in whole)
        found = self.plan.tilings[operator.name].streaming
        if found != expected:
            raise InfeasiblePlan(
                f"operator {operator.name!r}: its tiling has whole operands {str(found) or 'none'!r}, in the "
                f"scratchpad are {str(expected) or 'none'!r}"
            )
        for name in operator.inputs:
            root = self._storage[name]
            if root not in whole and root not in self._off_chip:
                raise InfeasiblePlan(
                    f"operator {operator.name!r}: its input {name!r} is neither in the scratchpad nor off-chip"
                )

    def _check_places(self, number: int, operator: Operator, footprint_bits: int) -> None:
        capacity = self.machine.scratchpad_bytes
        begin = self.plan.buffers.get(operator.name, 0)
        places: list[tuple[int, int, str, Stay | None]]
        places = [(begin, begin - (-footprint_bits // 8), f"tile buffers of {operator.name!r}", None)]
        places += [(one.offset_bytes, one.offset_bytes + one.size_bytes, one.tensor, one) for one in self._present]
        places = sorted((one for one in places if one[1] > one[0]), key=lambda one: one[:2])
        for first, last, name, _ in places:
            if first < 0 or last > capacity:
                raise InfeasiblePlan(
                    f"operator {operator.name!r}: {name} takes bytes {first:,} to {last:,} of a scratchpad of "
                    f"{capacity:,} bytes"
                )
        for index, (_, last, name, stay) in enumerate(places):
            for other in places[index + 1 :]:
                if other[0] < last and not self._in_place(number, operator, stay, other[3]):
                    raise InfeasiblePlan(f"operator {operator.name!r}: {name} and {other[2]} share an address")

    def _in_place(self, number: int, operator: Operator, one: Stay | None, other: Stay | None) -> bool:
        """Whether an element-wise operator writes one of them over the other, byte by byte, which nobody needs later.

        Assumes that an element-wise operator reads each element before it writes the one in its place.
        """
        if one is None or other is None or (one.offset_bytes, one.size_bytes) != (other.offset_bytes, other.size_bytes):
            return False
        work = operator.work
        if not isinstance(work, (Elementwise, Activation)) and not (isinstance(work, Normalisation) and not work.axes):
            return False
        made = {self._storage[name] for name in operator.outputs}
        source, result = (one, other) if other.tensor in made else (other, one)
        tensors = self.network.tensors
        alike = tensors[source.tensor].format == tensors[result.tensor].format
        return alike and source.last_step == number == result.first_step and result.tensor in made
