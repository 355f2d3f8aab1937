"""training_network: the forward pass, loss, backward pass and update of a network as one network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from workloads.errors import NetworkError
from workloads.network import Network
from workloads.operators import Operator
from workloads.tensor import TensorRole
from workloads.training.backward_graph import BackwardGraph
from workloads.training.backward_pointwise import before_fusions
from workloads.training.channel_parts import TrainedPart
from workloads.training.checkpoints import StepGraph, with_checkpoints
from workloads.training.forward import ForwardPass, training_forward
from workloads.training.gradient_paths import differentiable_inputs, differentiable_outputs, needing_gradients
from workloads.training.gradient_rules import apply_rule
from workloads.training.gradient_step import GradientStep
from workloads.training.loss import Loss, append_loss, loss_outputs, parse_loss
from workloads.training.optimiser import Optimiser, append_update, parse_optimiser
from workloads.training.slope_masks import mask_name, masked_functions, with_masks
from workloads.training.stage import Stage, StepRole
from workloads.training.training_formats import TrainingFormats, with_format
from workloads.training.update_scheme import UpdateScheme, trained_parts

_Replaced = Mapping[str, str]
_NO_MASKS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingNetwork:
    """One training step of a network.

    Parameters
    ----------
    network : Network
        The step: run, plan and draw it as any other.
    roles : mapping of str to StepRole
        By operator: its stage and the operator of the forward pass that it belongs to.
    gradients : mapping of str to str
        By trained parameter: its gradient.
    replaced : mapping of str to str
        By tensor that an update makes: the parameter or optimiser state whose place it takes.
    """

    network: Network
    roles: Mapping[str, StepRole]
    gradients: Mapping[str, str]
    replaced: Mapping[str, str]

    def stage_of(self, operator: str) -> Stage:
        """Return the stage of the operator called ``operator``."""
        return self.roles[operator].stage

    def operators_of(self, stage: Stage) -> tuple[Operator, ...]:
        """Return the operators of ``stage``, in order."""
        return tuple(operator for operator in self.network.operators if self.roles[operator.name].stage is stage)


def training_network(
    network: Network,
    *,
    optimiser: str = "sgd",
    loss: str = "cross_entropy",
    update: UpdateScheme | None = None,
    checkpoints: Collection[str] = (),
    formats: TrainingFormats | None = None,
) -> TrainingNetwork:
    """Return one training step of ``network`` with the batch that it has.

    Each stage reads what it needs of the forward pass, so that a saved activation lives until its last reader. Nothing
    is computed, or saved, for what is not trained: there is no backward pass below the lowest trained parameter.

    Parameters
    ----------
    network : Network
        A network with dense weights.
    optimiser : {"sgd", "momentum", "adam"}
    loss : {"cross_entropy", "mean_squared"}
    update : UpdateScheme, optional
        What is trained; everything by default.
    checkpoints : collection of str
        Tensors of the forward pass that are kept; the others are computed again. Nothing is, unless given.
    formats : TrainingFormats, optional
        The network's own by default.

    Raises
    ------
    ConfigError
        For an unknown optimiser, loss, layer or checkpoint, or when nothing is trained.
    UnsupportedOperator
        When a gradient must pass an operator that has no gradient rule; names it.
    NetworkError
        For a network that is a training step, has compressed weights, or whose loss nothing trained changes.
    """
    chosen, minimised = parse_optimiser(optimiser), parse_loss(loss)
    scheme, wanted = update or UpdateScheme(), formats or TrainingFormats()
    _check_weights(network)
    typed = with_format(network, wanted.work)
    parts = trained_parts(typed, scheme)
    needing = needing_gradients(typed, parts)
    goal = _Goal(parts=parts, formats=wanted, scheme=scheme, optimiser=chosen, loss=minimised)
    forward = training_forward(typed, needing, parts)
    graph, replaced = goal.written(forward)
    if masked := masked_functions(forward.network, graph.operators, graph.tensors):
        forward = with_masks(forward, masked)
        graph, replaced = goal.written(forward, {name: mask_name(name) for name in masked})
    step = StepGraph(operators=tuple(graph.operators), tensors=graph.tensors, roles=graph.roles)
    return _finished(graph, with_checkpoints(step, forward.network, checkpoints), network, replaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """What a step does with a forward pass."""

    parts: Mapping[str, TrainedPart]
    formats: TrainingFormats
    scheme: UpdateScheme
    optimiser: Optimiser
    loss: Loss

    def written(self, forward: ForwardPass, masks: Mapping[str, str] = _NO_MASKS) -> tuple[BackwardGraph, _Replaced]:
        """Return the graph of the whole step and, by tensor that an update makes, what it replaces."""
        network = forward.network
        graph = BackwardGraph(
            forward=network,
            owners=forward.owners,
            needing=needing_gradients(network, self.parts),
            parts=self.parts,
            formats=self.formats,
            masks=masks,
        )
        for output in loss_outputs(network):
            if output in graph.needing:
                append_loss(graph, self.loss, output)
        if not graph.gradients:
            raise NetworkError(f"network {network.name!r}: no output that the loss reads depends on what is trained")
        return graph, _append_backward(graph, self.scheme, self.optimiser)


def _check_weights(network: Network) -> None:
    for tensor in network.tensors.values():
        if tensor.num_parameters and tensor.sparsity is not None:
            raise NetworkError(
                f"training network {network.name!r}: weight {tensor.name!r} is compressed, expected dense weights"
            )


def _append_backward(graph: BackwardGraph, scheme: UpdateScheme, optimiser: Optimiser) -> dict[str, str]:
    """Append gradients in the opposite order of the forward pass, and updates; return what these replace."""
    replaced: dict[str, str] = {}
    first_reader: dict[str, Operator] = {}
    for operator in reversed(graph.forward.operators):
        first_reader.update((name, operator) for name in operator.inputs if name in graph.parts)
    waiting: list[tuple[str, Operator]] = []
    for operator in reversed(graph.forward.operators):
        _append_gradients(graph, operator)
        ready = [name for name in dict.fromkeys(operator.inputs) if first_reader.get(name) is operator]
        updates = [(name, operator) for name in ready if name in graph.gradients]
        if scheme.immediately:
            for name, reader in updates:
                replaced.update(append_update(graph, optimiser, name, reader))
        else:
            waiting = [*updates, *waiting]
    for name, reader in waiting:
        replaced.update(append_update(graph, optimiser, name, reader))
    return replaced


def _append_gradients(graph: BackwardGraph, operator: Operator) -> None:
    """Append the gradients of the inputs of ``operator``, where its outputs have one."""
    known = [graph.gradients[name] for name in differentiable_outputs(operator) if name in graph.gradients]
    needed = any(operator.inputs[index] in graph.needing for index in differentiable_inputs(operator))
    if not known or not needed:
        return
    gradient = before_fusions(graph, operator, known[0])
    apply_rule(GradientStep(graph, operator, gradient))


def _finished(graph: BackwardGraph, step: StepGraph, network: Network, replaced: Mapping[str, str]) -> TrainingNetwork:
    unused = [name for name in graph.parts if name not in graph.gradients]
    read = {name for operator in step.operators for name in operator.inputs}
    tensors = dict(step.tensors)
    for tensor in graph.forward.with_role(TensorRole.OUTPUT):
        if tensor.name in read:  # by the loss, or by another operator: a training step does not hand it out
            tensors[tensor.name] = replace(tensor, role=TensorRole.ACTIVATION)
    finished = Network(
        name=f"{network.name} training",
        operators=step.operators,
        tensors=tensors,
        notes=(*network.notes, *_notes(graph.forward, unused)),
    )
    gradients = {name: graph.gradients[name] for name in graph.parts if name in graph.gradients}
    return TrainingNetwork(network=finished, roles=step.roles, gradients=gradients, replaced=replaced)


def _notes(forward: Network, unused: Collection[str]) -> tuple[str, ...]:
    notes = []
    folded = sum(fusion.function == "batch_normalisation" for fusion in forward.fusions)
    if folded:
        notes.append(
            f"{folded} batch normalisations are folded into the weights and biases before them: these are what is "
            "trained, and no statistics are taken"
        )
    if unused:
        notes.append(f"{len(unused)} parameters do not change the loss and are not trained: {', '.join(unused)}")
    if any(fusion.function == "edge_weights" for fusion in forward.fusions):
        notes.append("weights of edges, which are folded into the sums that they enter, are not trained")
    return tuple(notes)
