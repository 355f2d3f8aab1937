"""Which layers of a network a spec means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from workloads.compression.spec.methods import Quantisation, Recipe
from workloads.compression.spec.spec import CompressionSpec, LayerRule
from workloads.errors import ConfigError
from workloads.nearest_names import nearest_names
from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul, Operator, Recurrent
from workloads.weight_layout import weight_operands

MATRIX_WORK = Convolution | Gemm | MatMul | Recurrent
_NUM_FIRST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a spec does to each layer of a network.

    Parameters
    ----------
    by_operator : mapping of str to Recipe
        For every matrix operator: what is done to it and to the activations that it reads.
    by_weight : mapping of str to Recipe
        For every weight of such an operator. A weight that several share takes the recipe of the first.
    """

    by_operator: Mapping[str, Recipe]
    by_weight: Mapping[str, Recipe]


def select(network: Network, spec: CompressionSpec) -> Selection:
    """Return what ``spec`` does to each layer of ``network``: each matrix operator and its weights.

    Raises
    ------
    ConfigError
        For a glob that matches no layer (names the nearest), one on weights that matches only layers without any, or
        ``keep=depthwise`` where there is none.
    """
    operators = tuple(operator for operator in network.operators if isinstance(operator.work, MATRIX_WORK))
    weights = {operator.name: weight_operands(operator, network.tensors) for operator in operators}
    kept = _kept_names(network, spec, operators, weights)
    for rule in spec.layers:
        _check_has_weights(rule, matching_names(network, rule.glob, weights), weights)

    def choose(*names: str) -> Recipe:
        if any(name in kept for name in names):
            return Recipe()
        matching = [rule.recipe for rule in spec.layers if any(glob_matches(rule.glob, name) for name in names)]
        return matching[-1] if matching else spec.default

    by_weight: dict[str, Recipe] = {}
    for operator in operators:
        for name in weights[operator.name]:
            by_weight.setdefault(name, choose(operator.name, name))
    by_operator = {
        operator.name: by_weight[weights[operator.name][0]] if weights[operator.name] else choose(operator.name)
        for operator in operators
    }
    return Selection(by_operator=by_operator, by_weight=by_weight)


def _check_has_weights(rule: LayerRule, found: frozenset[str], weights: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a rule on weights that means only products of two activations."""
    change = rule.recipe.number_change
    is_about_activations = isinstance(change, Quantisation) and change.activations is not None
    if rule.recipe.methods and not is_about_activations and not any(weights.get(name, (name,)) for name in found):
        raise ConfigError(
            f"compression spec: {rule.glob!r} matches only products of two activations, "
            f"which have no weights for {rule.recipe}"
        )


def glob_matches(glob: str, name: str) -> bool:
    """Whether ``glob`` means ``name``: as a pattern, or as it stands (names may hold brackets)."""
    return glob == name or fnmatchcase(name, glob)


def matching_names(network: Network, glob: str, weights: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the operators and weights that ``glob`` matches; ``weights`` gives those of each matrix operator.

    Raises
    ------
    ConfigError
        When there are none; names the layers whose names are nearest.
    """
    candidates = dict.fromkeys((*weights, *(name for names in weights.values() for name in names)))
    found = frozenset(name for name in candidates if glob_matches(glob, name))
    if not found:
        raise ConfigError(
            f"compression spec: {glob!r} matches no layer of {network.name!r}{_nearest(glob, tuple(weights))}"
        )
    return found


def _nearest(glob: str, names: tuple[str, ...]) -> str:
    if not names:
        return ", which has no matrix operator"
    plain = glob.replace("*", "").replace("?", "")
    return nearest_names(plain, names) or f"; its first are {', '.join(repr(name) for name in names[:_NUM_FIRST])}"


def _kept_names(
    network: Network,
    spec: CompressionSpec,
    operators: Iterable[Operator],
    weights: Mapping[str, tuple[str, ...]],
) -> frozenset[str]:
    """Names of the operators and weights that ``keep`` leaves alone."""
    with_weights = [operator for operator in operators if weights[operator.name]]
    kept: set[str] = set()
    for name in spec.keep:
        match name:
            case "first":
                kept |= {operator.name for operator in with_weights[:1]}
            case "last":
                kept |= {operator.name for operator in with_weights[-1:]}
            case "depthwise":
                found = {operator.name for operator in with_weights if _is_depthwise(operator, network)}
                if not found:
                    raise ConfigError(f"compression spec: keep=depthwise matches no layer of {network.name!r}")
                kept |= found
            case _:
                kept |= matching_names(network, name, weights)
    return frozenset(kept)


def _is_depthwise(operator: Operator, network: Network) -> bool:
    work = operator.work
    if not isinstance(work, Convolution) or work.groups == 1:
        return False
    return network.tensors[operator.inputs[0]].shape[1] == work.groups
