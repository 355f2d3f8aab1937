"""Planning problems of a training step: what comes and goes, and that with the parameters that it changes."""

from __future__ import annotations

from mapper.problem import PlanProblem, plan_problem
from mapper.updates_in_place import with_updates_in_place
from workloads.tensor import Tensor, TensorRole
from workloads.training import TrainingNetwork
from workloads.training.memory import trained_bytes


def transient_problem(step: TrainingNetwork) -> PlanProblem:
    """Return the planning problem of what comes and goes in ``step``: all but parameters and optimiser states."""
    problem = plan_problem(step.network, with_weights=False)
    return with_updates_in_place(problem, step.network, step.replaced)


def writable_problem(step: TrainingNetwork) -> PlanProblem:
    """Return the planning problem of all that ``step`` changes: with states and parameters that it trains whole."""
    states = set(step.replaced.values()) - set(step.gradients)
    changed = states | {name for name in step.gradients if not part_bytes(step, name)}

    def size_of(tensor: Tensor) -> int:
        return tensor.size_bytes if tensor.role is not TensorRole.WEIGHT or tensor.name in changed else 0

    problem = plan_problem(step.network, with_weights=True, size_of=size_of)
    return with_updates_in_place(problem, step.network, step.replaced)


def part_bytes(step: TrainingNetwork, parameter: str) -> int:
    """Return the bytes of the part of ``parameter`` that is trained; none where it is trained whole."""
    part = trained_bytes(step, parameter)
    return 0 if part == step.network.tensors[parameter].size_bytes else part
