"""Training steps: a network's forward pass, loss, backward pass and update as one network, and their memory."""

from workloads.training.channel_parts import ChannelAxis
from workloads.training.graph import TrainingNetwork, training_network
from workloads.training.loss import Loss
from workloads.training.memory import TrainingMemory, training_memory
from workloads.training.named_scheme import parse_scheme
from workloads.training.optimiser import Optimiser
from workloads.training.stage import Stage, StepRole
from workloads.training.training_formats import TrainingFormats
from workloads.training.training_options import TrainingOptions, training_step
from workloads.training.update_scheme import ChannelShare, UpdateScheme

__all__ = [
    "ChannelAxis",
    "ChannelShare",
    "Loss",
    "Optimiser",
    "Stage",
    "StepRole",
    "TrainingFormats",
    "TrainingMemory",
    "TrainingNetwork",
    "TrainingOptions",
    "UpdateScheme",
    "parse_scheme",
    "training_memory",
    "training_network",
    "training_step",
]
