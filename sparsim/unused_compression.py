"""What was asked of compression and an accelerator does not use: said once a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hw_configs.accelerator import Accelerator
from simulator.arrays.nm_groups import ReductionGroups
from simulator.machine import Machine
from simulator.result import OperatorCost, Result
from simulator.tile_cost import Nest
from simulator.unit_costs import multiplying_format
from workloads.formats import ElementFormat, NumberKind
from workloads.loop_nest import MatrixNest
from workloads.network import Network
from workloads.operators import Operator
from workloads.sparsity import NmPattern
from workloads.tensor import TensorRole
from workloads.weight_layout import layout_shape, weight_operands

_DENSE = "dense"
_CHEAPER_DENSE = "dense, which costs less there than groups do,"
_ROUNDED_MACS = 1
"""Counts of multiply-accumulates are whole."""


def unused_compression_notes(network: Network, accelerator: Accelerator, result: Result) -> tuple[str, ...]:
    """Return the notes on ``result``, of ``network`` on ``accelerator``; none where all that is known is used."""
    return (
        *_pattern_notes(network, accelerator, result),
        *_storage_notes(network, accelerator),
        *_activation_notes(accelerator, result),
        *_multiplier_notes(network, accelerator),
    )


def _pattern_notes(network: Network, accelerator: Accelerator, result: Result) -> Iterator[str]:
    """One for each N:M of the weights that operators do more products of than it leaves."""
    costs = {cost.name: cost for cost in result.operators}
    machine = Machine(accelerator=accelerator)
    asked: Counter[NmPattern] = Counter()
    run: dict[NmPattern, Counter[str]] = {}
    for operator in network.operators:
        pattern = _pattern_of(operator, network)
        if pattern is None:
            continue
        asked[pattern] += 1
        cost = costs[operator.name]
        if _performed_macs(cost) > cost.macs * _filled_fraction(operator, network, pattern) + _ROUNDED_MACS:
            nest = machine.storage.nests_of(operator, network.tensors)[0]
            run.setdefault(pattern, Counter())[_way_run(cost, nest, pattern, machine)] += 1
    for pattern, counts in run.items():
        ways = " and ".join(f"{_as(way)} in {count}" for way, count in counts.most_common())
        yield f"{accelerator.name} runs {pattern} weights {ways} of {asked[pattern]} operators that have them"


def _as(way: str) -> str:
    return way if way in (_DENSE, _CHEAPER_DENSE) else f"as {way}"


def _pattern_of(operator: Operator, network: Network) -> NmPattern | None:
    """Return the N:M that all weights of ``operator`` keep to; None where there is none or several."""
    known = [network.tensors[name].sparsity for name in weight_operands(operator, network.tensors)]
    patterns = {None if sparsity is None else sparsity.pattern for sparsity in known}
    pattern = patterns.pop() if len(patterns) == 1 else None
    return pattern if isinstance(pattern, NmPattern) else None


def _performed_macs(cost: OperatorCost) -> int:
    assert cost.compression is not None
    return cost.compression.performed_macs


def _filled_fraction(operator: Operator, network: Network, pattern: NmPattern) -> float:
    """Return the products that ``pattern`` leaves over all: short groups keep more."""
    shapes = [
        layout_shape(operator, name, network.tensors[name].shape) for name in weight_operands(operator, network.tensors)
    ]
    sizes = [taps * channels for _, _, taps, channels in shapes]
    filled = [ReductionGroups(channels=channels).filled_fraction(pattern) for *_, channels in shapes]
    return sum(size * part for size, part in zip(sizes, filled, strict=True)) / sum(sizes)


def _way_run(cost: OperatorCost, nest: Nest, pattern: NmPattern, machine: Machine) -> str:
    """Return how the array runs weights of ``pattern``: in another one, or dense, for want of one or by choice.

    ``nest`` is the operator's usual one: the plan may have chosen another, with weights stored dense.
    """
    assert isinstance(nest, MatrixNest)
    array = machine.array_for(nest)
    if _performed_macs(cost) < cost.macs:
        return str(array.stored_pattern(pattern))
    return _CHEAPER_DENSE if array.performed_fraction < 1 else _DENSE


def _storage_notes(network: Network, accelerator: Accelerator) -> Iterator[str]:
    """Say so where zeros or codebooks are there, and the accelerator has nothing to decode them with."""
    weights = [tensor for tensor in network.tensors.values() if tensor.role is TensorRole.WEIGHT]
    decoder = accelerator.compression.weight
    if decoder is None and any(weight.sparsity is not None for weight in weights):
        yield f"{accelerator.name} decodes no compressed weights: they are stored and moved dense, zeros and all"
    coded = sum(weight.num_codes is not None for weight in weights)
    if coded and (decoder is None or "codebook" not in decoder.formats):
        yield (
            f"{accelerator.name} decodes no codebooks: {coded} weights that have one are stored and moved as plain "
            "numbers"
        )


def _activation_notes(accelerator: Accelerator, result: Result) -> Iterator[str]:
    """Say so where zeros of activations save neither products, nor their energy, nor bytes."""
    is_used = accelerator.array.zero_gating or accelerator.compression.activation is not None
    parts = [cost.compression for cost in result.operators if cost.compression is not None]
    if not is_used and any(part.activation_density_fraction < 1 for part in parts):
        yield (
            f"{accelerator.name} uses no zeros of activations: it multiplies them, and stores and moves them, like "
            "other numbers"
        )


def _multiplier_notes(network: Network, accelerator: Accelerator) -> Iterator[str]:
    """Say so where weights are multiplied as a wider format, for want of their own."""
    if accelerator.array.precision != "parallel":
        return
    pairs: Counter[tuple[str, str]] = Counter()
    for operator in network.operators:
        for name in weight_operands(operator, network.tensors):
            other = next(one for one in operator.inputs[:2] if one != name)
            weight, activation = network.tensors[name].format, network.tensors[other].format
            multiplier = multiplying_format(accelerator, activation, weight)
            if multiplier.bits > weight.bits and not _is_listed(weight, accelerator):
                pairs[weight.name, multiplier.name] += 1
    if pairs:
        found = ", ".join(f"{weight} of {count} operators as {wide}" for (weight, wide), count in pairs.items())
        listed = ", ".join(map(str, accelerator.array.formats))
        yield f"narrow weights take fewer bytes, but no less arithmetic: {found}; the array multiplies {listed}"


def _is_listed(format: ElementFormat, accelerator: Accelerator) -> bool:
    if format.kind is not NumberKind.INTEGER:
        return format in accelerator.array.formats
    return any(one.kind is NumberKind.INTEGER and one.bits == format.bits for one in accelerator.array.formats)
