"""The scheduler against every tiling of every way to run each operator, and what it must not lose by remembering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.training.step_scheduler import StepScheduler
from simulator.training.method import TrainingMethod, parse_pattern
from simulator.training.pruned_products import Pruning, PruningRule, pruned_products
from simulator.training.training_machine import machine_of
from simulator.training.turned_convolution import turned_convolution
from tests.mapper.brute_force import all_tilings
from tests.simulator.training.small_step import small_step
from workloads.formats import FP16, FP32
from workloads.operators import Operator
from workloads.tensor import Tensor
from workloads.training import TrainingFormats, TrainingNetwork, training_network
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.layer_specs import ConvSpec


def bdwp(training: TrainingNetwork, sparsity: str) -> Pruning:
    return pruned_products(training, PruningRule(method=TrainingMethod.BDWP, pattern=parse_pattern(sparsity, 16)))


def all_ways(
    operator: Operator, tensors: Mapping[str, Tensor], pruning: Pruning, accelerator: Accelerator
) -> Iterator[tuple[int, int]]:
    """Cycles and off-chip bytes in each dataflow, N:M where the registers allow it, as it is and turned.

    Of every tiling, the fastest; of equally fast ones that of fewer bits.
    """
    assert accelerator.training is not None
    for dataflow in ("os", "ws"):
        machine = machine_of(accelerator, dataflow)
        fits = dataflow == "os" or pruning.pattern.m <= accelerator.training.operand_registers
        operands = pruning.tensors_of(operator, tensors) if fits else tensors
        ways = [(operator, operands)]
        turned = turned_convolution(operator, operands)
        if turned is not None:
            ways.append((turned.operator, turned.tensors))
        for way in ways:
            tilings = all_tilings(machine.storage.nests_of(*way), machine)
            fitting = [one for one in tilings if one.footprint_bits <= 8 * machine.scratchpad_bytes]
            if fitting:
                cycles, bits = min((one.total_cycles, one.traffic_bits) for one in fitting)
                yield cycles, -(-bits // 8)


def tiny_step(batch: int, channels: int) -> TrainingNetwork:
    """A 3 x 3 convolution over 2 x 2 elements behind one of 1 x 1, and a linear layer of 3 outputs."""
    builder = GraphBuilder(name="tiny", format=FP16)
    x = builder.conv("first", builder.input("image", (batch, 2, 2, 2)), ConvSpec(filters=channels, kernel=1))
    x = builder.conv("second", x, ConvSpec(filters=4, kernel=3, padding=1))
    network = builder.finish((builder.linear("last", builder.global_pool("pool", x), 3),))
    return training_network(network, formats=TrainingFormats(work=FP16, gradient=FP16, update=FP32))


@pytest.mark.parametrize(
    ("batch", "channels", "sparsity", "changes"),
    [
        (1, 4, "1:4", ()),
        (2, 4, "2:4", ("training.interleaved_accumulations=1", "training.operand_registers=2")),
        (1, 6, "1:2", ("training.interleaved_accumulations=3", "scratchpad.capacity_bytes=4KiB")),
    ],
)
def test_no_way_is_better(batch: int, channels: int, sparsity: str, changes: tuple[str, ...]) -> None:
    accelerator = load_accelerator("sat", overrides=["array.rows=4", "array.cols=4", *changes])
    training = tiny_step(batch, channels)
    pruning = bdwp(training, sparsity)
    scheduler = StepScheduler(accelerator=accelerator)
    num_products = 0
    for operator in training.network.operators:
        choice = scheduler.choose(operator, training.network.tensors, pruning)
        if choice is None or not choice.dataflow:
            continue
        num_products += 1
        ways = list(all_ways(operator, training.network.tensors, pruning, accelerator))
        # 76.8 GB/s at 200 MHz are 384 bytes a cycle; a cycle of transfer counts a fifth.
        least, _, cycles = min((cycles + moved / 384 / 5, moved, cycles) for cycles, moved in ways)
        assert choice.cost.total_cycles == cycles, operator.name
        assert scheduler.score(choice) == pytest.approx(least), operator.name
        assert choice.cost.total_cycles <= 1.2 * min(ways)[0]
    assert num_products == 8  # three layers forward and their weight gradients, two gradients of inputs


def test_bytes_decide_between_dataflows_of_nearly_one_time() -> None:
    """Dense, 131,072 positions by 256 filters by 1152: ``ws`` gains a hundredth, and moves its sums over and over."""
    builder = GraphBuilder(name="wide", format=FP16)
    x = builder.conv("wide", builder.input("image", (512, 128, 16, 16)), ConvSpec(filters=256, kernel=3, padding=1))
    network = builder.finish((x,))
    (operator,) = network.operators
    choices = {
        flows: StepScheduler(accelerator=load_accelerator("sat"), dataflows=flows).choose(
            operator, network.tensors, Pruning(products={}, pattern=parse_pattern("2:8", 16))
        )
        for flows in (("os", "ws"), ("os",), ("ws",))
    }
    chosen, os_alone, ws_alone = choices.values()
    assert chosen is not None
    assert os_alone is not None
    assert ws_alone is not None
    assert chosen == os_alone
    assert ws_alone.cost.total_cycles < os_alone.cost.total_cycles < 1.02 * ws_alone.cost.total_cycles
    assert ws_alone.off_chip_bytes > 100 * os_alone.off_chip_bytes
    assert ws_alone.cost.energy.total_pj > 10 * os_alone.cost.energy.total_pj


def costs(scheduler: StepScheduler, training: TrainingNetwork, pruning: Pruning) -> list[object]:
    return [scheduler.choose(one, training.network.tensors, pruning) for one in training.network.operators]


@pytest.mark.parametrize(
    "change",
    [
        "training.sorter_lanes=4",
        "training.operand_registers=4",
        "training.interleaved_accumulations=1",
        "training.adder_latency_cycles=9",
        "off_chip.bandwidth_bytes_per_second=1000000000",
        "vector_unit.lanes=4",
        "array.clock_hz=400000000",
    ],
)
def test_what_is_remembered_of_another_accelerator_changes_nothing(change: str) -> None:
    training = small_step()
    pruning = bdwp(training, "2:8")
    usual = StepScheduler(accelerator=load_accelerator("sat"))
    costs(usual, training, pruning)
    other = load_accelerator("sat", overrides=[change])
    reusing = StepScheduler(accelerator=other, known=usual.known)
    assert costs(reusing, training, pruning) == costs(StepScheduler(accelerator=other), training, pruning)


@pytest.mark.parametrize(
    ("change", "is_shared"),
    [("training.sorter_lanes=4", True), ("training.operand_registers=32", True), ("vector_unit.lanes=4", False)],
)
def test_what_is_costed_once(change: str, is_shared: bool) -> None:
    training = small_step()
    pruning = bdwp(training, "2:8")
    usual = StepScheduler(accelerator=load_accelerator("sat"))
    costs(usual, training, pruning)
    before = len(usual.known)
    costs(StepScheduler(accelerator=load_accelerator("sat", overrides=[change]), known=usual.known), training, pruning)
    assert (len(usual.known) == before) is is_shared
