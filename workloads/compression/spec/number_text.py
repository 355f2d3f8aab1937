"""Numbers of a method read from text; one that is out of range is told apart from what is no number."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from workloads.errors import ConfigError

MOST = 10**9 - 1
"""The largest whole number of a method that has no limit of its own: no network has as many of anything."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:inf|nan)")
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodTerm:
    """A term of a spec (``nm:2:8``) and the form that it should have (``nm:N:M``), for messages."""

    text: str
    form: str

    def whole(self, text: str, what: str, low: int, most: int) -> int:
        """Return the whole number ``text``; ``what`` follows "a whole number" in the message.

        Raises
        ------
        ConfigError
            When it is no number, not whole, or not from ``low`` to ``most``.
        """
        digits = re.fullmatch(r"0*([0-9]+)", text, re.ASCII)
        if digits is not None and len(digits[1]) <= _MOST_DIGITS and low <= int(digits[1]) <= most:
            return int(digits[1])
        if _NUMBER.fullmatch(text) is None:
            raise self.malformed()
        raise self.error(f"expected a whole number {what} from {low} to {most}, found {text}")

    def fraction(self, text: str) -> float:
        """Return the finite number ``text``; its method knows the range.

        Raises
        ------
        ConfigError
            When it is no number, or not finite.
        """
        if _NUMBER.fullmatch(text) is None:
            raise self.malformed()
        value = float(text)
        if not math.isfinite(value):
            raise self.error(f"expected a fraction in [0, 1], found {text}")
        return value

    def malformed(self) -> ConfigError:
        """Return the error of a term that is not written in its form."""
        return self.error(f"expected {self.form}")

    def error(self, message: str) -> ConfigError:
        """Return an error that names the term."""
        return ConfigError(f"compression method {self.text!r}: {message}")
