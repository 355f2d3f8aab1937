"""All checks, and how they are found by name. A new one is added here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from validation import (
    dual_side_tensor_core,
    eyeriss_dram,
    eyeriss_v2_pe,
    light_models,
    scalesim,
    scalesim_run,
    scalesim_sparse,
    scalesim_sparse_run,
    sparse_tensor_core,
    stonne,
    stonne_sigma,
    zoo,
)
from validation.check import Check
from workloads.errors import SparsimError

CHECKS: tuple[Check, ...] = (
    *scalesim.CHECKS,
    *scalesim_run.CHECKS,
    *scalesim_sparse.CHECKS,
    *scalesim_sparse_run.CHECKS,
    *sparse_tensor_core.CHECKS,
    *dual_side_tensor_core.CHECKS,
    *eyeriss_v2_pe.CHECKS,
    *eyeriss_dram.CHECKS,
    *stonne.CHECKS,
    *stonne_sigma.CHECKS,
    *light_models.CHECKS,
    *zoo.CHECKS,
)
"""In the order that they are printed."""


def select_checks(names: Sequence[str] | None) -> tuple[Check, ...]:
    """Return the checks called ``names``, or all; a table's name without its ending stands for all of its checks.

    Raises
    ------
    SparsimError
        For a name that is neither; lists those that are.
    """
    if names is None:
        return CHECKS
    for name in names:
        if not any(_is_called(check, name) for check in CHECKS):
            tables = dict.fromkeys(Path(check.file_name).stem for check in CHECKS)
            known = ", ".join((*tables, *(check.name for check in CHECKS)))
            raise SparsimError(f"no check is called {name!r}: expected one of {known}")
    return tuple(check for check in CHECKS if any(_is_called(check, name) for name in names))


def _is_called(check: Check, name: str) -> bool:
    return name in (check.name, Path(check.file_name).stem)
