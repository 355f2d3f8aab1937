"""Every error that Sparsim raises on purpose, with the exit code the command gives it."""

from __future__ import annotations


class SparsimError(Exception):
    """A user's mistake or an impossible request, said in one message. Base of all others."""

    exit_code = 1


class ConfigError(SparsimError):
    """An accelerator, technology or option that does not fit its schema; names file, line and field."""


class NetworkError(SparsimError):
    """A network file that cannot be read, or a graph that is not valid; names file and node or tensor."""


class UnsupportedOperator(NetworkError):
    """An operator of a network file that has no cost model here; names the node and its type."""


class InfeasiblePlan(SparsimError):
    """No plan fits: says the resource, the demand, the bound, the gap and what would help."""

    exit_code = 2
