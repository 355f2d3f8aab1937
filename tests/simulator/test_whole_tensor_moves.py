"""Transfers around one step, and what they add to its operator: 2 bytes a cycle, 10 cycles of latency."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.machine import Machine
from simulator.plan import Stay
from simulator.result import CycleLosses, Energy, Limit, OperandTraffic, OperatorCost
from simulator.whole_tensor_moves import move_whole_tensors, with_whole_tensors
from simulator.whole_tensors import whole_transfer
from tests.simulator.drawn import make_accelerator
from workloads.formats import INT8
from workloads.tensor import Tensor, TensorRole

MACHINE = Machine(accelerator=make_accelerator(latency_cycles=10, bytes_per_1000_cycles=2000))
TENSORS = {
    name: Tensor(name=name, shape=(size,), format=INT8, role=TensorRole.ACTIVATION)
    for name, size in {"a": 40, "b": 20, "c": 8, "d": 6}.items()
}
A, B, C, D = (whole_transfer(tensor, MACHINE) for tensor in TENSORS.values())
COST = OperatorCost(
    name="op",
    kind="gemm",
    macs=64,
    total_cycles=100,
    compute_cycles=80,
    off_chip_bytes=OperandTraffic(input_read=3, weight_read=4, output_read=5, output_write=6),
    compulsory_bytes=18,
    scratchpad_accesses=OperandTraffic(),
    scratchpad_bytes=32,
    energy=Energy(mac_pj=1.0, scratchpad_pj=2.0, off_chip_pj=3.0, leakage_pj=4.0),
    energy_by_operand_pj=(1.0, 2.0, 3.0),
    mapping_efficiency_fraction=0.5,
    limited_by=Limit.COMPUTE,
    tile="",
    losses=CycleLosses(effectual_cycles=80, off_chip_cycles=20),
)


def stay(tensor: str, first: int, last: int = 9, offset: int = 0, **fields) -> Stay:
    size = TENSORS[tensor].size_bytes
    return Stay(tensor=tensor, first_step=first, last_step=last, offset_bytes=offset, size_bytes=size, **fields)


LOADED_A, LOADED_B = stay("a", 5, offset=0, is_loaded=True), stay("b", 5, offset=40, is_loaded=True)
STORED_C = stay("c", 5, offset=60, is_stored=True)
THERE_D = stay("d", 2, offset=68, is_loaded=True, is_stored=True)
STAYS = (THERE_D, LOADED_A, LOADED_B, STORED_C)


def moved(*stays: Stay):
    return move_whole_tensors("op", 5, stays, TENSORS, MACHINE)


def test_one_after_another_before_and_after():
    # a 40 bytes: 10 + 20 cycles; b 20 bytes: 10 + 10; c 8 bytes: 10 + 4; d came at step 2
    found = moved(*STAYS)

    assert (found.load_bytes, found.store_bytes) == (60, 8)
    assert (found.load_cycles, found.store_cycles) == (50, 14)
    assert [(one.name, one.start_cycle, one.duration_cycles) for one in found.loads] == [
        ("load a", 0, 30),
        ("load b", 30, 20),
    ]
    assert [(one.name, one.start_cycle, one.duration_cycles) for one in found.stores] == [("store c", 0, 14)]
    assert {(one.operator, one.resource) for one in (*found.loads, *found.stores)} == {("op", "dma")}
    assert found.load_energy.total_pj == pytest.approx(A.load.total_pj + B.load.total_pj)
    assert found.store_energy.total_pj == pytest.approx(C.store.total_pj)


def test_nothing_begins():
    found = moved(THERE_D)

    assert (found.load_bytes, found.store_bytes, found.load_cycles, found.store_cycles) == (0, 0, 0, 0)
    assert (found.loads, found.stores) == ((), ())
    assert found.load_energy == found.store_energy == Energy()


def test_what_is_made_and_kept_moves_nothing():
    assert moved(stay("c", 5)).store_bytes == 0


def test_added_to_the_operator():
    found = with_whole_tensors(COST, moved(*STAYS), STAYS, MACHINE)

    assert found.total_cycles == 100 + 50 + 14
    assert found.compute_cycles == 80
    assert found.off_chip_bytes == OperandTraffic(input_read=63, weight_read=4, output_read=5, output_write=14)
    assert found.scratchpad_bytes == 32 + 40 + 20 + 8 + 6
    assert found.losses == CycleLosses(effectual_cycles=80, off_chip_cycles=20 + 64)
    assert found.losses.total_cycles == found.total_cycles
    assert found.limited_by is Limit.OFF_CHIP  # 84 cycles of waiting for 80 of work
    load_pj, store_pj = A.load.total_pj + B.load.total_pj, C.store.total_pj
    leakage_pj = 64 * MACHINE.costs.leakage_pj_per_cycle
    assert found.energy.total_pj == pytest.approx(10 + load_pj + store_pj + leakage_pj)
    assert found.energy.leakage_pj == pytest.approx(4 + leakage_pj)
    assert found.energy.mac_pj == 1
    assert found.energy_by_operand_pj == pytest.approx((1 + load_pj, 2, 3 + store_pj))
    assert replace(found, start_cycle=7).start_cycle == 7


def test_short_waits_do_not_limit():
    # 34 cycles of waiting for 80 of work
    found = with_whole_tensors(COST, moved(STORED_C), (STORED_C,), MACHINE)

    assert (found.total_cycles, found.limited_by) == (114, Limit.COMPUTE)


def test_what_lies_there_takes_room_and_no_time():
    found = with_whole_tensors(COST, moved(THERE_D), (THERE_D,), MACHINE)

    assert found == replace(COST, scratchpad_bytes=38, whole_tensor_bytes=6)
    assert found.buffer_bytes == 32


def test_what_is_written_over_another_counts_once():
    over = replace(THERE_D, tensor="c", first_step=5)

    assert with_whole_tensors(COST, moved(THERE_D), (THERE_D, over), MACHINE).scratchpad_bytes == 38


def test_without_stays_nothing_changes():
    assert with_whole_tensors(COST, moved(), (), MACHINE) is COST
