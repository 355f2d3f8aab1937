"""STONNE's output-stationary mesh: its published rows by hand, and its relation to the systolic array."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.arrays.mesh import MeshArray
from simulator.arrays.protocol import Dimension
from simulator.kernels.systolic_twin import multiply_on_array


def test_hand_arithmetic():
    # 16 x 16 x 64 on 4 x 4: 16 folds of 64 + 4 + 4 + 3 = 75 cycles; STONNE reports 1,200
    cycles = MeshArray(4, 4).tile_cycles(np.int64(16), np.int64(16), np.int64(64))

    assert cycles.num_folds == 16
    assert cycles.stream == 16 * 64
    assert cycles.fill + cycles.stream == 1200


@pytest.mark.parametrize(("m", "n", "k"), [(8, 8, 16), (16, 8, 5), (7, 9, 11)])
def test_takes_five_stage_cycles_a_fold_more_than_the_functional_twin(m, n, k):
    rng = np.random.default_rng(1)
    twin = multiply_on_array(rng.integers(-9, 9, (m, k)), rng.integers(-9, 9, (k, n)), rows=4, cols=4, dataflow="os")
    sizes = (np.int64(m), np.int64(n), np.int64(k))

    cycles, accesses = MeshArray(4, 4).tile_cycles(*sizes), MeshArray(4, 4).scratchpad_accesses(*sizes)

    assert cycles.fill + cycles.stream == twin.cycles + 5 * (-(-m // 4) * -(-n // 4))
    assert (accesses.input_read, accesses.weight_read) == (twin.input_reads, twin.weight_reads)


def test_size_and_streamed_dimension():
    assert MeshArray(4, 8).num_pes == 32
    assert MeshArray(4, 8).streamed_dimension is Dimension.K
