"""Accelerators that can train, in both dataflows."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hw_configs.load import load_accelerator
from simulator.training.training_machine import machine_of, training_section
from workloads.errors import ConfigError


def test_dataflows() -> None:
    # 32 x 32 outputs are one fold of 10 products: 4 cycles each, since no other output takes a turn.
    one = np.array(32), np.array(32), np.array(10)
    accelerator = load_accelerator("sat")
    assert int(machine_of(accelerator, "os").array.tile_cycles(*one).stream) == 40
    assert int(machine_of(accelerator, "ws").array.tile_cycles(*one).stream) == 32


@pytest.mark.parametrize(("name", "found"), [("edge_npu", "systolic"), ("nm_array", "nm_systolic")])
def test_no_section(name: str, found: str) -> None:
    message = (
        f"accelerator {name!r}: training needs a section training and array.type nm_systolic, found no section and "
        f"{found}; sat has both"
    )
    with pytest.raises(ConfigError, match=re.escape(message)):
        training_section(load_accelerator(name))
