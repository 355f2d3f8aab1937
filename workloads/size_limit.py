"""The largest operator that is costed: counters are 64-bit integers, and must not wrap around."""

from __future__ import annotations

from collections.abc import Mapping

from workloads.errors import NetworkError
from workloads.loop_nest import MatrixNest, lower
from workloads.operators import Operator
from workloads.tensor import Tensor

MAX_OPERATIONS = 2**53
"""Multiply-accumulates or vector operations of one operator.

A tiling at its worst moves two operands, and reads and writes a partial sum, for each of them: 4 x 64 bits, 2**61 in
all. Up to 2**53 a count is also exact as a float.
"""


def check_size(operator: Operator, tensors: Mapping[str, Tensor]) -> None:
    """Raise ``NetworkError`` when ``operator`` takes more than ``MAX_OPERATIONS``; names it and says how many."""
    lowered = lower(operator, tensors)
    if isinstance(lowered, MatrixNest):
        count, unit = lowered.num_macs, "multiply-accumulates"
    else:
        count, unit = max((nest.num_operations for nest in lowered), default=0), "vector operations"
    if count > MAX_OPERATIONS:
        raise NetworkError(
            f"operator {operator.name!r} ({operator.kind}): takes {count} {unit}, more than the {MAX_OPERATIONS} "
            "that are supported"
        )
