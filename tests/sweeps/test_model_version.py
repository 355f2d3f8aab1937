from __future__ import annotations

import re

from sweeps.model_version import MODEL_PACKAGES, model_version


def test_version_and_digest() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", model_version())
    assert model_version() is model_version()


def test_further_modules_count() -> None:
    assert model_version(("sparsim.workload",)) != model_version()


def test_it_covers_what_decides_an_answer() -> None:
    assert MODEL_PACKAGES == ("workloads", "hw_configs", "simulator", "mapper")
