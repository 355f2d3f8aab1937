"""The stages of a training step, and which operator of the forward network an operator of the step belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The word that a report uses for a part of the training step."""

    FORWARD = "FF"
    """The forward pass."""
    LOSS = "loss"
    """The loss and its gradient with respect to the network's output."""
    BACKWARD = "BP"
    """Gradients of activations."""
    WEIGHT_GRADIENT = "WU"
    """Gradients of weights, biases and other parameters."""
    UPDATE = "update"
    """New parameters and optimiser states out of the gradients."""
    RECOMPUTE = "recompute"
    """Operators of the forward pass that run once more, since their results were not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRole:
    """What an operator of a training graph is for.

    Parameters
    ----------
    stage : Stage
    forward_operator : str
        The operator of the forward network that it belongs to; of an update: the first that reads the parameter.
    """

    stage: Stage
    forward_operator: str
