"""Updates of a training step, written over the parameters and states whose place they take.

The problem of a training step makes a new tensor of each updated parameter. Here it takes no room of its own: the
update writes over what it read, and leaves as every changed parameter must. So that it does not come too early,
whatever else reads the parameter must run before, which a tensor of no bytes says.

Assumes an update reads each element of a parameter before it writes the one in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mapper.precedence import ancestors
from mapper.problem import PlannedTensor, PlanProblem
from workloads.network import Network
from workloads.operators import Operator, View
from workloads.views import storage_of


def with_updates_in_place(problem: PlanProblem, network: Network, replaced: Mapping[str, str]) -> PlanProblem:
    """Return ``problem`` without the tensors that an update writes over others.

    Left as they are: results that another operator reads, those of a parameter that something reads after the update in
    the network's order, and, where weights are planned, those of a parameter that the update itself does not read (of
    which it keeps another copy).

    Parameters
    ----------
    problem : PlanProblem
        Of ``network``, by ``plan_problem``.
    network : Network
        A training step.
    replaced : mapping of str to str
        By tensor that an update makes: the one whose place it takes.
    """
    steps = [operator for operator in network.operators if not isinstance(operator.work, View)]
    storage = storage_of(network)
    readers: dict[str, list[int]] = {}
    for number, operator in enumerate(steps):
        for root in {storage[name] for name in operator.inputs}:
            readers.setdefault(root, []).append(number)
    planned = {tensor.name for tensor in problem.tensors}
    gone: dict[str, bool] = {}
    waits: dict[int, set[int]] = {}
    before = ancestors(problem)
    for number, operator in enumerate(steps):
        for name in operator.outputs:
            target = replaced.get(name)
            if target is None or name in readers or max(readers.get(target, [0])) > number:
                continue
            if target in planned and not _holds(operator, target, name, steps, network):
                continue
            gone[name] = target in planned
            for reader in readers.get(target, ()):
                if reader != number and not before[number] >> reader & 1:
                    waits.setdefault(reader, set()).add(number)
    return _without(problem, gone, waits)


def _holds(operator: Operator, target: str, result: str, steps: Sequence[Operator], network: Network) -> bool:
    """Whether ``operator`` has ``target``, or a copy of the part of it that it changes, in the scratchpad."""
    if target in operator.inputs:
        return True
    copies = {one.outputs[0] for one in steps if one.inputs[:1] == (target,) and one.outputs[0] in operator.inputs}
    return any(network.tensors[name].shape == network.tensors[result].shape for name in copies)


def _without(problem: PlanProblem, gone: Mapping[str, bool], waits: Mapping[int, set[int]]) -> PlanProblem:
    """Leave the tensors ``gone`` out, and have operators wait; by reader: the updates that come after it."""
    kept = [number for number, tensor in enumerate(problem.tensors) if tensor.name not in gone]
    index = {old: new for new, old in enumerate(kept)}
    inputs = [[index[one] for one in read] for read in problem.inputs]
    outputs = [[index[one] for one in made if one in index] for made in problem.outputs]
    tensors = [problem.tensors[old] for old in kept]
    for reader, updates in sorted(waits.items()):
        outputs[reader].append(len(tensors))
        for update in updates:
            inputs[update].append(len(tensors))
        name = f"{problem.operators[reader]}.before_update"
        tensors.append(PlannedTensor(name=name, size_bytes=0, producer=reader, consumers=tuple(sorted(updates))))
    sizes = {tensor.name: tensor.size_bytes for tensor in problem.tensors}
    return replace(
        problem,
        tensors=tuple(tensors),
        inputs=tuple(map(tuple, inputs)),
        outputs=tuple(map(tuple, outputs)),
        overwritten_bytes=sum(sizes.get(name, 0) for name, is_planned in gone.items() if is_planned),
    )
