"""Methods and patterns by name."""

from __future__ import annotations

import re

import pytest

from simulator.training.method import TrainingMethod, parse_method, parse_pattern
from workloads.errors import ConfigError
from workloads.sparsity import NmPattern
from workloads.training import Stage


def test_stages() -> None:
    assert parse_method("bdwp").pruned_stages == (Stage.FORWARD, Stage.BACKWARD)
    assert parse_method("ff-only").pruned_stages == (Stage.FORWARD,)
    assert parse_method("dense").pruned_stages == ()
    assert all(Stage.WEIGHT_GRADIENT not in method.pruned_stages for method in TrainingMethod)


def test_unknown_method() -> None:
    message = "training method is 'bdwp2', expected one of bdwp, ff-only, dense; did you mean 'bdwp'?"
    with pytest.raises(ConfigError, match=re.escape(message)):
        parse_method("bdwp2")


def test_pattern() -> None:
    assert parse_pattern(" 2:8", max_m=16) == NmPattern(n=2, m=8)


@pytest.mark.parametrize("text", ["8:2", "0:4", "2/4", "", "2:4:8"])
def test_no_pattern(text: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"sparsity is {text!r}, expected N:M with 1 <= N <= M, as in 2:8")):
        parse_pattern(text, max_m=16)


def test_pattern_too_wide() -> None:
    with pytest.raises(ConfigError, match=r"sparsity is '2:32', expected M up to 16, the array's nm_systolic.max_m"):
        parse_pattern("2:32", max_m=16)
