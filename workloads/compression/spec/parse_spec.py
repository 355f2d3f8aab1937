"""A compression spec read from text.

    spec   = piece { ";" piece }
    piece  = [ GLOB "=" ] method { "+" method }      without a glob: the default of all layers
           | "keep=" name { "," name }               first, last, depthwise or a glob: layers left alone
           | "seed=" whole number                    for what is drawn at random (0)
           | "activation_density=" fraction          non-zero part of what matrix operators read
           | "activation_density:" GLOB "=" fraction of what operators read that the glob matches; later ones win

Globs match names of operators and of their weights. The last piece that matches a layer says all that is done to it;
``keep`` overrules them all. ``dense`` is a method that does nothing.

    nm:2:8+int8; classifier*=int8; keep=first
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workloads.compression.spec.method_text import UnknownMethod, parse_recipe
from workloads.compression.spec.methods import Recipe
from workloads.compression.spec.spec import MAX_SEED, ActivationDensity, CompressionSpec, LayerDensity, LayerRule
from workloads.compression.spec.spec_file import read_spec_file
from workloads.errors import ConfigError
from workloads.nearest_names import did_you_mean

_KEYS = ("keep", "seed", "activation_density")
_LAYER_DENSITY = "activation_density:"


def parse_spec(text: str) -> CompressionSpec:
    """Return the spec that ``text`` is, or that stands in the YAML file which it names (``.yaml``, ``.yml``).

    Raises
    ------
    ConfigError
        For a method that does not exist, a number out of range, methods that contradict each other, an empty text, or
        a file that cannot be read; names the piece, or file and line.
    """
    if Path(text.strip()).suffix.lower() in (".yaml", ".yml"):
        return read_spec_file(Path(text.strip()))
    reader = _PieceReader()
    for piece in text.split(";"):
        if piece.strip():
            reader.read(piece.strip())
    return reader.finish(text)


@dataclass(slots=True)
class _PieceReader:
    """Collects the pieces of a spec; a piece that may stand once is an error the second time."""

    default: Recipe | None = None
    layers: tuple[LayerRule, ...] = ()
    keep: tuple[str, ...] | None = None
    seed: int | None = None
    density: float | None = None
    layer_densities: tuple[LayerDensity, ...] = ()

    def read(self, piece: str) -> None:
        """Add one piece. A glob may hold ``=``, methods cannot: the last one divides them."""
        key, _, value = (part.strip() for part in piece.rpartition("="))
        match key:
            case "":
                self._once("a default", self.default, piece)
                self.default = parse_recipe(value)
            case "keep":
                self._once("keep", self.keep, piece)
                self.keep = tuple(name.strip() for name in value.split(","))
            case "seed":
                self._once("seed", self.seed, piece)
                self.seed = _parse_seed(value, piece)
            case "activation_density":
                self._once("activation_density", self.density, piece)
                self.density = _parse_density(value, piece)
            case _ if key.startswith(_LAYER_DENSITY):
                glob = key.removeprefix(_LAYER_DENSITY).strip()
                self.layer_densities += (LayerDensity(glob=glob, density_fraction=_parse_density(value, piece)),)
            case _:
                self.layers += (LayerRule(glob=key, recipe=_parse_layer_recipe(key, value, piece)),)

    @staticmethod
    def _once(what: str, found: object, piece: str) -> None:
        if found is not None:
            raise ConfigError(f"compression spec: {piece!r}: {what} is given twice")

    def finish(self, text: str) -> CompressionSpec:
        """Return the spec; one that does nothing at all is an error."""
        if self.default is None and not self.layers and self.density is None and not self.layer_densities:
            raise ConfigError(f"compression spec {text!r} says nothing: expected a method, such as nm:2:8 or int8")
        return CompressionSpec(
            default=self.default or Recipe(),
            layers=self.layers,
            keep=self.keep or (),
            seed=self.seed or 0,
            activation_density=ActivationDensity(default=self.density, layers=self.layer_densities),
        )


def _parse_layer_recipe(glob: str, value: str, piece: str) -> Recipe:
    """Return the recipe of the layers that ``glob`` means; it may be a key that was misspelt, so errors name it."""
    try:
        return parse_recipe(value)
    except UnknownMethod as error:
        raise ConfigError(
            f"compression spec: {piece!r}: expected GLOB=METHODS, {', '.join(f'{key}=' for key in _KEYS)}; {glob!r} is "
            f"none of these keys{did_you_mean(glob, _KEYS)}, and as a glob of layers needs a method: {error}"
        ) from None
    except ConfigError as error:
        raise ConfigError(f"compression spec: {piece!r}: {error}") from None


def _parse_seed(value: str, piece: str) -> int:
    if not re.fullmatch(rf"[0-9]{{1,{len(str(MAX_SEED))}}}", value):
        raise ConfigError(f"compression spec: {piece!r}: expected a whole number from 0 to {MAX_SEED}, found {value!r}")
    return int(value)


def _parse_density(value: str, piece: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ConfigError(f"compression spec: {piece!r}: expected a fraction in [0, 1], found {value!r}") from None
