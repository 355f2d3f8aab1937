"""Sizes of scratchpads as users write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw_configs.load import load_accelerator
from mapper.budgets import Budgets
from sparsim.scratchpad_size import BudgetName, parse_scratchpad, scratchpad_of
from workloads.errors import ConfigError

DATA = Path(__file__).parents[1] / "data" / "scalesim"
BUDGETS = Budgets(m_r_bytes=10, m_r_operator="o", m_p_bytes=21, m_p_lower_bound_bytes=20)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("M_R", BudgetName.M_R),
        (" m_p ", BudgetName.M_P),
        ("512KiB", 2**19),
        ("512 KB", 512_000),
        ("262144", 2**18),
        (300, 300),
    ],
)
def test_sizes(text: int | str, size: BudgetName | int) -> None:
    assert parse_scratchpad(text) == size


def test_budgets() -> None:
    assert [name.of(BUDGETS) for name in BudgetName] == [10, 15, 21]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("512K B", "expected a number with one of B, KB, .*, found '512K B'"),
        ("0", "expected more than zero, found '0'"),
        (0, "expected more than zero, found 0"),
        ("-5", "expected more than zero, found '-5'"),
        ("M_Q", "found 'M_Q'"),
        ("0.5", "expected a whole number of B, found '0.5'"),
        ("", "found ''"),
    ],
)
def test_mistakes(text: int | str, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"scratchpad: expected M_R, M_H, M_P or a size \(512KiB\): .*{message}"):
        parse_scratchpad(text)


def test_of_accelerators() -> None:
    assert scratchpad_of(load_accelerator("edge_npu")) == 256 * 1024
    split = load_accelerator(DATA / "scale.cfg")
    with pytest.raises(
        ConfigError, match=f"accelerator '{split.name}' has a scratchpad for each operand, expected one"
    ):
        scratchpad_of(split)
