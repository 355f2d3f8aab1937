"""The training graph while it is written: operators appended one by one, and gradients added up as they come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workloads.errors import NetworkError
from workloads.formats import ElementFormat
from workloads.network import Network
from workloads.operators import Elementwise, Operator, Work
from workloads.tensor import Tensor, TensorRole
from workloads.training.channel_parts import TrainedPart
from workloads.training.stage import Stage, StepRole
from workloads.training.training_formats import TrainingFormats

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A tensor that an operator will make."""

    shape: Shape
    format: ElementFormat
    role: TensorRole = TensorRole.ACTIVATION


@dataclass(slots=True, kw_only=True)
class BackwardGraph:
    """A training graph that grows; modified in place.

    Parameters
    ----------
    forward : Network
        The forward pass as the training step runs it.
    owners : mapping of str to str
        By operator of the forward pass: the operator of the network that it is a part of.
    needing : collection of str
        Tensors that need a gradient.
    parts : mapping of str to TrainedPart
        Trained weights.
    formats : TrainingFormats
    masks : mapping of str to str
        By tensor of the forward pass that is not saved itself: the mask that tells its slope.
    operators : list of Operator
        All so far, in order.
    tensors : dict of str to Tensor
    roles : dict of str to StepRole
        By operator.
    gradients : dict of str to str
        By tensor of the forward pass: its gradient, or what has been added up of it so far.
    """

    forward: Network
    owners: Mapping[str, str]
    needing: Collection[str]
    parts: Mapping[str, TrainedPart]
    formats: TrainingFormats
    masks: Mapping[str, str] = field(default_factory=dict)
    operators: list[Operator] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    roles: dict[str, StepRole] = field(default_factory=dict)
    gradients: dict[str, str] = field(default_factory=dict)
    parameter_like: set[str] = field(default_factory=set)
    """Weights, and tensors that are made of weights alone: their gradients belong to the weight update."""

    def __post_init__(self) -> None:
        self.tensors.update(self.forward.tensors)
        self.parameter_like.update(tensor.name for tensor in self.forward.with_role(TensorRole.WEIGHT))
        for operator in self.forward.operators:
            self.append(operator, self.role(Stage.FORWARD, operator))
            if operator.inputs and self.parameter_like.issuperset(operator.inputs):
                self.parameter_like.update(operator.outputs)

    def role(self, stage: Stage, operator: Operator) -> StepRole:
        """Return the role of what is done in ``stage`` for ``operator`` of the forward pass."""
        return StepRole(stage=stage, forward_operator=self.owners[operator.name])

    def append(self, operator: Operator, role: StepRole) -> None:
        """Append ``operator``, whose tensors are declared."""
        if operator.name in self.roles:
            raise NetworkError(f"training graph: operator name {operator.name!r} is taken")
        self.operators.append(operator)
        self.roles[operator.name] = role

    def declare(self, name: str, made: Made) -> str:
        """Declare tensor ``name`` and return its name."""
        if name in self.tensors:
            raise NetworkError(f"training graph: tensor name {name!r} is taken")
        self.tensors[name] = Tensor(name=name, shape=made.shape, format=made.format, role=made.role)
        return name

    def emit(self, name: str, work: Work, inputs: tuple[str, ...], made: Made, role: StepRole) -> str:
        """Append an operator called ``name`` with one output of that name; return the output."""
        output = self.declare(name, made)
        self.append(Operator(name=name, work=work, inputs=inputs, outputs=(output,)), role)
        return output

    def slope_source(self, name: str) -> str:
        """Return what tells the slope at tensor ``name``: its mask, or itself."""
        return self.masks.get(name, name)

    def gradient_format(self, name: str) -> ElementFormat:
        """Return the format of the gradient of tensor ``name``."""
        return self.formats.gradient or self.tensors[name].format

    def stage_of(self, name: str) -> Stage:
        """Return the stage to which the gradient of tensor ``name`` belongs."""
        return Stage.WEIGHT_GRADIENT if name in self.parameter_like else Stage.BACKWARD

    def contribute(self, name: str, gradient: str, reader: Operator) -> None:
        """Take ``gradient`` as what ``reader`` adds to the gradient of ``name``; parts are added as they come."""
        known = self.gradients.get(name)
        if known is None:
            self.gradients[name] = gradient
            return
        made = Made(shape=self.tensors[known].shape, format=self.gradient_format(name))
        role = self.role(self.stage_of(name), reader)
        number = sum(other.startswith(f"{name}.gradient_sum") for other in self.roles)
        total = f"{name}.gradient_sum{number or ''}"
        self.gradients[name] = self.emit(total, Elementwise(function="add"), (known, gradient), made, role)
