from __future__ import annotations

import pytest

from sweeps.extra import needs_extra
from workloads.errors import ConfigError


def test_a_missing_package_is_told_with_what_installs_it() -> None:
    message = r"a picture: the package no_such_package is not installed; `pip install 'sparsim\[sweeps\]'` installs it"
    with pytest.raises(ConfigError, match=message), needs_extra("a picture"):
        import no_such_package  # type: ignore[import-not-found]  # noqa: F401
