"""Which assumed parameters of a training accelerator are moved, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from hw_configs.accelerator import Accelerator, Memory
from simulator.training.training_machine import training_section
from sparsim.train_cost_api import TrainOptions
from sparsim.train_steps import StepVariant

HALF_AND_DOUBLE = (Fraction(1, 2), Fraction(2))


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityPoint:
    """One parameter at another value.

    Parameters
    ----------
    parameter : str
        In words.
    usual, value : str
        What the accelerator or table has, and what is tried, with units.
    variant : StepVariant
    """

    parameter: str
    usual: str
    value: str
    variant: StepVariant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameter:
    """Fields of an accelerator that move together; ``text`` writes their value."""

    name: str
    fields: tuple[str, ...]
    usual: int
    text: Callable[[int], str] = str
    factors: tuple[Fraction, ...] = HALF_AND_DOUBLE

    def points(self) -> Iterator[SensitivityPoint]:
        """Yield a point a factor; none for what would be no whole number from 1."""
        for factor in self.factors:
            value = self.usual * factor
            if value < 1 or value.denominator != 1:
                continue
            yield SensitivityPoint(
                parameter=self.name,
                usual=self.text(self.usual),
                value=self.text(int(value)),
                variant=StepVariant(overrides=tuple(f"{field}={int(value)}" for field in self.fields)),
            )


def sensitivity_points(accelerator: Accelerator, batch: int) -> tuple[SensitivityPoint, ...]:
    """Return the points to try around ``accelerator`` and ``batch``: halves and doubles, unless said otherwise.

    The array is square in all of them: rows and columns move together. A pipeline of adders moves with the sums that
    take turns in it, which also move alone, down to one. Operand registers shrink to a quarter: fewer than M leave the
    weight-stationary product dense. The batch moves by four. What has no bound, or no half, is not moved there. The
    clock is not moved: half of it is twice the bandwidth a cycle.

    Raises
    ------
    ConfigError
        For an accelerator that cannot train.
    """
    parameters = (*_memory_parameters(accelerator), *_array_parameters(accelerator))
    found = [point for parameter in parameters for point in parameter.points()]
    return (*found, *_step_points(batch))


def _memory_parameters(accelerator: Accelerator) -> Iterator[_Parameter]:
    bandwidth, scratchpad = accelerator.off_chip.bandwidth_bytes_per_second, accelerator.scratchpad
    if bandwidth is not None:
        field = ("off_chip.bandwidth_bytes_per_second",)
        yield _Parameter(name="off-chip bandwidth", fields=field, usual=bandwidth, text=_gigabytes)
    if isinstance(scratchpad, Memory):
        field = ("scratchpad.capacity_bytes",)
        yield _Parameter(name="scratchpad", fields=field, usual=scratchpad.capacity_bytes, text=_kibibytes)


def _array_parameters(accelerator: Accelerator) -> Iterator[_Parameter]:
    section, array = training_section(accelerator), accelerator.array
    yield _Parameter(name="vector lanes", fields=("vector_unit.lanes",), usual=accelerator.vector_unit.lanes)
    if array.rows == array.cols:
        yield _Parameter(name="rows and columns", fields=("array.rows", "array.cols"), usual=array.rows, text=_square)
    sums, latency = "training.interleaved_accumulations", "training.adder_latency_cycles"
    if section.interleaved_accumulations == section.adder_latency_cycles:
        yield _Parameter(name="adder stages, sums in turn", fields=(latency, sums), usual=section.adder_latency_cycles)
    usual = section.interleaved_accumulations
    alone = tuple(factor for factor in (Fraction(1, usual), Fraction(2)) if factor != 1)
    yield _Parameter(name="sums in turn", fields=(sums,), usual=usual, factors=alone)
    yield _Parameter(name="sorter lanes", fields=("training.sorter_lanes",), usual=section.sorter_lanes)
    yield _Parameter(
        name="operand registers",
        fields=("training.operand_registers",),
        usual=section.operand_registers,
        factors=(Fraction(1, 4), Fraction(2)),
    )


def _step_points(batch: int) -> Iterator[SensitivityPoint]:
    for value in (Fraction(batch, 4), Fraction(4 * batch)):
        if value.denominator == 1:
            variant = StepVariant(batch=int(value))
            yield SensitivityPoint(parameter="batch", usual=str(batch), value=str(value), variant=variant)
    for optimiser in ("momentum", "adam"):
        variant = StepVariant(options=TrainOptions(optimiser=optimiser))
        yield SensitivityPoint(parameter="optimiser", usual="sgd", value=optimiser, variant=variant)


def _gigabytes(bytes_per_second: int) -> str:
    return f"{bytes_per_second / 1e9:g} GB/s"


def _kibibytes(num_bytes: int) -> str:
    return f"{num_bytes / 2**20:g} MiB" if num_bytes >= 2**20 else f"{num_bytes / 2**10:g} KiB"


def _square(side: int) -> str:
    return f"{side}×{side}"
