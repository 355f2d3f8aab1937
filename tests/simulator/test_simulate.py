"""Plans written by hand: what they cost, and what is wrong with those that cannot run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest

from simulator.machine import Machine
from simulator.plan import Plan, Stay, Tiling
from simulator.position_tiles import PositionTile
from simulator.result import OperandTraffic
from simulator.simulate import simulate
from simulator.streaming import EVERYTHING, Streaming
from tests.simulator.drawn import make_accelerator
from workloads.errors import InfeasiblePlan
from workloads.formats import INT8
from workloads.network import Network
from workloads.operators import Operator, Recurrent
from workloads.tensor import Tensor, TensorRole
from workloads.zoo.builder import ConvSpec, GraphBuilder


def tiling(positions: int, filters: int = 1, channels: int = 1, **others) -> Tiling:
    return Tiling(
        position_tile=PositionTile(num_positions=positions), filter_tile=filters, channel_tile=channels, **others
    )


def small_network() -> Network:
    """Two equal products, a view between them, a softmax."""
    builder = GraphBuilder(name="small")
    x = builder.linear("first", builder.input("x", (8, 8)), 8, bias=False)
    x = builder.view("same", x, (8, 8))
    x = builder.linear("second", x, 8, bias=False)
    return builder.finish((builder.softmax("softmax", x),))


WHOLE = tiling(8, 8, 8)
PLAN = Plan(
    schedule=("first", "same", "second", "softmax"),
    tilings={"first": WHOLE, "second": WHOLE, "softmax": tiling(8)},
)


def accelerator(**changes):
    return make_accelerator(**{"latency_cycles": 10, "bytes_per_1000_cycles": 2000} | changes)


def test_operators_run_one_after_another():
    result = simulate(small_network(), accelerator(), PLAN, batch=4)

    # a product: load 64 + 64 bytes: 20 + 64; 2 x 2 folds of 8 + 4 + 4 - 2 = 14: 56; store 64: 10 + 32
    product = 84 + 56 + 42
    # softmax: load 64: 42; 5 operations on 64 elements on 4 lanes: 80; store 64: 42
    assert [cost.total_cycles for cost in result.operators] == [product, 0, product, 42 + 80 + 42]
    assert [cost.start_cycle for cost in result.operators] == [0, product, product, 2 * product]
    assert result.total_cycles == 2 * product + 164
    assert result.compute_cycles == 2 * 56 + 80
    assert result.inferences_per_second == pytest.approx(4 * 1e9 / result.total_cycles)
    assert result.latency_ms == pytest.approx(result.total_cycles * 1e-6)


def test_equal_operators_have_events_of_their_own():
    result = simulate(small_network(), accelerator(), PLAN)
    shift = result.operators[2].start_cycle

    first, second = ([e for e in result.events if e.operator == name] for name in ("first", "second"))

    assert [(e.name, e.resource, e.start_cycle + shift, e.duration_cycles) for e in first] == [
        (e.name, e.resource, e.start_cycle, e.duration_cycles) for e in second
    ]
    assert not [e for e in result.events if e.operator == "same"]


def test_softmax_rows_whole_or_in_pieces():
    # alternative 0 reads 8 whole rows of 8 bytes; alternative 1 reads all 64 elements twice, in tiles of 4 elements
    pieces = Plan(schedule=PLAN.schedule, tilings=PLAN.tilings | {"softmax": tiling(4, alternative=1)})

    whole = simulate(small_network(), accelerator(), PLAN).operators[3]
    cut = simulate(small_network(), accelerator(), pieces).operators[3]

    assert (whole.off_chip_bytes.input_read, whole.off_chip_bytes.output_write) == (64, 64)
    assert (cut.off_chip_bytes.input_read, cut.off_chip_bytes.output_write) == (128, 64)
    assert whole.scratchpad_bytes == 128
    assert cut.scratchpad_bytes == 2 * 8 + 2 * 4  # two tiles of 4 elements, read twice each; two of results
    assert whole.compulsory_bytes == cut.compulsory_bytes == 128


def test_broadcast_operand_kept_or_streamed_again():
    # 8 x 8 plus a row of 8: kept, it is 8 bytes once; streamed, it comes with every element
    builder = GraphBuilder(name="broadcast")
    network = builder.finish(
        (builder.elementwise("add", "add", builder.input("x", (8, 8)), builder.weight("row", (8,))),)
    )

    def cost(alternative: int):
        plan = Plan(schedule=("add",), tilings={"add": tiling(16, alternative=alternative)})
        return simulate(network, accelerator(), plan).operators[0]

    kept, streamed = cost(0), cost(1)

    assert (kept.off_chip_bytes.input_read, kept.off_chip_bytes.weight_read) == (64, 8)
    assert (streamed.off_chip_bytes.input_read, streamed.off_chip_bytes.weight_read) == (128, 0)
    assert kept.scratchpad_bytes == 2 * 16 + 2 * 16 + 8
    assert streamed.scratchpad_bytes == 2 * 32 + 2 * 16


def test_a_plan_runs_without_the_mapper():
    program = """
        import sys
        from hw_configs.load import load_accelerator
        from simulator.plan import Plan, Tiling
        from simulator.position_tiles import PositionTile
        from simulator.simulate import simulate
        from workloads.zoo.builder import GraphBuilder

        builder = GraphBuilder(name="one")
        network = builder.finish((builder.linear("fc", builder.input("x", (16, 16)), 16, bias=False),))
        tiling = Tiling(position_tile=PositionTile(num_positions=16), filter_tile=16, channel_tile=16)
        result = simulate(network, load_accelerator("edge_npu"), Plan(schedule=("fc",), tilings={"fc": tiling}))
        assert result.macs == 16**3
        assert not [name for name in sys.modules if name.split(".")[0] in ("mapper", "plots", "validation", "sparsim")]
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


# --- plans that cannot run ----------------------------------------------------------------------------------------


def refusal(network: Network, plan: Plan, **changes) -> str:
    with pytest.raises(InfeasiblePlan) as caught:
        simulate(network, accelerator(**changes), plan)
    return str(caught.value)


def replaced(schedule=PLAN.schedule, **tilings) -> Plan:
    return Plan(schedule=schedule, tilings={k: v for k, v in (PLAN.tilings | tilings).items() if v is not None})


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (replaced(("first", "same", "second")), "operator 'softmax' is not in the schedule"),
        (replaced((*PLAN.schedule, "third")), "the schedule names 'third', which is no operator"),
        (replaced((*PLAN.schedule, "first")), "the schedule runs operator 'first' twice"),
        (
            replaced(("same", "first", "second", "softmax")),
            "operator 'same' runs before its input 'first' is made",
        ),
        (replaced(first=None), "operator 'first' (gemm) has no tiling"),
        (replaced(third=WHOLE), "a tiling is for 'third', which is no operator"),
    ],
)
def test_plan_that_does_not_go_with_the_network(plan, message):
    assert refusal(small_network(), plan) == f"plan of 'small': {message}"


def test_alternative_that_does_not_exist():
    message = refusal(small_network(), replaced(softmax=tiling(8, alternative=2)))

    assert message == "operator 'softmax' (softmax): alternative 2 of 2 alternatives, counted from 0, does not exist"


def test_tiling_that_does_not_fit():
    # 3 * 64 = 192 bytes
    message = refusal(small_network(), PLAN, capacity_bytes=150, port_bytes=1)

    assert message == (
        "operator 'first' (gemm): tiling m=8 n=8 k=8 mnk takes 192 bytes and exceeds the scratchpad of 150 bytes by "
        "42 bytes; smaller tiles or a larger scratchpad would help"
    )
    assert simulate(small_network(), accelerator(capacity_bytes=192, port_bytes=1), PLAN).peak_scratchpad_bytes == 192


def test_block_of_a_product():
    block = Tiling(position_tile=PositionTile(num_positions=4, block=(2, 2)), filter_tile=8, channel_tile=8)

    assert refusal(small_network(), replaced(first=block)) == (
        "position tile: a block needs two axes of windows, found 0"
    )


def recurrent_network() -> Network:
    shapes = {
        "x": ((5, 2, 3), TensorRole.INPUT),
        "w": ((1, 16, 3), TensorRole.WEIGHT),
        "r": ((1, 16, 4), TensorRole.WEIGHT),
        "y": ((5, 1, 2, 4), TensorRole.OUTPUT),
    }
    work = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=4)
    return Network(
        name="recurrent",
        operators=(Operator(name="lstm", work=work, inputs=("x", "w", "r"), outputs=("y",)),),
        tensors={
            name: Tensor(name=name, shape=shape, format=INT8, role=role) for name, (shape, role) in shapes.items()
        },
    )


@pytest.mark.parametrize(("positions", "order"), [(4, "mnk"), (2, "nmk")])
def test_recurrent_steps_do_not_run_together(positions, order):
    plan = Plan(schedule=("lstm",), tilings={"lstm": tiling(positions, 4, 7, loop_order=order)})

    assert refusal(recurrent_network(), plan) == (
        "operator 'lstm' (recurrent): its steps depend on each other: expected position tiles of at most one step of 2 "
        f"and m as the outermost loop, found m={positions} n=4 k=7 {order}"
    )


def test_recurrent_steps_run_one_by_one():
    plan = Plan(schedule=("lstm",), tilings={"lstm": tiling(2, 4, 7)})

    cost = simulate(recurrent_network(), accelerator(), plan).operators[0]

    # each step 2 x 16 x 7 on 4 x 4: 4 folds of 7 + 6; weights (3 + 4) * 16 once, 2 * 7 bytes a step, 2 * 4 out
    # (the gates' 3 operations a value, 4 gates, 8 values on 4 lanes are 24 cycles: fewer than 52)
    assert cost.compute_cycles == 5 * 52
    assert cost.off_chip_bytes.weight_read == 112
    assert cost.off_chip_bytes.input_read == 5 * 14
    assert cost.off_chip_bytes.output_write == 5 * 8


def test_fused_steps_and_notes_are_reported():
    builder = GraphBuilder(name="fused")
    x = builder.input("x", (1, 2, 4, 4))
    x = builder.conv("conv", x, ConvSpec(filters=2, kernel=3, padding=1, batch_norm=True, activation="relu"))
    plan = Plan(schedule=("conv",), tilings={"conv": tiling(16, 2, 2)})

    result = simulate(builder.finish((x,)), accelerator(), plan)

    assert [(step.function, step.into) for step in result.fused_steps] == [
        ("batch_normalisation", "conv"),
        ("relu", "conv"),
    ]
    assert (result.network, result.accelerator, result.technology) == ("fused", "drawn", "22nm")


# --- tensors that lie whole in the scratchpad between operators -------------------------------------------------------


MADE, READ = Streaming(output_fraction=0), Streaming(input_fraction=0)


def staying(*stays: Stay, first: Streaming = MADE, second: Streaming = READ, **fields) -> Plan:
    """``PLAN`` in which tensor 'first', 64 bytes, may lie above the tile buffers, which are at most 192 bytes."""
    tilings = {"first": replace(WHOLE, streaming=first), "second": replace(WHOLE, streaming=second)}
    return replace(PLAN, tilings=PLAN.tilings | tilings, stays=stays, **fields)


def first_stays(first_step: int, last_step: int, **fields) -> Stay:
    return Stay(tensor="first", first_step=first_step, last_step=last_step, offset_bytes=192, size_bytes=64, **fields)


def test_tensor_that_stays_moves_nothing():
    # first: load 64 + 64: 84, compute 56. second, behind a view of it: load 64: 42, compute 56, store 64: 42
    result = simulate(small_network(), accelerator(), staying(first_stays(0, 2)))
    apart = simulate(small_network(), accelerator(), PLAN)
    first, _, second, _ = result.operators

    assert [cost.total_cycles for cost in result.operators] == [84 + 56, 0, 42 + 56 + 42, 164]
    assert [cost.start_cycle for cost in result.operators] == [0, 140, 140, 280]
    assert first.off_chip_bytes == OperandTraffic(input_read=64, weight_read=64)
    assert second.off_chip_bytes == OperandTraffic(weight_read=64, output_write=64)
    # x and w in buffers, or w and the result, and the tensor
    assert first.scratchpad_bytes == second.scratchpad_bytes == 128 + 64
    assert first.losses.total_cycles == pytest.approx(first.total_cycles)
    # two transfers of 512 bits less: off-chip at 8 pJ a bit, into or out of the scratchpad; and 84 cycles of leakage
    costs = Machine(accelerator=accelerator()).costs
    saved_pj = 512 * (2 * 8 + costs.scratchpad_write_pj_per_bit[0] + costs.scratchpad_read_pj_per_bit[2])
    assert apart.energy.total_pj - result.energy.total_pj == pytest.approx(saved_pj + 84 * costs.leakage_pj_per_cycle)
    assert result.energy.mac_pj == apart.energy.mac_pj
    assert "whole output" in first.tile
    assert "whole input" in second.tile


def test_spilled_and_retrieved_whole_is_what_one_tile_is():
    # stored after it is made: 42 cycles; loaded before it is read: 42; and that is what tiles of all would do
    plan = staying(first_stays(0, 0, is_stored=True), first_stays(2, 2, is_loaded=True))
    result = simulate(small_network(), accelerator(), plan)
    apart = simulate(small_network(), accelerator(), PLAN)

    assert [cost.total_cycles for cost in result.operators] == [84 + 56 + 42, 0, 42 + 42 + 56 + 42, 164]
    assert [cost.off_chip_bytes for cost in result.operators] == [cost.off_chip_bytes for cost in apart.operators]
    # loads of input and weight share no latency, but there is one channel: as long as apart
    assert result.total_cycles == apart.total_cycles
    assert result.energy.total_pj == pytest.approx(apart.energy.total_pj)


def test_spill_and_retrieve_are_events():
    plan = staying(first_stays(0, 0, is_stored=True), first_stays(2, 2, is_loaded=True))
    result = simulate(small_network(), accelerator(), plan)

    assert [(e.name, e.operator, e.resource, e.start_cycle, e.duration_cycles) for e in result.events[:7]] == [
        ("load 0", "first", "dma", 0, 84),
        ("tile 0", "first", "array", 84, 56),
        ("store first", "first", "dma", 140, 42),
        ("load first", "second", "dma", 182, 42),
        ("load 0", "second", "dma", 224, 42),
        ("tile 0", "second", "array", 266, 56),
        ("store 0", "second", "dma", 322, 42),
    ]
    ends = [event.start_cycle + event.duration_cycles for event in result.events]
    assert max(ends) == result.total_cycles


def test_spilled_while_it_stays():
    # second reads the scratchpad's copy; a later operator could load the one that was stored
    result = simulate(small_network(), accelerator(), staying(first_stays(0, 2, is_stored=True)))

    assert [cost.total_cycles for cost in result.operators] == [182, 0, 140, 164]
    assert result.off_chip_write_bytes == 3 * 64


def test_three_in_a_row_with_a_residual():
    # x -> a -> b, y = a + b, 16 bytes each: a stays across b; y is written over b, which nobody needs any more.
    builder = GraphBuilder(name="residual")
    a = builder.activation("a", "tanh", builder.input("x", (4, 4)))
    b = builder.activation("b", "tanh", a)
    network = builder.finish((builder.elementwise("y", "add", a, b),))
    one = tiling(16)

    def stay(tensor: str, first: int, last: int, offset: int, **fields) -> Stay:
        return Stay(tensor=tensor, first_step=first, last_step=last, offset_bytes=offset, size_bytes=16, **fields)

    plan = Plan(
        schedule=("a", "b", "y"),
        tilings={
            "a": replace(one, streaming=MADE),
            "b": replace(one, streaming=Streaming(input_fraction=0, output_fraction=0)),
            "y": replace(one, streaming=Streaming(input_fraction=0, output_fraction=0)),
        },
        stays=(stay("a", 0, 2, 0), stay("b", 1, 2, 16), stay("y", 2, 2, 16, is_stored=True)),
        buffers={"a": 16},
    )

    result = simulate(network, accelerator(capacity_bytes=32, port_bytes=16), plan)

    # x comes, y goes: 10 + 8 cycles each. Alone, 1 + 1 + 1 results would go and 1 + 1 + 2 operands come.
    assert (result.off_chip_read_bytes, result.off_chip_write_bytes) == (16, 16)
    assert [cost.scratchpad_bytes for cost in result.operators] == [32, 32, 32]
    # tanh is 3 operations on 16 elements on 4 lanes: 12 cycles; an addition 4
    assert [cost.total_cycles for cost in result.operators] == [18 + 12, 12, 4 + 18]
    assert result.compute_cycles == 12 + 12 + 4


def test_equal_operators_with_and_without_stays_are_told_apart():
    # the same nest twice: the first writes 64 bytes, the second keeps what it reads
    plan = staying(first_stays(2, 2, is_loaded=True), first=EVERYTHING)
    result = simulate(small_network(), accelerator(), plan)

    assert [cost.off_chip_bytes.total for cost in result.operators[:3]] == [192, 0, 192]
    assert [cost.scratchpad_bytes for cost in result.operators[:3]] == [192, 0, 192]
    assert [cost.total_cycles for cost in result.operators[:3]] == [182, 0, 182]
