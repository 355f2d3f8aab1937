"""MAGMA's rows by hand, and their laws."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.array_sections import Sigma
from simulator.arrays.magma_rows import MagmaRows


def rows(multipliers=128, groups=4, ports=64) -> MagmaRows:
    section = Sigma(distribution_bandwidth=ports, reduction_bandwidth=64)
    return MagmaRows(num_multipliers=multipliers, num_groups=groups, section=section)


def test_hand_arithmetic():
    # 125 non-zeros are four pieces of 32: 1 + 4 * 2 + 16 * 4 * 2 + 4 + 7; none take nothing
    assert rows().row_cycles(np.array([125, 0]), 64).tolist() == [148, 0]


def test_columns_and_non_zeros_that_fill_no_set():
    # one non-zero, five columns in groups of four: one piece, two sets, a port for each multiplier
    assert rows(ports=128).row_cycles(np.array([1]), 5).tolist() == [1 + 1 + 2 + 4 + 7]


@given(nonzeros=st.integers(0, 1000), columns=st.integers(1, 500))
def test_more_work_never_takes_less(nonzeros, columns):
    cycles = rows().row_cycles(np.array([nonzeros, nonzeros + 1]), columns)

    assert cycles[1] >= cycles[0]
    assert (rows().row_cycles(np.array([nonzeros]), columns + 1) >= cycles[0]).all()
    assert cycles[0] * 128 >= nonzeros * columns
