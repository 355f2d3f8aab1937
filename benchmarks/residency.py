"""Off-chip bytes of joint plans beside those layer by layer and the floor, and the time that planning takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.measurement import Better, Measurement
from benchmarks.process import BenchmarkError
from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.choose_plan import PlanOptions, choose_plan
from mapper.objective import Objective
from mapper.problem import plan_problem
from mapper.residency.plan_network import plan_residency
from simulator.result import Planning
from simulator.supported_formats import with_supported_formats
from workloads.load import load_network
from workloads.network import Network

_ACCELERATOR = "edge_npu"
_SIZES = ("128 KiB", "256 KiB", "512 KiB", "1 MiB", "2 MiB")
_TARGET_SECONDS = 2.0
_NUM_RUNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A network, and by scratchpad size the part of the bytes above the floor that has to go, in per cent."""

    name: str
    is_fused: bool = True
    least_removed: dict[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.name if self.is_fused else f"{self.name}, not fused"


# The shares are those of a first program with byte capacities alone, without places.
_CASES = (
    _Case(name="light:resnet50", least_removed={"256 KiB": 11, "512 KiB": 34, "1 MiB": 62, "2 MiB": 88}),
    _Case(name="light:densenet121"),
    _Case(
        name="light:densenet121",
        is_fused=False,
        least_removed={"256 KiB": 28, "512 KiB": 59, "1 MiB": 87, "2 MiB": 99},
    ),
    _Case(name="mobilenet_v2"),
    _Case(name="vit_base"),
)


def measure() -> Iterator[Measurement]:
    """Yield by network and scratchpad what part of the avoidable bytes a joint plan avoids, then its seconds."""
    for case in _CASES:
        accelerators = {size: _accelerator(size) for size in _SIZES}
        loaded = load_network(case.name, fuse=case.is_fused)
        network = with_supported_formats(loaded, accelerators[_SIZES[0]].array)
        for size, accelerator in accelerators.items():
            yield from _measure_one(case, size, network, accelerator)


def _accelerator(size: str) -> Accelerator:
    return load_accelerator(_ACCELERATOR, overrides=[f"scratchpad.capacity_bytes={size}"])


def _measure_one(case: _Case, size: str, network: Network, accelerator: Accelerator) -> Iterator[Measurement]:
    _, result = choose_plan(network, accelerator, PlanOptions(objective=Objective.TRAFFIC))
    assert result.planning is not None, "the result of a chosen plan says how it was planned"
    yield _removed(case, size, network, result.planning)
    yield _seconds(case, size, network, accelerator)


def _removed(case: _Case, size: str, network: Network, planning: Planning) -> Measurement:
    """The part of the bytes above the floor that is gone; the floor reads weights and inputs once, writes outputs."""
    floor = plan_problem(network, with_weights=True).compulsory_bytes
    layers, joint, bound = planning.layer_by_layer_value, planning.objective_value, planning.lower_bound_value
    if layers is None or bound is None:
        raise BenchmarkError(f"{case.label} in {size}: no joint plan was found")
    gap = "proven least of the orders tried" if planning.is_proven else f"gap {(joint - bound) / joint:.2%}"
    return Measurement(
        name=f"joint plan of {case.label} in {size}: avoidable bytes removed",
        value=100 * (layers - joint) / (layers - floor),
        unit="%",
        target=case.least_removed.get(size),
        details=f"off-chip bytes: layer by layer {layers:,.0f}, joint {joint:,.0f} ({gap}), floor {floor:,}",
    )


def _seconds(case: _Case, size: str, network: Network, accelerator: Accelerator) -> Measurement:
    """The lesser of two times: kernels are compiled, and the machine may be doing something else."""
    seconds = []
    num_choices = 0
    for _ in range(_NUM_RUNS):
        start = time.process_time()
        found = plan_residency(network, accelerator, Objective.TRAFFIC)
        seconds.append(time.process_time() - start)
        num_choices = found.num_choices if found else 0
    return Measurement(
        name=f"joint plan of {case.label} in {size}: time",
        value=min(seconds),
        unit="s",
        target=_TARGET_SECONDS,
        better=Better.LOWER,
        details=f"CPU time, best of {_NUM_RUNS}: {num_choices:,} ways to run {network.num_costed_operators} operators, "
        "program and places",
    )
