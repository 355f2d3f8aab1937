"""Methods read from text: ``nm:2:8+int4`` as a recipe."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

from workloads.compression.spec.methods import (
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
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind, parse_format
from workloads.nearest_names import did_you_mean

_INTEGER_BITS = range(2, 17)
_WEIGHTS_AND_ACTIVATIONS = re.compile(r"w([0-9]{1,2})(?:a([0-9]{1,2}))?")
_INTEGERS = re.compile(r"int([0-9]{1,2})")
_FLOATS = ("fp8", "fp16", "bf16")
_WEIGHTS_ALONE = ("ternary", "binary", "pow2", *(f"pow2_{bits}" for bits in range(2, 9)))

_FORMS = {
    "nm": "nm:N:M",
    "unstructured": "unstructured:FRACTION or unstructured:FRACTION:global",
    "block": "block:FILTERSxCHANNELS:FRACTION",
    "masks": "masks:FILE.npz",
    "channel": "channel:FRACTION",
    "lowrank": "lowrank:RANK or lowrank:FRACTION",
    "codebook": "codebook:CODES",
}
KNOWN_METHODS = (*_FORMS.values(), "intB", "wB", "wBaB", *_FLOATS, "ternary", "binary", "pow2", "dense")
"""How each method is written, for messages and help."""


def parse_recipe(text: str) -> Recipe:
    """Return what ``text`` (``nm:2:8+int4``) says is done to a layer.

    Raises
    ------
    ConfigError
        For an unknown method (lists those there are), one that is not written as it should be, a number out of range,
        or methods that contradict each other.
    """
    if text.strip() == "dense":
        return Recipe()
    return recipe_of(tuple(parse_method(term.strip()) for term in text.split("+")))


def parse_method(term: str) -> Method:
    """Return the method that one term (``nm:2:8``, ``int4``) stands for."""
    name, _, rest = term.partition(":")
    if name in _READERS:
        return _READERS[name](term, rest)
    if (quantisation := _quantisation(term)) is not None:
        return quantisation
    known = (*_FORMS, "int8", "int4", "w4a8", *_FLOATS, "ternary", "binary", "pow2", "dense")
    raise ConfigError(
        f"unknown compression method {term!r}: expected {', '.join(KNOWN_METHODS)}{did_you_mean(name, known)}"
    )


def _malformed(term: str) -> ConfigError:
    return ConfigError(f"compression method {term!r}: expected {_FORMS[term.partition(':')[0]]}")


def _whole(term: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _malformed(term)
    return int(text)


def _fraction(term: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _malformed(term) from None
    if not math.isfinite(value):
        raise _malformed(term)
    return value


def _nm(term: str, rest: str) -> Method:
    parts = rest.split(":")
    if len(parts) != 2:
        raise _malformed(term)
    return NmPruning(n=_whole(term, parts[0]), m=_whole(term, parts[1]))


def _unstructured(term: str, rest: str) -> Method:
    fraction, separator, scope = rest.partition(":")
    if separator and scope != "global":
        raise _malformed(term)
    return UnstructuredPruning(removed_fraction=_fraction(term, fraction), is_global=bool(separator))


def _block(term: str, rest: str) -> Method:
    match = re.fullmatch(r"([0-9]{1,9})x([0-9]{1,9}):(.+)", rest)
    if match is None:
        raise _malformed(term)
    return BlockPruning(filters=int(match[1]), channels=int(match[2]), removed_fraction=_fraction(term, match[3]))


def _masks(term: str, rest: str) -> Method:
    if not rest.lower().endswith(".npz"):
        raise _malformed(term)
    return MasksFromFile(path=Path(rest))


def _channel(term: str, rest: str) -> Method:
    return ChannelPruning(removed_fraction=_fraction(term, rest))


def _low_rank(term: str, rest: str) -> Method:
    return LowRank(rank=int(rest) if re.fullmatch(r"[0-9]{1,9}", rest) else _fraction(term, rest))


def _codebook(term: str, rest: str) -> Method:
    return Codebook(num_codes=_whole(term, rest))


_READERS: dict[str, Callable[[str, str], Method]] = {
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
    return Quantisation(weights=parse_format(term)) if term in _WEIGHTS_ALONE else None


def _integer(term: str, digits: str) -> ElementFormat:
    if int(digits) not in _INTEGER_BITS:
        raise ConfigError(
            f"compression method {term!r}: expected integers of {_INTEGER_BITS[0]} to {_INTEGER_BITS[-1]} bits, "
            f"found {int(digits)}"
        )
    return ElementFormat(NumberKind.INTEGER, int(digits))
