"""What a simulated plan costs: parts are stored, totals are computed from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from enum import StrEnum

from simulator.plan import Stay


class Limit(StrEnum):
    """What bounds an operator's time."""

    COMPUTE = "compute"
    IMBALANCE = "load imbalance"
    """Compute, of which PEs that wait for others with more non-zeros take a tenth or more."""
    PADDING = "padding"
    """Compute, of which zeros added to fill up groups take a tenth or more."""
    VECTOR = "vector unit"
    SCRATCHPAD = "scratchpad bandwidth"
    METADATA = "metadata"
    """Scratchpad bandwidth or decoding, and would not be without the metadata of compressed operands."""
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
    metadata_pj: float = 0.0
    """Moving the metadata of compressed operands, on and off the chip, and decoding."""

    @property
    def total_pj(self) -> float:
        """Sum of all components."""
        return float(sum(getattr(self, part.name) for part in fields(self)))

    def __add__(self, other: Energy) -> Energy:
        return Energy(
            mac_pj=self.mac_pj + other.mac_pj,
            register_pj=self.register_pj + other.register_pj,
            scratchpad_pj=self.scratchpad_pj + other.scratchpad_pj,
            off_chip_pj=self.off_chip_pj + other.off_chip_pj,
            vector_pj=self.vector_pj + other.vector_pj,
            leakage_pj=self.leakage_pj + other.leakage_pj,
            metadata_pj=self.metadata_pj + other.metadata_pj,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleLosses:
    """Where an operator's cycles go, from the ideal to what it takes: the parts add up to its total cycles.

    Parameters
    ----------
    effectual_cycles : float
        Products without a zero operand, on all PEs at full rate: what skipping every zero would leave.
    unskipped_cycles : float
        Products with a zero operand that the array does all the same.
    mapping_cycles : float
        PEs that the tile sizes leave without work.
    padding_cycles : float
        Zeros added to fill up groups.
    imbalance_cycles : float
        PEs that wait for others with more non-zeros.
    fill_cycles : float
        Filling and draining the array.
    vector_cycles : float
        What the vector unit takes longer than the array; all of an operator that runs on it alone.
    scratchpad_cycles : float
        What the scratchpad's ports take longer than that, without metadata.
    metadata_cycles : float
        What metadata and decoding add to it.
    off_chip_cycles : float
        Neither array nor vector unit has work: they wait for the DMA.
    """

    effectual_cycles: float = 0.0
    unskipped_cycles: float = 0.0
    mapping_cycles: float = 0.0
    padding_cycles: float = 0.0
    imbalance_cycles: float = 0.0
    fill_cycles: float = 0.0
    vector_cycles: float = 0.0
    scratchpad_cycles: float = 0.0
    metadata_cycles: float = 0.0
    off_chip_cycles: float = 0.0

    @property
    def total_cycles(self) -> float:
        """Sum of all parts."""
        return float(sum(getattr(self, part.name) for part in fields(self)))

    def __add__(self, other: CycleLosses) -> CycleLosses:
        return CycleLosses(**{part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCompression:
    """What compression does to one operator with weights or activations to multiply.

    Parameters
    ----------
    weight_density_fraction, activation_density_fraction : float
        Non-zeros over all; 1 where nothing is known of zeros.
    weight_origin : str
        How the weights' zeros are known (``file``, ``pruned``, ``synthetic``, ``given``); empty where they are not.
    num_weights : int
        Weights, zeros among them; 0 for a product of two activations.
    weight_format : str
        Storage format of the weights off-chip; empty for a product of two activations, which has no weights: the
        second one's density stands for theirs.
    weight_bits, metadata_bits : float
        What the weights take off-chip: values, and what says where these belong.
    effectual_macs : int
        Multiply-accumulates of which neither operand is zero.
    performed_macs : int
        Those that the array spends time on; it skips the others.
    gated_macs : int
        Those of the performed ones that take no arithmetic energy, since an operand is zero.
    """

    weight_density_fraction: float
    activation_density_fraction: float
    weight_origin: str
    num_weights: int
    weight_format: str
    weight_bits: float
    metadata_bits: float
    effectual_macs: int
    performed_macs: int
    gated_macs: int


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
    """Bytes of scratchpad that are taken while it runs: by its tile buffers, and by whole tensors."""
    energy: Energy
    energy_by_operand_pj: tuple[float, float, float]
    """Input, weight, output: register, scratchpad and off-chip energy of moving each."""
    mapping_efficiency_fraction: float
    limited_by: Limit
    tile: str
    """Tile sizes and loop order, as a report prints them."""
    losses: CycleLosses = CycleLosses()
    compression: OperatorCompression | None = None
    """None for operators that multiply no matrices."""
    dense_cycles: int | None = None
    """Cycles of the same work before compression, on the same accelerator; None where there is nothing to compare."""
    start_cycle: int = 0
    whole_tensor_bytes: int = 0
    """Of ``scratchpad_bytes``, what whole tensors take, its operands and others; one written over another adds none."""

    @property
    def buffer_bytes(self) -> int:
        """Bytes of scratchpad that its tile buffers take."""
        return self.scratchpad_bytes - self.whole_tensor_bytes

    @property
    def speedup_over_dense(self) -> float:
        """Cycles before compression over cycles now; 1 where there is nothing to compare with."""
        if self.dense_cycles is None or self.total_cycles == 0:
            return 1.0
        return self.dense_cycles / self.total_cycles

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
class BufferPlace:
    """Where the tile buffers of the operator of step ``step`` lie."""

    step: int
    offset_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """How a plan was found, and how good it is known to be.

    Parameters
    ----------
    mapper : str
        ``joint`` or ``layers``.
    objective_value, layer_by_layer_value : float
        Bytes, cycles, pJ, or pJ times cycles of this plan and of the layer-by-layer one; None where that does not fit.
    lower_bound_value : float or None
        No plan of this operator order goes below it, among the ways to run each operator that were looked at; None
        where nothing is known.
    is_proven : bool
        Whether this plan reaches it.
    stays : tuple of Stay
        Tensors that lie whole in the scratchpad; steps count the result's operators. Empty for ``layers``.
    buffers : tuple of BufferPlace
        Of operators that have tile buffers. Empty for ``layers``.
    seconds : float
        That planning took; equal plans are equal however long they took.
    """

    mapper: str
    objective_value: float
    layer_by_layer_value: float | None
    lower_bound_value: float | None = None
    is_proven: bool = False
    stays: tuple[Stay, ...] = ()
    buffers: tuple[BufferPlace, ...] = ()
    seconds: float = field(default=0.0, compare=False)


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
    compression : str
        The compression asked for; empty for a network as it is.
    dense_total_cycles : int or None
        Cycles of the network before compression, on the same accelerator.
    dense_effectual_cycles : float or None
        ``CycleLosses.effectual_cycles`` of that network.
    planning : Planning or None
        None for a plan made by hand.
    notes : tuple of str
        What the user must know: fused, approximated, assumed, synthetic.
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
    compression: str = ""
    dense_total_cycles: int | None = None
    planning: Planning | None = None
    dense_effectual_cycles: float | None = None

    @property
    def ideal_speedup(self) -> float:
        """Effectual cycles before compression over those now; 1 where there is nothing to compare with.

        It counts products alone, at full rate before and now: a run that waits for bytes may gain more from smaller
        weights. Infinite when no product is left.
        """
        if not self.dense_effectual_cycles:
            return 1.0
        now = self.losses.effectual_cycles
        return self.dense_effectual_cycles / now if now else math.inf

    @property
    def speedup_over_dense(self) -> float:
        """Cycles before compression over cycles now; 1 where there is nothing to compare with."""
        if self.dense_total_cycles is None or self.total_cycles == 0:
            return 1.0
        return self.dense_total_cycles / self.total_cycles

    @property
    def losses(self) -> CycleLosses:
        """Where the cycles of all operators go."""
        return sum((cost.losses for cost in self.operators), CycleLosses())

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
        """Multiply-accumulates that took the array's time over those that it could do in all cycles; 0 for no cycles.

        Products that it skips are in neither.
        """
        if not self.total_cycles:
            return 0.0
        return sum(self._busy_cycles(cost) for cost in self.operators) / self.total_cycles

    def _busy_cycles(self, cost: OperatorCost) -> float:
        """Cycles that all PEs at full rate would need for what the array did."""
        if cost.compression is None:
            return cost.macs / self.num_pes
        return cost.losses.effectual_cycles + cost.losses.unskipped_cycles

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
        """The most bytes of scratchpad that are taken while any operator runs."""
        return max((cost.scratchpad_bytes for cost in self.operators), default=0)
