"""Packages that only sweeps need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workloads.errors import ConfigError


@contextmanager
def needs_extra(what: str) -> Iterator[None]:
    """Say how to install what an import inside the block lacks.

    Raises
    ------
    ConfigError
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{what}: the package {error.name} is not installed; `pip install 'sparsim[sweeps]'` installs it"
        ) from None
