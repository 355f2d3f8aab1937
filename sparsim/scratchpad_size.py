"""The size of a scratchpad as it is asked for: a budget of the network by name, or bytes."""

from __future__ import annotations

from enum import StrEnum

from hw_configs.accelerator import Accelerator, SplitScratchpad
from hw_configs.quantities import BYTE_UNITS, parse_quantity
from mapper.budgets import Budgets
from workloads.errors import ConfigError


class BudgetName(StrEnum):
    """A size that the network sets: see ``mapper.budgets``."""

    M_R = "M_R"
    M_H = "M_H"
    M_P = "M_P"

    def of(self, budgets: Budgets) -> int:
        """Return the bytes of this budget."""
        return {
            BudgetName.M_R: budgets.m_r_bytes,
            BudgetName.M_H: budgets.m_h_bytes,
            BudgetName.M_P: budgets.m_p_bytes,
        }[self]


def parse_scratchpad(size: int | str) -> BudgetName | int:
    """Return the budget or the bytes that ``size`` stands for.

    Raises
    ------
    ConfigError
        For what is neither, and for bytes that are not positive.
    """
    if isinstance(size, str) and size.strip().upper() in [*BudgetName]:
        return BudgetName(size.strip().upper())
    try:
        return parse_quantity(size, BYTE_UNITS)
    except ConfigError as error:
        raise ConfigError(f"scratchpad: expected {', '.join(BudgetName)} or a size (512KiB): {error}") from None


def scratchpad_of(accelerator: Accelerator) -> int:
    """Return the bytes of the accelerator's scratchpad.

    Raises
    ------
    ConfigError
        When it has one for each operand: whole tensors are planned in one.
    """
    if isinstance(accelerator.scratchpad, SplitScratchpad):
        raise ConfigError(
            f"accelerator {accelerator.name!r} has a scratchpad for each operand, expected one for all; say which size "
            "is meant with --scratchpad (scratchpad=...)"
        )
    return accelerator.scratchpad.capacity_bytes
