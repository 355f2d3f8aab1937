"""A compression spec as data: what is done to which layer of a network."""

from __future__ import annotations

from dataclasses import dataclass, field

from workloads.compression.spec.methods import Recipe
from workloads.errors import ConfigError

MAX_SEED = 10**18 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRule:
    """What is done to the layers that ``glob`` matches."""

    glob: str
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDensity:
    """Density of the activations that the operators read that ``glob`` matches."""

    glob: str
    density_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationDensity:
    """Densities that the user states: non-zero over all, in [0, 1].

    ``default`` is that of every activation that a matrix operator reads (network inputs left out); None says nothing.

    Raises
    ------
    ConfigError
        For a density outside [0, 1].
    """

    default: float | None = None
    layers: tuple[LayerDensity, ...] = ()

    def __post_init__(self) -> None:
        stated = [("activation_density", self.default)] if self.default is not None else []
        for place, density in [*stated, *((rule.glob, rule.density_fraction) for rule in self.layers)]:
            if density is not None and not 0 <= density <= 1:
                raise ConfigError(f"activation density of {place!r} is {density:g}, expected a fraction in [0, 1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionSpec:
    """A spec, read.

    Parameters
    ----------
    default : Recipe
        For layers that no rule matches.
    layers : tuple of LayerRule
        Later ones win.
    keep : tuple of str
        ``first``, ``last``, ``depthwise`` or globs.
    seed : int
        Of what is drawn at random.
    activation_density : ActivationDensity

    Raises
    ------
    ConfigError
        For an empty glob or name, or a seed that is negative or above ``MAX_SEED``.
    """

    default: Recipe = field(default_factory=Recipe)
    layers: tuple[LayerRule, ...] = ()
    keep: tuple[str, ...] = ()
    seed: int = 0
    activation_density: ActivationDensity = field(default_factory=ActivationDensity)

    def __post_init__(self) -> None:
        globs = [rule.glob for rule in self.layers] + [rule.glob for rule in self.activation_density.layers]
        if not all((*self.keep, *globs)):
            raise ConfigError("compression spec: expected first, last, depthwise or a glob, found an empty name")
        if not 0 <= self.seed <= MAX_SEED:
            raise ConfigError(f"compression spec: seed is {self.seed}, expected 0 to {MAX_SEED}")

    @property
    def changes_nothing(self) -> bool:
        """Whether it leaves every network as it is: no layer has a method, no activation a density."""
        recipes = (self.default, *(rule.recipe for rule in self.layers))
        return not any(recipe.methods for recipe in recipes) and self.activation_density == ActivationDensity()

    def __str__(self) -> str:
        """Return the text of a spec: all that it says, so that different specs differ."""
        pieces = [str(self.default)] if self.default.methods or not self.layers else []
        pieces += [f"{rule.glob}={rule.recipe}" for rule in self.layers]
        pieces += [f"keep={','.join(self.keep)}"] if self.keep else []
        pieces += [f"seed={self.seed}"] if self.seed else []
        density = self.activation_density.default
        pieces += [f"activation_density={density}"] if density is not None else []
        pieces += [f"activation_density:{one.glob}={one.density_fraction}" for one in self.activation_density.layers]
        return "; ".join(pieces)
