"""What a simulated plan costs: parts are stored, totals are computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Limit(StrEnum):
    """What bounds an operator's time."""

    COMPUTE = "compute"
    VECTOR = "vector unit"
    SCRATCHPAD = "scratchpad bandwidth"
    OFF_CHIP = "off-chip bandwidth"
    DMA_LATENCY = "dma latency"
    NONE = "none"
    """A view: it takes no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """Energy by component, in pJ."""

    mac_pj: float = 0.0
    register_pj: float = 0.0
    scratchpad_pj: float = 0.0
    off_chip_pj: float = 0.0
    vector_pj: float = 0.0
    leakage_pj: float = 0.0

    @property
    def total_pj(self) -> float:
        """Sum of all components."""
        return self.mac_pj + self.register_pj + self.scratchpad_pj + self.off_chip_pj + self.vector_pj + self.leakage_pj

    def __add__(self, other: Energy) -> Energy:
        return Energy(
            mac_pj=self.mac_pj + other.mac_pj,
            register_pj=self.register_pj + other.register_pj,
            scratchpad_pj=self.scratchpad_pj + other.scratchpad_pj,
            off_chip_pj=self.off_chip_pj + other.off_chip_pj,
            vector_pj=self.vector_pj + other.vector_pj,
            leakage_pj=self.leakage_pj + other.leakage_pj,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Area by component, in mm2."""

    array_mm2: float
    vector_unit_mm2: float
    scratchpad_mm2: float

    @property
    def total_mm2(self) -> float:
        """Sum of all components."""
        return self.array_mm2 + self.vector_unit_mm2 + self.scratchpad_mm2


@dataclass(frozen=True, slots=True, kw_only=True)
class OperandTraffic:
    """Bytes or accesses by operand: what is read as input, as weight (with bias), and what goes to the output.

    ``output_read`` is partial sums fetched again.
    """

    input_read: int = 0
    weight_read: int = 0
    output_read: int = 0
    output_write: int = 0

    @property
    def read(self) -> int:
        """All reads."""
        return self.input_read + self.weight_read + self.output_read

    @property
    def total(self) -> int:
        """All reads and writes."""
        return self.read + self.output_write


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCost:
    """One operator's share of the result.

    Cycles are of the array's clock. ``total_cycles`` is from its first transfer to its last; ``compute_cycles`` are
    those in which array or vector unit has work, the rest are stalls. ``compulsory_bytes`` is the least that any plan
    of this operator alone can move; ``scratchpad_accesses`` are bytes between scratchpad and array or vector unit.
    """

    name: str
    kind: str
    macs: int
    total_cycles: int
    compute_cycles: int
    off_chip_bytes: OperandTraffic
    compulsory_bytes: int
    scratchpad_accesses: OperandTraffic
    scratchpad_bytes: int
    """Bytes of scratchpad that its buffers take."""
    energy: Energy
    energy_by_operand_pj: tuple[float, float, float]
    """Input, weight, output: register, scratchpad and off-chip energy of moving each."""
    mapping_efficiency_fraction: float
    limited_by: Limit
    tile: str
    """Tile sizes and loop order, as a report prints them."""
    start_cycle: int = 0

    @property
    def stall_cycles(self) -> int:
        """Cycles in which neither array nor vector unit has work."""
        return self.total_cycles - self.compute_cycles


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEvent:
    """A stretch of time on one resource. ``resource`` is ``array``, ``vector unit`` or ``dma``."""

    name: str
    operator: str
    resource: str
    start_cycle: int
    duration_cycles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FusedStep:
    """A node of the file that runs inside operator ``into``; ``function`` says what it does."""

    name: str
    function: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a network costs on an accelerator under a plan.

    Parameters
    ----------
    network, accelerator, technology : str
        Names.
    batch : int
        Inferences that one run of the network makes.
    clock_hz : int
    operators : tuple of OperatorCost
        In the order executed; views included, at no cost.
    area : Area
    num_parameters : int
    num_pes : int
        Multiply-accumulates that the array can do a cycle.
    objective : str
        What the plan was chosen for; empty for a plan made by hand.
    fused_steps : tuple of FusedStep
        Nodes of the file that have no operator of their own.
    events : tuple of TraceEvent
    notes : tuple of str
        What the user must know: fused, approximated, assumed.
    """

    network: str
    accelerator: str
    technology: str
    batch: int
    clock_hz: int
    operators: tuple[OperatorCost, ...]
    area: Area
    num_parameters: int
    num_pes: int = 1
    objective: str = ""
    fused_steps: tuple[FusedStep, ...] = ()
    events: tuple[TraceEvent, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        return sum(cost.macs for cost in self.operators)

    @property
    def total_cycles(self) -> int:
        """Cycles from start to end."""
        return sum(cost.total_cycles for cost in self.operators)

    @property
    def compute_cycles(self) -> int:
        """Cycles in which array or vector unit has work."""
        return sum(cost.compute_cycles for cost in self.operators)

    @property
    def stall_cycles(self) -> int:
        """Cycles in which they wait for memory."""
        return self.total_cycles - self.compute_cycles

    @property
    def utilisation_fraction(self) -> float:
        """Multiply-accumulates done over those that the array could do in all cycles; 0 for an empty network."""
        return self.macs / (self.num_pes * self.total_cycles) if self.total_cycles else 0.0

    @property
    def latency_ms(self) -> float:
        """Milliseconds of one run (of the whole batch)."""
        return 1e3 * self.total_cycles / self.clock_hz

    @property
    def inferences_per_second(self) -> float:
        """Inferences a second, one run after another; 0 for an empty network."""
        return self.batch * self.clock_hz / self.total_cycles if self.total_cycles else 0.0

    @property
    def off_chip_read_bytes(self) -> int:
        """Bytes read from off-chip memory."""
        return sum(cost.off_chip_bytes.read for cost in self.operators)

    @property
    def off_chip_write_bytes(self) -> int:
        """Bytes written to off-chip memory."""
        return sum(cost.off_chip_bytes.output_write for cost in self.operators)

    @property
    def energy(self) -> Energy:
        """Energy of one run, by component."""
        return sum((cost.energy for cost in self.operators), Energy())

    @property
    def average_power_mw(self) -> float:
        """Energy over time."""
        return self.energy.total_pj / self.latency_ms * 1e-6 if self.total_cycles else 0.0

    @property
    def peak_scratchpad_bytes(self) -> int:
        """The most bytes of scratchpad that any operator's buffers take."""
        return max((cost.scratchpad_bytes for cost in self.operators), default=0)
