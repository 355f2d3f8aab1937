"""The masks of STONNE's runs: its command draws matrices from the C library's generator without seeding it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from workloads.sparsity import BoolArray


def c_library_numbers() -> Iterator[int]:
    """Yield what ``rand()`` of the GNU C library returns in a program that never calls ``srand``.

    An additive generator, r_i = r_(i - 3) + r_(i - 31) modulo 2^32 from i = 34 on, started from r_0 = 1,
    r_i = 16807 r_(i - 1) modulo 2^31 - 1, and r_i = r_(i - 31) for 31, 32 and 33. Its first 310 numbers are dropped,
    and the lowest bit of all others.

    Source: GNU C Library, stdlib/random_r.c, TYPE_3.
    """
    state = [1]
    for _ in range(30):
        state.append(16807 * state[-1] % (2**31 - 1))
    for i in count(34):
        state[i % 31] = (state[i % 31] + state[(i - 3) % 31]) % 2**32
        if i >= 344:
            yield state[i % 31] >> 1


def stationary_mask(num_rows: int, k: int, sparsity_pct: int) -> BoolArray:
    """Return which elements of the first matrix are not zero, shape (num_rows, k).

    An element is zero where a number modulo 100 is at most ``sparsity_pct``, so that 0 % means 1 %; a non-zero one
    takes a second number for its value. The matrix is the first that a run draws.

    Source: github.com/stonne-simulator/stonne, generateMatrixDense.
    """
    numbers = c_library_numbers()
    mask = np.zeros(num_rows * k, dtype=np.bool_)
    for place in range(mask.size):
        if next(numbers) % 100 > sparsity_pct:
            mask[place] = True
            next(numbers)
    return mask.reshape(num_rows, k)
