"""Compression methods as data: one class a method, valid when it exists, printed as it is written in a spec."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NmPruning:
    """Keep at most ``n`` of each ``m`` neighbouring input channels of one filter and kernel position: ``nm:2:8``."""

    n: int
    m: int

    def __post_init__(self) -> None:
        if not 1 <= self.n <= self.m:
            raise ConfigError(f"{self}: expected N:M with 1 <= N <= M, found N = {self.n} and M = {self.m}")

    def __str__(self) -> str:
        return f"nm:{self.n}:{self.m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstructuredPruning:
    """Remove a fraction of the single weights: ``unstructured:0.9``.

    ``is_global``: one threshold for all layers that say so together (``unstructured:0.9:global``), else one a layer.
    """

    removed_fraction: float
    is_global: bool = False

    def __post_init__(self) -> None:
        _check_fraction(str(self), self.removed_fraction)

    def __str__(self) -> str:
        return f"unstructured:{self.removed_fraction:g}{':global' if self.is_global else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPruning:
    """Remove a fraction of the blocks of ``filters`` x ``channels`` weights: ``block:4x1:0.8``."""

    filters: int
    channels: int
    removed_fraction: float

    def __post_init__(self) -> None:
        if self.filters < 1 or self.channels < 1:
            raise ConfigError(f"{self}: expected blocks of at least 1x1 (filters x channels)")
        _check_fraction(str(self), self.removed_fraction)

    def __str__(self) -> str:
        return f"block:{self.filters}x{self.channels}:{self.removed_fraction:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MasksFromFile:
    """Keep what the masks in a ``.npz`` file say, by the names of weight tensors: ``masks:FILE.npz``."""

    path: Path

    def __str__(self) -> str:
        return f"masks:{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPruning:
    """Remove a fraction of the output channels, and what depends on them: ``channel:0.5``."""

    removed_fraction: float

    def __post_init__(self) -> None:
        _check_fraction(str(self), self.removed_fraction)

    def __str__(self) -> str:
        return f"channel:{self.removed_fraction:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LowRank:
    """Split the matrix in two of rank ``rank``: ``lowrank:64``, or of a fraction of its full rank: ``lowrank:0.25``."""

    rank: int | float

    def __post_init__(self) -> None:
        if isinstance(self.rank, int) and self.rank < 1:
            raise ConfigError(f"{self}: expected a rank of at least 1")
        if isinstance(self.rank, float) and not 0 < self.rank <= 1:
            raise ConfigError(f"{self}: expected a fraction of the full rank in (0, 1], or a whole number")

    def __str__(self) -> str:
        return f"lowrank:{self.rank}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Replace each weight by the nearest of ``num_codes`` values: ``codebook:16``."""

    num_codes: int

    def __post_init__(self) -> None:
        if not 2 <= self.num_codes <= MAX_CODES:
            raise ConfigError(f"{self}: expected 2 to {MAX_CODES} codes")

    def __str__(self) -> str:
        return f"codebook:{self.num_codes}"


MAX_CODES = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantisation:
    """Write weights, and where ``activations`` is given what the operator reads, in another number format.

    ``int8`` is both at 8 bits, ``int4`` both at 4, ``w4`` weights alone, ``w4a8`` one and the other; ``fp8`` and other
    floats are both; ``ternary``, ``binary`` and ``pow2`` are weights alone.
    """

    weights: ElementFormat
    activations: ElementFormat | None = None

    def __str__(self) -> str:
        if self.activations == self.weights or self.weights.kind is not NumberKind.INTEGER:
            return self.weights.name
        return f"w{self.weights.bits}" + (f"a{self.activations.bits}" if self.activations else "")


Sparsifier = NmPruning | UnstructuredPruning | BlockPruning | MasksFromFile
"""Decides which weights are zero."""

NumberChange = Quantisation | Codebook
"""Changes what the weights that stay are written as."""

StructuralMethod = ChannelPruning | LowRank
"""Changes the graph."""

Method = Sparsifier | NumberChange | StructuralMethod
_MethodT = TypeVar("_MethodT", bound=Method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is done to one layer: at most one method of each sort. Without any, the layer is left alone.

    Raises
    ------
    ConfigError
        When the number change has no zero (``binary``) and the layer is pruned.
    """

    sparsifier: Sparsifier | None = None
    number_change: NumberChange | None = None
    channel_pruning: ChannelPruning | None = None
    low_rank: LowRank | None = None

    def __post_init__(self) -> None:
        change = self.number_change
        has_no_zero = isinstance(change, Quantisation) and change.weights.kind is NumberKind.BINARY
        if self.sparsifier is not None and has_no_zero:
            raise ConfigError(f"{self}: binary weights are never zero, so they cannot be pruned; ternary ones can")

    @property
    def methods(self) -> tuple[Method, ...]:
        """Its methods, in the order in which they are applied."""
        every = (self.channel_pruning, self.low_rank, self.sparsifier, self.number_change)
        return tuple(method for method in every if method is not None)

    @property
    def changes_values(self) -> bool:
        """Whether weights become zero or are written as other numbers."""
        return self.sparsifier is not None or self.number_change is not None

    def __str__(self) -> str:
        return "+".join(map(str, self.methods)) or "dense"


def recipe_of(methods: tuple[Method, ...]) -> Recipe:
    """Return the recipe made of ``methods``.

    Raises
    ------
    ConfigError
        When two of them contradict each other; names both.
    """
    return Recipe(
        sparsifier=_only(tuple(one for one in methods if isinstance(one, Sparsifier))),
        number_change=_only(tuple(one for one in methods if isinstance(one, NumberChange))),
        channel_pruning=_only(tuple(one for one in methods if isinstance(one, ChannelPruning))),
        low_rank=_only(tuple(one for one in methods if isinstance(one, LowRank))),
    )


def _only(found: tuple[_MethodT, ...]) -> _MethodT | None:
    if len(found) > 1:
        raise ConfigError(
            f"{found[0]} and {found[1]} contradict each other: expected at most one method that prunes single weights "
            "(nm, unstructured, block, masks), one that changes numbers, one channel and one lowrank"
        )
    return found[0] if found else None


def _check_fraction(text: str, fraction: float) -> None:
    if not 0 <= fraction <= 1:
        raise ConfigError(f"{text}: expected a removed fraction in [0, 1], found {fraction:g}")
