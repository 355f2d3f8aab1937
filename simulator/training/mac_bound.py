"""The speed-up that N:M products can give at most: dense multiply-accumulates over those that are left."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from workloads.sparsity import NmPattern


def equal_stages_bound(pattern: NmPattern) -> float:
    """Return 3 / (2r + 1), r = N / M: three stages of equal work, of which FF and BP are pruned."""
    return float(3 / (2 * Fraction(pattern.n, pattern.m) + 1))


def mac_bound(products: Iterable[tuple[int, bool]], pattern: NmPattern) -> float:
    """Return all multiply-accumulates over those left when pruned products do N of M; 1 for none.

    Parameters
    ----------
    products : iterable of (int, bool)
        Dense multiply-accumulates of each product, and whether it is pruned.
    pattern : NmPattern

    Example: 100 in FF, BP and WU each, all but WU pruned 2:8, is 300 / (25 + 25 + 100) = 2.
    """
    total, left = 0, Fraction(0)
    for macs, is_pruned in products:
        total += macs
        left += Fraction(macs * pattern.n, pattern.m) if is_pruned else macs
    return float(total / left) if left else 1.0
