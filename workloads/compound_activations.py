"""Activations that a file spells out in several element-wise steps: recognised and made one operator again.

Worked example: ``y = x * sigmoid(x)`` is a Sigmoid and a Mul that reads x twice over. Walking back from the Mul, its
inputs are x and the sigmoid; the sigmoid leads back to x, so the two steps are a function of x alone: silu.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from workloads.network import Network
from workloads.operators import Activation, Elementwise, Fusion, Operator
from workloads.tensor import Tensor, TensorRole

_SCALES = ("mul", "div")
_NUM_SCALES = {"hardswish": 2, "gelu": 3}
"""Multiplications and divisions in the whole of a function; a last one that follows the join belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graph:
    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor]
    maker: Mapping[str, int]
    readers: Mapping[str, tuple[int, ...]]

    def is_private(self, name: str, region: set[int]) -> bool:
        """True when only operators of ``region`` read the tensor."""
        return self.tensors[name].role is TensorRole.ACTIVATION and set(self.readers.get(name, ())) <= region


def merge_compound_activations(network: Network) -> Network:
    """Return ``network`` with each recognised group of steps (silu, hardswish, gelu, mish) as one activation."""
    graph = _graph(network)
    replaced: dict[int, Operator] = {}
    gone: set[int] = set()
    for index, operator in enumerate(network.operators):
        if index in gone or not _is_join(operator):
            continue
        region = _region(graph, index)
        if region is None or region & gone or region & replaced.keys():
            continue
        _merge(graph, region, replaced, gone)
    operators = tuple(
        replaced.get(index, operator) for index, operator in enumerate(network.operators) if index not in gone
    )
    hidden = {name for index in gone for name in network.operators[index].outputs}
    hidden -= {name for operator in operators for name in operator.outputs}
    tensors = {name: tensor for name, tensor in network.tensors.items() if name not in hidden}
    return Network(name=network.name, operators=operators, tensors=tensors, notes=network.notes)


def _graph(network: Network) -> _Graph:
    readers: dict[str, list[int]] = {}
    for index, operator in enumerate(network.operators):
        for name in operator.inputs:
            readers.setdefault(name, []).append(index)
    return _Graph(
        operators=network.operators,
        tensors=network.tensors,
        maker={name: index for index, operator in enumerate(network.operators) for name in operator.outputs},
        readers={name: tuple(indices) for name, indices in readers.items()},
    )


def _is_join(operator: Operator) -> bool:
    return isinstance(operator.work, Elementwise) and len(set(operator.inputs)) == 2


def _function(operator: Operator) -> str:
    return operator.work.function if isinstance(operator.work, Elementwise | Activation) else ""


def _region(graph: _Graph, join: int) -> set[int] | None:
    """Return the operators that make the result of ``join`` from one tensor, or None when they need more."""
    region = {join}
    frontier = set(graph.operators[join].inputs)
    shape = graph.tensors[graph.operators[join].outputs[0]].shape
    while len(frontier) > 1:
        latest = max(frontier, key=lambda name: graph.maker.get(name, -1))
        index = graph.maker.get(latest, -1)
        if index < 0 or not _function(graph.operators[index]) or not graph.is_private(latest, region):
            return None
        if graph.tensors[latest].shape != shape:
            return None
        region.add(index)
        frontier = (frontier - {latest}) | set(graph.operators[index].inputs)
    return region if graph.tensors[next(iter(frontier))].shape == shape else None


def _name_of(functions: Counter[str]) -> str:
    """Return the activation that a group of steps is, or nothing when it is none that has a name here."""
    names = set(functions)
    if names == {"sigmoid", "mul"}:
        return "silu" if functions["mul"] == 1 else "gelu"
    if names == {"hardsigmoid", "mul"} or (names - {"div"} == {"add", "clip", "mul"} and functions["add"] == 1):
        return "hardswish"
    if names == {"softplus", "tanh", "mul"}:
        return "mish"
    if {"erf", "add", "mul"} <= names <= {"erf", "add", "mul", "div"}:
        return "gelu"
    if {"tanh", "add", "mul"} <= names <= {"tanh", "add", "mul", "pow"} and functions["mul"] >= 3:
        return "gelu"
    return ""


def _merge(graph: _Graph, region: set[int], replaced: dict[int, Operator], gone: set[int]) -> None:
    """Put the activation that ``region`` is in place of its last step; the last two are modified in place."""
    functions = Counter(_function(graph.operators[index]) for index in region)
    function = _name_of(functions)
    if not function:
        return
    steps = sorted(region)
    if "hardsigmoid" not in functions:
        steps += _trailing_scale(graph, steps[-1], function, sum(functions[name] for name in _SCALES))
    inner = {name for index in steps for name in graph.operators[index].outputs}
    source = next(name for index in steps for name in graph.operators[index].inputs if name not in inner)
    last = graph.operators[steps[-1]]
    replaced[steps[-1]] = Operator(
        name=last.name,
        work=Activation(function=function),
        inputs=(source,),
        outputs=last.outputs,
        fusions=tuple(
            Fusion(name=graph.operators[index].name, function=_function(graph.operators[index])) for index in steps[:-1]
        ),
    )
    gone.update(steps[:-1])


def _trailing_scale(graph: _Graph, last: int, function: str, num_scales: int) -> list[int]:
    result = graph.operators[last].outputs[0]
    readers = graph.readers.get(result, ())
    if num_scales >= _NUM_SCALES.get(function, 0) or len(readers) != 1 or not graph.is_private(result, set(readers)):
        return []
    following = graph.operators[readers[0]]
    is_scale = isinstance(following.work, Elementwise) and following.work.function in _SCALES
    return [readers[0]] if is_scale and len(following.inputs) == 1 else []
