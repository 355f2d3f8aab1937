"""TrainingMethod: which stages of a training step multiply by N:M weights; and the pattern as a user writes it."""

from __future__ import annotations

import re
from enum import StrEnum

from workloads.errors import ConfigError
from workloads.nearest_names import did_you_mean
from workloads.sparsity import NmPattern
from workloads.training import Stage

_PATTERN = re.compile(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})")


class TrainingMethod(StrEnum):
    """What is pruned while the network trains.

    Source: Fang et al., arXiv 2309.13015 (BDWP); Zhou et al., Learning N:M fine-grained structured sparse neural
    networks from scratch, ICLR 2021 (forward pass alone).
    """

    BDWP = "bdwp"
    """Weights in two directions: along the forward reduction for FF, along the backward reduction for BP."""
    FF_ONLY = "ff-only"
    """Weights of the forward pass alone."""
    DENSE = "dense"
    """Nothing."""

    @property
    def pruned_stages(self) -> tuple[Stage, ...]:
        """Stages whose weights are N:M; weight gradients never are."""
        return {
            TrainingMethod.BDWP: (Stage.FORWARD, Stage.BACKWARD),
            TrainingMethod.FF_ONLY: (Stage.FORWARD,),
            TrainingMethod.DENSE: (),
        }[self]


def parse_method(name: str) -> TrainingMethod:
    """Return the method called ``name``; raise ``ConfigError`` for another."""
    try:
        return TrainingMethod(name)
    except ValueError:
        names = [one.value for one in TrainingMethod]
        raise ConfigError(
            f"training method is {name!r}, expected one of {', '.join(names)}{did_you_mean(name, names)}"
        ) from None


def parse_pattern(text: str, max_m: int) -> NmPattern:
    """Return ``2:8`` as a pattern.

    Parameters
    ----------
    text : str
    max_m : int
        The largest M that the array takes.

    Raises
    ------
    ConfigError
        For a text of another form, N above M, or M above ``max_m``.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None or int(match[1]) > int(match[2]):
        raise ConfigError(f"sparsity is {text!r}, expected N:M with 1 <= N <= M, as in 2:8")
    pattern = NmPattern(n=int(match[1]), m=int(match[2]))
    if pattern.m > max_m:
        raise ConfigError(f"sparsity is {text!r}, expected M up to {max_m}, the array's nm_systolic.max_m")
    return pattern
