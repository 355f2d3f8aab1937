"""Plans with whole tensors that cannot run, and what is wrong with each; what may lie in one place.

step      0      1      2      3
chain     fc     tanh   norm   head      of 4 x 4 bytes each; the last makes 4 x 2
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.plan import Plan, Stay, Tiling
from simulator.position_tiles import PositionTile
from simulator.simulate import simulate
from simulator.streaming import EVERYTHING, Streaming
from tests.simulator.drawn import make_accelerator
from workloads.errors import InfeasiblePlan
from workloads.formats import ElementFormat, NumberKind
from workloads.network import Network
from workloads.zoo.builder import GraphBuilder

INPUT, OUTPUT = Streaming(input_fraction=0), Streaming(output_fraction=0)
BOTH = Streaming(input_fraction=0, output_fraction=0)
NAMES = ("fc", "tanh", "norm", "head")


def chain() -> Network:
    builder = GraphBuilder(name="chain")
    x = builder.linear("fc", builder.input("x", (4, 4)), 4, bias=False)
    x = builder.activation("tanh", "tanh", x)
    x = builder.layer_norm("norm", x)
    return builder.finish((builder.linear("head", x, 2, bias=False),))


def stay(tensor: str, first: int, last: int, offset: int = 1000, size: int = 16, **fields) -> Stay:
    return Stay(tensor=tensor, first_step=first, last_step=last, offset_bytes=offset, size_bytes=size, **fields)


def plan(*stays: Stay, buffers: dict[str, int] | None = None, **streamings: Streaming) -> Plan:
    """All operators in one tile; ``streamings`` by operator, all operands unless given."""
    whole = Tiling(position_tile=PositionTile(num_positions=16), filter_tile=4, channel_tile=4)
    return Plan(
        schedule=NAMES,
        tilings={name: replace(whole, streaming=streamings.get(name, EVERYTHING)) for name in NAMES},
        stays=stays,
        buffers=buffers or {},
    )


def run(plan: Plan, network: Network | None = None, capacity_bytes: int = 2000):
    accelerator = make_accelerator(capacity_bytes=capacity_bytes, port_bytes=1)
    return simulate(network or chain(), accelerator, plan)


def refusal(plan: Plan, **arguments) -> str:
    with pytest.raises(InfeasiblePlan) as caught:
        run(plan, **arguments)
    return str(caught.value)


# --- stays that say nothing that can be -------------------------------------------------------------------------------


def test_stay_of_nothing():
    assert refusal(plan(stay("nothing", 0, 1))) == "plan of 'chain': a stay is for 'nothing', which is no tensor"


def test_stay_of_a_view():
    builder = GraphBuilder(name="views")
    x = builder.view("flat", builder.softmax("softmax", builder.input("x", (4, 4))), (16,))
    network = builder.finish((builder.activation("tanh", "tanh", x),))
    tiling = Tiling(position_tile=PositionTile(num_positions=16))
    found = Plan(
        schedule=("softmax", "flat", "tanh"), tilings={"softmax": tiling, "tanh": tiling}, stays=(stay("flat", 0, 2),)
    )

    assert refusal(found, network=network) == "plan of 'views': a stay is for 'flat', which is no tensor"


@pytest.mark.parametrize("size", [15, 17, 0])
def test_stay_of_another_size(size):
    assert refusal(plan(stay("fc", 0, 1, size=size))) == (
        f"plan of 'chain': tensor 'fc' stays in {size} bytes, expected 16"
    )


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-1, 1), (0, 4), (4, 4)])
def test_stay_outside_the_schedule(first, last):
    assert refusal(plan(stay("fc", first, last))) == (
        f"plan of 'chain': tensor 'fc' stays from step {first} to {last} of 4 steps"
    )


# --- where bytes come from and go -------------------------------------------------------------------------------------


def test_loaded_without_a_copy():
    # dropped after step 0, never stored
    found = plan(stay("fc", 0, 0), stay("fc", 1, 1, is_loaded=True), fc=OUTPUT, tanh=INPUT)

    assert refusal(found) == "operator 'tanh': tensor 'fc' is loaded, but off-chip memory has no copy"


def test_loaded_before_it_is_made():
    assert refusal(plan(stay("tanh", 0, 1, is_loaded=True))) == (
        "operator 'fc': tensor 'tanh' is loaded, but off-chip memory has no copy"
    )


def test_neither_made_nor_loaded():
    found = plan(stay("fc", 1, 1), tanh=INPUT)

    assert refusal(found) == "operator 'tanh': tensor 'fc' is neither made here nor loaded"


@pytest.mark.parametrize("also", [(), (stay("x", 1, 1, 1500, is_loaded=True),)])
def test_streamed_without_a_copy(also):
    # fc is whole while it is made, and gone before tanh, which wants to stream it; another may be there
    found = plan(stay("fc", 0, 0), *also, fc=OUTPUT)

    assert refusal(found) == "operator 'tanh': its input 'fc' is neither in the scratchpad nor off-chip"


def test_output_that_never_leaves():
    found = plan(stay("head", 3, 3, size=8), head=OUTPUT)

    assert refusal(found) == "plan of 'chain': output 'head' never leaves the scratchpad"
    assert run(plan(stay("head", 3, 3, size=8, is_stored=True), head=OUTPUT))


def test_copies_that_are_there():
    # stored when made; streamed when made; a network input
    stored = stay("fc", 0, 0, is_stored=True)
    assert run(plan(stored, fc=OUTPUT))
    assert run(plan(stored, stay("fc", 1, 1, is_loaded=True), fc=OUTPUT, tanh=INPUT))
    assert run(plan(stay("fc", 1, 1, is_loaded=True), tanh=INPUT))
    assert run(plan(stay("x", 0, 0, is_loaded=True), fc=INPUT))


# --- tilings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tiling", "said"),
    [
        (EVERYTHING, "none"),
        (INPUT, "input"),
        (BOTH, "input+output"),
        (Streaming(output_fraction=0.5), "part of output"),
    ],
)
def test_tiling_for_other_whole_operands(tiling, said):
    found = plan(stay("fc", 0, 0, is_stored=True), fc=tiling)

    assert refusal(found) == (f"operator 'fc': its tiling has whole operands {said!r}, in the scratchpad are 'output'")


def test_tiling_for_whole_operands_that_are_not_there():
    assert refusal(plan(norm=BOTH)) == (
        "operator 'norm': its tiling has whole operands 'input+output', in the scratchpad are 'none'"
    )


def test_part_of_an_operand():
    # of a sum of two tensors one is whole: the tiling streams half of its input
    builder = GraphBuilder(name="sum")
    network = builder.finish(
        (builder.elementwise("add", "add", builder.input("x", (4, 4)), builder.input("y", (4, 4))),)
    )
    there = stay("x", 0, 0, is_loaded=True)

    def of(streaming: Streaming) -> Plan:
        tiling = Tiling(position_tile=PositionTile(num_positions=16), streaming=streaming)
        return Plan(schedule=("add",), tilings={"add": tiling}, stays=(there,))

    assert run(of(Streaming(input_fraction=0.5)), network).operators[0].off_chip_bytes.input_read == 32
    assert refusal(of(INPUT), network=network) == (
        "operator 'add': its tiling has whole operands 'input', in the scratchpad are 'part of input'"
    )


# --- places -----------------------------------------------------------------------------------------------------------


def test_beyond_the_capacity_and_below_zero():
    found = [plan(stay("fc", 0, 0, offset, is_stored=True), fc=OUTPUT) for offset in (1985, -1)]

    assert refusal(found[0]) == "operator 'fc': fc takes bytes 1,985 to 2,001 of a scratchpad of 2,000 bytes"
    assert refusal(found[1]) == "operator 'fc': fc takes bytes -1 to 15 of a scratchpad of 2,000 bytes"
    assert run(plan(stay("fc", 0, 0, 1984, is_stored=True), fc=OUTPUT))


def test_tile_buffers_beyond_the_capacity():
    # x and w: 16 bytes each
    assert refusal(plan(buffers={"fc": 1953})) == (
        "operator 'fc': tile buffers of 'fc' takes bytes 1,953 to 2,001 of a scratchpad of 2,000 bytes"
    )
    assert run(plan(buffers={"fc": 1952}))


def test_tensor_in_the_tile_buffers():
    # x and w take bytes 0 to 32
    found = [plan(stay("fc", 0, 0, offset, is_stored=True), fc=OUTPUT) for offset in (31, 32)]

    assert refusal(found[0]) == "operator 'fc': tile buffers of 'fc' and fc share an address"
    assert run(found[1])
    moved = plan(stay("fc", 0, 0, 0, is_stored=True), fc=OUTPUT, buffers={"fc": 15})
    assert refusal(moved) == "operator 'fc': fc and tile buffers of 'fc' share an address"
    assert run(replace(moved, buffers={"fc": 16}))


def test_two_tensors_at_one_address():
    # tanh's operands, 16 bytes each, of which the second begins inside the first
    def two(offset: int) -> Plan:
        return plan(stay("fc", 0, 1), stay("tanh", 1, 1, offset, is_stored=True), fc=OUTPUT, tanh=BOTH)

    assert refusal(two(1015)) == "operator 'tanh': fc and tanh share an address"
    assert refusal(two(985)) == "operator 'tanh': tanh and fc share an address"
    assert run(two(1016))
    assert run(two(984))


def test_one_that_stays_across_an_operator():
    # fc lies below what norm makes, though norm does not read it
    def across(last: int) -> Plan:
        return plan(stay("fc", 0, last), stay("norm", 2, 2, 1008, is_stored=True), fc=OUTPUT, tanh=INPUT, norm=OUTPUT)

    assert refusal(across(3)) == "operator 'norm': fc and norm share an address"
    assert run(across(1))


# --- in place ---------------------------------------------------------------------------------------------------------


def test_element_wise_result_over_its_operand():
    found = plan(stay("fc", 0, 1), stay("tanh", 1, 1, is_stored=True), fc=OUTPUT, tanh=BOTH)

    cost = run(found).operators[1]

    assert cost.scratchpad_bytes == 16  # one place for both


def test_other_results_do_not_go_over_their_operands():
    # a row of layer normalisation is read before it is written: it takes both
    found = plan(stay("tanh", 2, 2, is_loaded=True), stay("norm", 2, 2, is_stored=True), norm=BOTH)

    assert refusal(found) == "operator 'norm': tanh and norm share an address"


def test_operand_that_stays_is_not_written_over():
    found = plan(stay("fc", 0, 2), stay("tanh", 1, 1, is_stored=True), fc=OUTPUT, tanh=BOTH)

    assert refusal(found) == "operator 'tanh': fc and tanh share an address"


def test_result_of_another_format_does_not_go_over_its_operand():
    # as large, but of other elements: 16 of 8 bits with and without a sign
    network = chain()
    unsigned = replace(network.tensors["tanh"], format=ElementFormat(NumberKind.INTEGER, 8, signed=False))
    network = replace(network, tensors={**network.tensors, "tanh": unsigned})
    found = plan(stay("fc", 0, 1), stay("tanh", 1, 1, is_stored=True), fc=OUTPUT, tanh=BOTH)

    assert refusal(found, network=network) == "operator 'tanh': fc and tanh share an address"


def test_normalisation_with_given_statistics_is_element_wise():
    builder = GraphBuilder(name="batch_norm")
    x = builder.activation("tanh", "tanh", builder.input("x", (4, 4)))
    network = builder.finish((builder.batch_norm("norm", x),))
    tiling = Tiling(position_tile=PositionTile(num_positions=16))
    found = Plan(
        schedule=("tanh", "norm"),
        tilings={"tanh": replace(tiling, streaming=OUTPUT), "norm": replace(tiling, streaming=BOTH)},
        stays=(stay("tanh", 0, 1), stay("norm", 1, 1, is_stored=True)),
    )

    assert run(found, network).off_chip_write_bytes == 16


def test_unrelated_tensors_do_not_share_an_address():
    # x, which tanh does not make, over fc
    found = plan(stay("fc", 0, 1), stay("x", 1, 1, is_loaded=True), fc=OUTPUT, tanh=INPUT)

    assert refusal(found) == "operator 'tanh': fc and x share an address"
