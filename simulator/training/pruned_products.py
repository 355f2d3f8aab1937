"""Which products of a training step multiply by N:M weights, and their operands as they then are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from simulator.training.method import TrainingMethod
from workloads.errors import ConfigError
from workloads.nearest_names import nearest_names
from workloads.operators import Operator
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin
from workloads.tensor import Tensor
from workloads.training import Stage, TrainingNetwork
from workloads.weight_layout import layout_shape, weight_operands

_NUM_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PruningRule:
    """What is pruned in a training step, and what is not.

    Parameters
    ----------
    method : TrainingMethod
    pattern : NmPattern
    dense : tuple of str
        Globs of layers (operators of the forward network) that stay dense.
    sparse : tuple of str
        Globs of layers that are pruned whatever else holds: the first layer may be among them.
    """

    method: TrainingMethod
    pattern: NmPattern
    dense: tuple[str, ...] = ()
    sparse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """The pruned products by operator, with the weight that each prunes; and what a user must know."""

    products: Mapping[str, str]
    pattern: NmPattern
    notes: tuple[str, ...] = ()

    def tensors_of(self, operator: Operator, tensors: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return ``tensors`` with the weight of ``operator`` as it multiplies by it: N:M along its own reduction."""
        name = self.products.get(operator.name)
        if name is None:
            return tensors
        channels = layout_shape(operator, name, tensors[name].shape)[-1]
        sparsity = Sparsity(
            density_fraction=kept_fraction(self.pattern, channels), origin=SparsityOrigin.GIVEN, pattern=self.pattern
        )
        return {**tensors, name: replace(tensors[name], sparsity=sparsity)}


def kept_fraction(pattern: NmPattern, channels: int) -> float:
    """Return the weights kept over all: N of each group of M channels, of a shorter last group N at most."""
    whole, rest = divmod(channels, pattern.m)
    return (whole * pattern.n + min(pattern.n, rest)) / channels


def pruned_products(training: TrainingNetwork, rule: PruningRule) -> Pruning:
    """Return the products of ``training`` that ``rule`` prunes.

    The first layer, which reads the network's input, stays dense unless ``rule.sparse`` names it. So does a product
    whose reduction has fewer channels than M, and a note says so.

    Raises
    ------
    ConfigError
        When a glob names no layer with weights, or ``rule.sparse`` a layer whose reduction is shorter than M.
    """
    candidates = _weight_products(training)
    layers = tuple(dict.fromkeys(training.roles[one.name].forward_operator for one, _ in candidates))
    _check_globs(rule, layers)
    products: dict[str, str] = {}
    short: list[tuple[str, str]] = []
    for operator, name in candidates:
        role = training.roles[operator.name]
        if role.stage not in rule.method.pruned_stages or not _is_wanted(role.forward_operator, layers[0], rule):
            continue
        channels = layout_shape(operator, name, training.network.tensors[name].shape)[-1]
        if channels >= rule.pattern.m:
            products[operator.name] = name
            continue
        if _matches(role.forward_operator, rule.sparse):
            raise ConfigError(
                f"layer {role.forward_operator!r}: sparsity {rule.pattern} needs a reduction of at least "
                f"{rule.pattern.m} channels in {role.stage}, found {channels}"
            )
        short.append((role.forward_operator, f"{role.stage} {channels}"))
    return Pruning(products=products, pattern=rule.pattern, notes=_notes(short, rule))


def _weight_products(training: TrainingNetwork) -> list[tuple[Operator, str]]:
    """Forward and backward products with the weight that each multiplies by, in order."""
    tensors = training.network.tensors
    return [
        (operator, name)
        for operator in training.network.operators
        if training.stage_of(operator.name) in (Stage.FORWARD, Stage.BACKWARD)
        for name in weight_operands(operator, tensors)
        if tensors[name].num_parameters
    ]


def _is_wanted(layer: str, first: str, rule: PruningRule) -> bool:
    if _matches(layer, rule.sparse):
        return True
    return layer != first and not _matches(layer, rule.dense)


def _matches(layer: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(layer, glob) for glob in globs)


def _check_globs(rule: PruningRule, layers: tuple[str, ...]) -> None:
    for field, globs in (("dense", rule.dense), ("sparse", rule.sparse)):
        for glob in globs:
            if not any(fnmatchcase(layer, glob) for layer in layers):
                known = (
                    nearest_names(glob.strip("*?"), layers) or f"; layers: {_first_of([repr(one) for one in layers])}"
                )
                raise ConfigError(f"{field} layers: {glob!r} is no layer with weights{known}")


def _notes(short: list[tuple[str, str]], rule: PruningRule) -> tuple[str, ...]:
    """Return a note on products that are too ``short``, pairs of a layer and a stage with its channels."""
    if not short:
        return ()
    by_layer: dict[str, list[str]] = {}
    for layer, stage in short:
        by_layer.setdefault(layer, []).append(stage)
    named = _first_of([f"{layer} ({', '.join(stages)})" for layer, stages in by_layer.items()])
    one = len(short) == 1
    what = (
        "1 product stays dense, its reduction is" if one else f"{len(short)} products stay dense, their reductions are"
    )
    return (f"{what} shorter than {rule.pattern.m} channels: {named}",)


def _first_of(names: list[str]) -> str:
    """Return the first of ``names``, and how many more there are."""
    more = len(names) - _NUM_NAMED
    return ", ".join(names[:_NUM_NAMED]) + (f" and {more} more" if more > 0 else "")
