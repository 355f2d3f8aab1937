"""The best tiling and the Pareto set against all tilings, costed one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.objective import Objective
from mapper.tiling import Shortage, best_tiling, pareto_tilings
from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.tile_cost import tile_cost
from tests.mapper.brute_force import Costed, all_tilings, moved_pj
from tests.simulator.drawn import accelerators, make_accelerator, nests, streams
from workloads.formats import INT8
from workloads.loop_nest import nests_of
from workloads.operators import Convolution, Operator, Window
from workloads.tensor import Tensor, TensorRole


@st.composite
def problems(draw):
    """Alternatives of one operator, and a machine on which some tilings fit."""
    drawn = draw(st.one_of(nests().map(lambda nest: (nest,)), st.tuples(streams(), streams())))
    roomy = draw(accelerators(is_split=False))
    footprints = sorted(one.footprint_bits for one in all_tilings(drawn, Machine(accelerator=roomy)))
    enough = footprints[draw(st.integers(0, len(footprints) - 1))]
    memory = roomy.scratchpad
    capacity = max(-(-enough // 8), memory.port_bytes)
    machine = Machine(
        accelerator=roomy.model_copy(update={"scratchpad": memory.model_copy(update={"capacity_bytes": capacity})})
    )
    return drawn, machine


def those_that_fit(drawn, machine) -> list[Costed]:
    return [one for one in all_tilings(drawn, machine) if one.footprint_bits <= 8 * machine.scratchpad_bytes]


def exact(tiling: Tiling, drawn, machine) -> Costed:
    """The chosen tiling's own figures, from the simulator."""
    cost = tile_cost(drawn[tiling.alternative], tiling, machine)
    return Costed(
        tiling=tiling,
        footprint_bits=cost.footprint_bits,
        operand_footprint_bits=(0, 0, 0),
        traffic_bits=cost.off_chip_bits.total,
        total_cycles=cost.total_cycles,
        moved_pj=moved_pj(drawn[tiling.alternative], cost, machine),
    )


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_best_tilings_equal_brute_force(problem):
    drawn, machine = problem
    fitting = those_that_fit(drawn, machine)

    for objective in Objective:
        expected = min(one.score(objective) for one in fitting)
        best = best_tiling(drawn, machine, objective)
        assert isinstance(best, Tiling)
        found = exact(best, drawn, machine)
        assert found.footprint_bits <= 8 * machine.scratchpad_bytes
        assert found.score(objective)[0] == pytest.approx(expected[0], rel=1e-9)
        if objective in (Objective.TRAFFIC, Objective.LATENCY):
            assert found.score(objective) == expected


@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_pareto_set_covers_brute_force(problem):
    drawn, machine = problem
    front = [(one.scratchpad_bits, one.off_chip_bits, one.total_cycles) for one in pareto_tilings(drawn, machine)]

    assert front
    for one in front:
        assert not any(other != one and all(a <= b for a, b in zip(other, one, strict=True)) for other in front)
    for one in those_that_fit(drawn, machine):
        figures = (one.footprint_bits, one.traffic_bits, one.total_cycles)
        assert any(all(a <= b for a, b in zip(member, figures, strict=True)) for member in front), one


@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_pareto_set_holds_the_best_of_each_objective_at_their_exact_figures(problem):
    drawn, machine = problem
    front = pareto_tilings(drawn, machine)
    fastest = exact(best_tiling(drawn, machine, Objective.LATENCY), drawn, machine)
    leanest = exact(best_tiling(drawn, machine, Objective.TRAFFIC), drawn, machine)

    assert min(one.total_cycles for one in front) == fastest.total_cycles
    assert min(one.off_chip_bits for one in front) == leanest.traffic_bits
    for one in front:
        figures = exact(one.tiling, drawn, machine)
        assert one.scratchpad_bits == figures.footprint_bits
        assert one.off_chip_bits == figures.traffic_bits
        assert one.total_cycles == figures.total_cycles


@settings(max_examples=60, deadline=None)
@given(drawn=nests().map(lambda nest: (nest,)), capacities=st.tuples(*[st.integers(1, 400)] * 3), split=st.booleans())
def test_shortage_is_the_least_that_any_tiling_misses(drawn, capacities, split):
    machine = Machine(
        accelerator=make_accelerator(capacity_bytes=capacities if split else capacities[0], port_bytes=1, dataflow="ws")
    )
    limits = [8 * capacity for capacity in capacities]
    gaps = []
    for one in all_tilings(drawn, machine):
        if split:
            over = [bits - limit for bits, limit in zip(one.operand_footprint_bits, limits, strict=True)]
            over.append(one.footprint_bits - sum(limits))
        else:
            over = [one.footprint_bits - limits[0]]
        gaps.append(max(0, *over))

    found = best_tiling(drawn, machine, Objective.LATENCY)

    if min(gaps) > 0:
        assert found == Shortage(missing_bits=min(gaps))
        assert pareto_tilings(drawn, machine) == ()
    else:
        assert isinstance(found, Tiling)


def test_wide_kernels_may_run_unfolded_whatever_the_dataflow():
    """15 x 15 of one channel of 64 x 64: more scratchpad lets whole windows in, but unfolding stays the better way."""
    window = Window(kernel=(15, 15), strides=(1, 1), dilations=(1, 1), pads_begin=(7, 7), pads_end=(7, 7))
    shapes = {"x": (1, 1, 64, 64), "w": (8, 1, 15, 15), "y": (1, 8, 64, 64)}
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=TensorRole.ACTIVATION) for name, shape in shapes.items()
    }
    operator = Operator(name="op", work=Convolution(window=window), inputs=("x", "w"), outputs=("y",))
    alternatives = nests_of(operator, tensors)
    previous = math.inf
    for capacity in (640, 896, 960, 1280, 4096):
        machine = Machine(accelerator=make_accelerator(rows=8, cols=8, dataflow="os", capacity_bytes=capacity))
        tiling = best_tiling(alternatives, machine, Objective.LATENCY)
        assert isinstance(tiling, Tiling)
        cycles = tile_cost(alternatives[tiling.alternative], tiling, machine).total_cycles
        assert cycles <= previous
        assert cycles == min(one.total_cycles for one in pareto_tilings(alternatives, machine))
        previous = cycles
