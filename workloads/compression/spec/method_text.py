"""Methods read from text: ``nm:2:8+int4`` as a recipe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from workloads.compression.spec.methods import (
    MAX_CODES,
    BlockPruning,
    ChannelPruning,
    Codebook,
    LowRank,
    MasksFromFile,
    Method,
    NmPruning,
    Quantisation,
    Recipe,
    UnstructuredPruning,
    recipe_of,
)
from workloads.compression.spec.number_text import MOST, MethodTerm
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind, parse_format
from workloads.nearest_names import did_you_mean

_INTEGER_BITS = range(2, 17)
_WEIGHTS_AND_ACTIVATIONS = re.compile(r"w(-?[0-9.]+)(?:a(-?[0-9.]+))?")
_INTEGERS = re.compile(r"int(-?[0-9.]+)")
_POWERS_OF_TWO = re.compile(r"pow2_(-?[0-9.]+)")
_FLOATS = ("fp8", "fp16", "bf16")
_POWER_OF_TWO_BITS = range(2, 9)
_WEIGHTS_ALONE = ("ternary", "binary", "pow2", *(f"pow2_{bits}" for bits in _POWER_OF_TWO_BITS))
_NOTHING = "dense"

_FORMS = {
    "nm": "nm:N:M",
    "unstructured": "unstructured:FRACTION or unstructured:FRACTION:global",
    "block": "block:FILTERSxCHANNELS:FRACTION",
    "masks": "masks:FILE.npz",
    "channel": "channel:FRACTION",
    "lowrank": "lowrank:RANK or lowrank:FRACTION",
    "codebook": "codebook:CODES",
}
KNOWN_METHODS = (*_FORMS.values(), "intB", "wB", "wBaB", *_FLOATS, "ternary", "binary", "pow2", _NOTHING)
"""How each method is written, for messages and help."""


class UnknownMethod(ConfigError):
    """No method is called so."""


def parse_recipe(text: str) -> Recipe:
    """Return what ``text`` (``nm:2:8+int4``) says is done to a layer.

    Raises
    ------
    ConfigError
        For an unknown method (lists those there are), one that is not written as it should be, a number out of range,
        methods that contradict each other, or ``dense`` beside another.
    """
    terms = [term.strip() for term in text.split("+")]
    if terms == [_NOTHING]:
        return Recipe()
    if _NOTHING in terms:
        raise ConfigError(
            f"compression methods {text.strip()!r}: {_NOTHING} does nothing and stands alone, it cannot be combined"
        )
    return recipe_of(tuple(map(parse_method, terms)))


def parse_method(term: str) -> Method:
    """Return the method that one term (``nm:2:8``, ``int4``) stands for."""
    name, _, rest = term.partition(":")
    if name in _READERS:
        return _READERS[name](MethodTerm(text=term, form=_FORMS[name]), rest)
    if (quantisation := _quantisation(term)) is not None:
        return quantisation
    known = (*_FORMS, "int8", "int4", "w4a8", *_FLOATS, "ternary", "binary", "pow2", _NOTHING)
    raise UnknownMethod(
        f"unknown compression method {term!r}: expected {', '.join(KNOWN_METHODS)}{did_you_mean(name, known)}"
    )


def _nm(term: MethodTerm, rest: str) -> Method:
    parts = rest.split(":")
    if len(parts) != 2:
        raise term.malformed()
    m = term.whole(parts[1], "M", 1, MOST)
    return NmPruning(n=term.whole(parts[0], "N", 1, m), m=m)


def _unstructured(term: MethodTerm, rest: str) -> Method:
    fraction, separator, scope = rest.partition(":")
    if separator and scope != "global":
        raise term.malformed()
    return UnstructuredPruning(removed_fraction=term.fraction(fraction), is_global=bool(separator))


def _block(term: MethodTerm, rest: str) -> Method:
    match = re.fullmatch(r"([^x:]+)x([^x:]+):(.+)", rest)
    if match is None:
        raise term.malformed()
    return BlockPruning(
        filters=term.whole(match[1], "of filters", 1, MOST),
        channels=term.whole(match[2], "of channels", 1, MOST),
        removed_fraction=term.fraction(match[3]),
    )


def _masks(term: MethodTerm, rest: str) -> Method:
    if not rest.lower().endswith(".npz"):
        raise term.malformed()
    return MasksFromFile(path=Path(rest))


def _channel(term: MethodTerm, rest: str) -> Method:
    return ChannelPruning(removed_fraction=term.fraction(rest))


def _low_rank(term: MethodTerm, rest: str) -> Method:
    is_whole = re.fullmatch(r"[-+]?[0-9]+", rest)
    return LowRank(rank=term.whole(rest, "as rank", 1, MOST) if is_whole else term.fraction(rest))


def _codebook(term: MethodTerm, rest: str) -> Method:
    return Codebook(num_codes=term.whole(rest, "of codes", 2, MAX_CODES))


_READERS: dict[str, Callable[[MethodTerm, str], Method]] = {
    "nm": _nm,
    "unstructured": _unstructured,
    "block": _block,
    "masks": _masks,
    "channel": _channel,
    "lowrank": _low_rank,
    "codebook": _codebook,
}


def _quantisation(term: str) -> Quantisation | None:
    """Return the change of number format that ``term`` is; None when it is none."""
    if match := _INTEGERS.fullmatch(term):
        both = _integer(term, match[1])
        return Quantisation(weights=both, activations=both)
    if match := _WEIGHTS_AND_ACTIVATIONS.fullmatch(term):
        return Quantisation(
            weights=_integer(term, match[1]), activations=_integer(term, match[2]) if match[2] else None
        )
    if term in _FLOATS:
        return Quantisation(weights=parse_format(term), activations=parse_format(term))
    if (match := _POWERS_OF_TWO.fullmatch(term)) and term not in _WEIGHTS_ALONE:
        raise _wrong_bits(term, "powers of two", _POWER_OF_TWO_BITS, match[1])
    return Quantisation(weights=parse_format(term)) if term in _WEIGHTS_ALONE else None


def _integer(term: str, digits: str) -> ElementFormat:
    if not re.fullmatch(r"[0-9]{1,2}", digits) or int(digits) not in _INTEGER_BITS:
        raise _wrong_bits(term, "integers", _INTEGER_BITS, digits)
    return ElementFormat(NumberKind.INTEGER, int(digits))


def _wrong_bits(term: str, what: str, allowed: range, found: str) -> ConfigError:
    return ConfigError(
        f"compression method {term!r}: expected {what} of {allowed[0]} to {allowed[-1]} bits, found {found}"
    )
