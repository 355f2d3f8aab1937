"""What an accelerator file may say about training."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from hw_configs.training_section import Training
from workloads.errors import ConfigError


def test_sat_has_the_section() -> None:
    assert load_accelerator("sat").training == Training(
        adder_latency_cycles=4, interleaved_accumulations=4, operand_registers=16, sorter_lanes=32
    )


def test_others_have_none() -> None:
    assert load_accelerator("nm_array").training is None


def test_it_tells_accelerators_apart() -> None:
    faster = load_accelerator("sat", overrides=["training.adder_latency_cycles=1"])
    assert faster != load_accelerator("sat")
    assert hash(load_accelerator("sat")) == hash(load_accelerator("sat"))


@pytest.mark.parametrize("field", ["adder_latency_cycles", "interleaved_accumulations", "sorter_lanes"])
def test_nothing_is_zero(field: str) -> None:
    with pytest.raises(ConfigError, match=f"training.{field}: expected a whole number from 1 to .*, found 0"):
        load_accelerator("sat", overrides=[f"training.{field}=0"])
