"""The sorter: cycles in which the largest N of each M weights are found, and what of them shows."""

from __future__ import annotations

from workloads.operators import Operator
from workloads.sparsity import NmPattern
from workloads.tensor import Tensor
from workloads.weight_layout import layout_shape


def num_groups(operator: Operator, weight: Tensor, pattern: NmPattern) -> int:
    """Return the N:M groups of ``weight`` along the reduction of ``operator``; the last ones may be shorter."""
    groups, filters, taps, channels = layout_shape(operator, weight.name, weight.shape)
    return groups * filters * taps * -(-channels // pattern.m)


def sort_cycles(groups: int, pattern: NmPattern, lanes: int) -> int:
    """Return the cycles in which ``lanes`` lanes sort ``groups`` groups.

    Assumes a lane takes M cycles a group, one weight a cycle, whatever N is.

    Source: Fang et al., arXiv 2309.13015 (M cycles a group).

    Example: 100 groups of 2:8 on 32 lanes are 4 rounds of 8 cycles.
    """
    return -(-groups // lanes) * pattern.m


def visible_cycles(sorting_cycles: int, update_cycles: int) -> int:
    """Return what sorting adds to the update that it runs beside.

    Assumes weights are sorted as they leave the update, one weight tensor at a time: the longer of the two shows.
    """
    return max(0, sorting_cycles - update_cycles)
