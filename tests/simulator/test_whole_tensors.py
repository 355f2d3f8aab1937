"""What moving a whole tensor takes, by hand: 2 bytes a cycle, 10 cycles of latency, one channel, unless said."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from simulator.machine import Machine
from simulator.whole_tensors import whole_bytes, whole_transfer
from tests.simulator.drawn import make_accelerator
from workloads.formats import INT8, ElementFormat, NumberKind
from workloads.sparsity import Sparsity, SparsityOrigin
from workloads.tensor import Tensor, TensorRole

INT4 = ElementFormat(NumberKind.INTEGER, 4)


def machine(**changes) -> Machine:
    return Machine(accelerator=make_accelerator(**{"latency_cycles": 10, "bytes_per_1000_cycles": 2000} | changes))


def tensor(*shape: int, format: ElementFormat = INT8, **fields) -> Tensor:
    return Tensor(name="t", shape=shape, format=format, role=TensorRole.ACTIVATION, **fields)


def test_one_transfer_of_all_bytes():
    # 48 bytes: 10 + 24 cycles
    found = whole_transfer(tensor(4, 12), machine())

    assert (found.bits, found.num_bytes, found.cycles) == (384, 48, 34)


def test_a_part_of_a_byte_takes_one():
    # 5 elements of 4 bits: 20 bits, 3 bytes; bursts of a byte: 24 bits at 16 a cycle are 2 cycles
    found = whole_transfer(tensor(5, format=INT4), machine())

    assert (found.bits, found.num_bytes, found.cycles) == (20, 3, 12)
    assert whole_bytes(tensor(5, format=INT4)) == 3


def test_bursts_are_paid_for_in_time_only():
    # 48 bytes in bursts of 32: 64 bytes, 32 cycles
    found = whole_transfer(tensor(48), machine(burst_bytes=32))

    assert (found.num_bytes, found.cycles) == (48, 10 + 32)


def test_more_channels_do_not_help_one_transfer():
    assert whole_transfer(tensor(48), machine(channels=4)).cycles == 34


def test_unbounded_bandwidth_leaves_latency():
    assert whole_transfer(tensor(48), machine(bytes_per_1000_cycles=None)).cycles == 10


def test_energy_of_both_ways():
    # 48 bytes are 384 bits, each moved off-chip at 8 pJ, and written into the scratchpad, or read from it
    one = machine()
    costs = one.costs
    found = whole_transfer(tensor(48), one)

    assert found.load.off_chip_pj == found.store.off_chip_pj == 384 * 8.0
    assert found.load.scratchpad_pj == pytest.approx(384 * costs.scratchpad_write_pj_per_bit[0])
    assert found.store.scratchpad_pj == pytest.approx(384 * costs.scratchpad_read_pj_per_bit[2])
    assert found.load.total_pj == pytest.approx(found.load.off_chip_pj + found.load.scratchpad_pj)
    assert found.store.total_pj == pytest.approx(found.store.off_chip_pj + found.store.scratchpad_pj)


def test_compressed_off_chip_and_dense_in_the_scratchpad():
    # 800 elements with a quarter non-zero: 200 values, and a bitmap of 800 bits
    accelerator = load_accelerator("dual_side_tensor_core")
    sparse = tensor(800, sparsity=Sparsity(density_fraction=0.25, origin=SparsityOrigin.GIVEN))
    one = Machine(accelerator=accelerator)

    found, dense = whole_transfer(sparse, one), whole_transfer(tensor(800), one)

    assert (found.num_bytes, dense.num_bytes) == (300, 800)
    assert found.cycles < dense.cycles
    assert whole_bytes(sparse) == 800
    assert found.load.scratchpad_pj == dense.load.scratchpad_pj
    assert found.load.off_chip_pj == pytest.approx(dense.load.off_chip_pj * 300 / 800)
