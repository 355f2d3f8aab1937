"""The accelerator of a training step in one of its dataflows, its adders as long as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hw_configs.accelerator import Accelerator
from hw_configs.training_section import Training
from simulator.arrays import array_model
from simulator.arrays.protocol import ArrayModel
from simulator.machine import Machine
from simulator.training.pipelined_adders import PipelinedAdders
from workloads.errors import ConfigError

DATAFLOWS = ("os", "ws")


@dataclass(frozen=True, kw_only=True)
class TrainingMachine(Machine):
    """A machine whose array has the adders of ``accelerator.training``."""

    @cached_property
    def array(self) -> ArrayModel:
        """Closed forms of the PE array, stalls of its adders included."""
        section, array = training_section(self.accelerator), self.accelerator.array
        return PipelinedAdders(
            array_model(array), array.rows, section.adder_latency_cycles, section.interleaved_accumulations
        )


def training_section(accelerator: Accelerator) -> Training:
    """Return what ``accelerator`` says about training.

    Raises
    ------
    ConfigError
        When it says nothing, or its array runs no N:M weights.
    """
    if accelerator.training is None or accelerator.array.type != "nm_systolic":
        raise ConfigError(
            f"accelerator {accelerator.name!r}: training needs a section training and array.type nm_systolic, found "
            f"{'no' if accelerator.training is None else 'a'} section and {accelerator.array.type}; sat has both"
        )
    return accelerator.training


def machine_of(accelerator: Accelerator, dataflow: str) -> TrainingMachine:
    """Return ``accelerator`` running in ``dataflow``, ``os`` or ``ws``."""
    array = accelerator.array.model_copy(update={"dataflow": dataflow})
    return TrainingMachine(accelerator=accelerator.model_copy(update={"array": array}))
