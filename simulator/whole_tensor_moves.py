"""Whole tensors that one step of a plan loads and stores: their events, and what they add to the operator's cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.machine import Machine
from simulator.plan import Stay
from simulator.result import Energy, Limit, OperatorCost, TraceEvent
from simulator.whole_tensors import WholeTransfer, whole_transfer
from workloads.tensor import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeMoves:
    """Transfers around one step, one after another.

    ``loads`` start at cycle 0 of the step, ``stores`` at 0 after its operator has ended.
    """

    load_bytes: int
    store_bytes: int
    load_cycles: int
    store_cycles: int
    load_energy: Energy
    store_energy: Energy
    loads: tuple[TraceEvent, ...]
    stores: tuple[TraceEvent, ...]


def move_whole_tensors(
    operator: str, step: int, stays: Sequence[Stay], tensors: Mapping[str, Tensor], machine: Machine
) -> WholeMoves:
    """Return the transfers of those of ``stays`` that begin at ``step``."""
    begun = [stay for stay in stays if stay.first_step == step]
    loads = {one.tensor: whole_transfer(tensors[one.tensor], machine) for one in begun if one.is_loaded}
    stores = {one.tensor: whole_transfer(tensors[one.tensor], machine) for one in begun if one.is_stored}
    return WholeMoves(
        load_bytes=sum(one.num_bytes for one in loads.values()),
        store_bytes=sum(one.num_bytes for one in stores.values()),
        load_cycles=sum(one.cycles for one in loads.values()),
        store_cycles=sum(one.cycles for one in stores.values()),
        load_energy=sum((one.load for one in loads.values()), Energy()),
        store_energy=sum((one.store for one in stores.values()), Energy()),
        loads=_events("load", operator, loads),
        stores=_events("store", operator, stores),
    )


def _events(verb: str, operator: str, transfers: Mapping[str, WholeTransfer]) -> tuple[TraceEvent, ...]:
    events = []
    now = 0
    for name, transfer in transfers.items():
        events.append(
            TraceEvent(
                name=f"{verb} {name}",
                operator=operator,
                resource="dma",
                start_cycle=now,
                duration_cycles=transfer.cycles,
            )
        )
        now += transfer.cycles
    return tuple(events)


def with_whole_tensors(cost: OperatorCost, moved: WholeMoves, stays: Sequence[Stay], machine: Machine) -> OperatorCost:
    """Return ``cost`` with the transfers around its operator, and with what lies in the scratchpad meanwhile."""
    if not stays:
        return cost
    cycles = moved.load_cycles + moved.store_cycles
    traffic = cost.off_chip_bytes
    leakage = Energy(leakage_pj=cycles * machine.costs.leakage_pj_per_cycle)
    inputs, weights, outputs = cost.energy_by_operand_pj
    waits = cost.stall_cycles + cycles
    return replace(
        cost,
        total_cycles=cost.total_cycles + cycles,
        off_chip_bytes=replace(
            traffic,
            input_read=traffic.input_read + moved.load_bytes,
            output_write=traffic.output_write + moved.store_bytes,
        ),
        scratchpad_bytes=cost.scratchpad_bytes + _resident_bytes(stays),
        whole_tensor_bytes=_resident_bytes(stays),
        energy=cost.energy + moved.load_energy + moved.store_energy + leakage,
        energy_by_operand_pj=(
            inputs + moved.load_energy.total_pj,
            weights,
            outputs + moved.store_energy.total_pj,
        ),
        limited_by=Limit.OFF_CHIP if cycles and waits > cost.compute_cycles else cost.limited_by,
        losses=replace(cost.losses, off_chip_cycles=cost.losses.off_chip_cycles + cycles),
    )


def _resident_bytes(stays: Sequence[Stay]) -> int:
    """Bytes that stays take together; what is written over another counts once."""
    return sum(size for _, size in {(stay.offset_bytes, stay.size_bytes) for stay in stays if stay.size_bytes})
