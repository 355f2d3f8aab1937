"""Update schemes: which parameters a training step changes, and how many channels of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from workloads.errors import ConfigError, NetworkError
from workloads.nearest_names import nearest_names
from workloads.network import Network
from workloads.operators import Convolution, Elementwise, Gemm, MatMul, Normalisation, Operator
from workloads.tensor import TensorRole
from workloads.training.channel_parts import WHOLE, ChannelAxis, TrainedPart, part_of
from workloads.training.gradient_paths import differentiable_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelShare:
    """Of the weights of the layers that the glob ``layers`` names, the first ``fraction`` of channels is trained."""

    layers: str
    fraction: float
    axis: ChannelAxis = ChannelAxis.OUTPUT

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1:
            raise ConfigError(f"update scheme: fraction of {self.layers!r} is {self.fraction}, expected in (0, 1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateScheme:
    """What a training step changes; by default everything.

    Parameters
    ----------
    weights, biases : tuple of str
        Globs of operators whose weights, and whose biases (shifts, added constants), are trained: ``("fc", "conv4*")``.
        ``weights=()`` trains biases alone.
    frozen : tuple of str
        Globs of operators of which nothing is trained, whatever the other two say.
    channel_shares : tuple of ChannelShare
        Where convolutions and matrix products train a part of their weights; the first that fits a layer counts.
    immediately : bool
        Whether each parameter is updated as soon as its gradient is known, so that gradients do not wait in memory;
        else all are at the end of the step.
    """

    weights: tuple[str, ...] = ("*",)
    biases: tuple[str, ...] = ("*",)
    frozen: tuple[str, ...] = ()
    channel_shares: tuple[ChannelShare, ...] = ()
    immediately: bool = False


def trained_parts(network: Network, scheme: UpdateScheme) -> Mapping[str, TrainedPart]:
    """Return by weight tensor how much of it ``scheme`` trains; weights that it leaves alone are not there.

    Assumes a constant that counts as no parameter of the network's file is none: it is not trained.

    Raises
    ------
    ConfigError
        When a glob names no operator, when nothing is trained, or for a part of a weight that several operators read.
    NetworkError
        When the network has no parameters.
    """
    _check_globs(network, scheme)
    parts: dict[str, TrainedPart] = {}
    readers: dict[str, list[str]] = {}
    for operator in network.operators:
        for index in differentiable_inputs(operator):
            name = operator.inputs[index]
            tensor = network.tensors[name]
            if tensor.role is not TensorRole.WEIGHT or not tensor.num_parameters:
                continue
            readers.setdefault(name, []).append(operator.name)
            if _is_trained(operator, is_bias=_is_bias(operator, index), scheme=scheme):
                parts.setdefault(name, _part(operator, index, network, scheme))
    if not readers:
        raise NetworkError(f"network {network.name!r} has no parameters: there is nothing to train")
    if not parts:
        raise ConfigError(
            f"update scheme: freezes all of network {network.name!r}; expected at least one trained parameter"
        )
    _check_shared(parts, readers)
    return parts


def _check_globs(network: Network, scheme: UpdateScheme) -> None:
    names = [operator.name for operator in network.operators]
    fields = {
        "weights": scheme.weights,
        "biases": scheme.biases,
        "frozen": scheme.frozen,
        "channel_shares": tuple(share.layers for share in scheme.channel_shares),
    }
    for field, globs in fields.items():
        for glob in globs:
            if not _matches_any(glob, names):
                raise ConfigError(
                    f"update scheme: {field} names {glob!r}, which is no operator of network {network.name!r}"
                    f"{nearest_names(glob, names)}"
                )


def _matches_any(glob: str, names: list[str]) -> bool:
    return any(fnmatchcase(name, glob) for name in names)


def _is_trained(operator: Operator, *, is_bias: bool, scheme: UpdateScheme) -> bool:
    globs = scheme.biases if is_bias else scheme.weights
    chosen = any(fnmatchcase(operator.name, glob) for glob in globs)
    return chosen and not any(fnmatchcase(operator.name, glob) for glob in scheme.frozen)


def _is_bias(operator: Operator, index: int) -> bool:
    match operator.work:
        case Convolution() | Gemm() | MatMul() | Normalisation():
            return index == 2
        case Elementwise(function="add" | "sub"):
            return True
        case _:
            return False


def _part(operator: Operator, index: int, network: Network, scheme: UpdateScheme) -> TrainedPart:
    """The first channels of a matrix operator's second input; the whole of any other weight."""
    if not isinstance(operator.work, Convolution | Gemm | MatMul) or index != 1:
        return WHOLE
    shares = (share for share in scheme.channel_shares if fnmatchcase(operator.name, share.layers))
    share = next(shares, None)
    if share is None or share.fraction == 1:
        return WHOLE
    return part_of(operator, network.tensors, share.fraction, share.axis)


def _check_shared(parts: Mapping[str, TrainedPart], readers: Mapping[str, list[str]]) -> None:
    for name, part in parts.items():
        if part.num_channels is not None and len(readers[name]) > 1:
            raise ConfigError(
                f"update scheme: weight {name!r} is read by {', '.join(map(repr, readers[name]))}; "
                "a part of its channels can be trained of a weight that one operator reads only"
            )
