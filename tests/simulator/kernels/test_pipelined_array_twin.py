"""The twin with pipelined adders equals numpy's product, the closed form's cycles, and slow PEs written in lists."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.arrays.nm_groups import ReductionGroups
from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.kernels import pipelined_array_kernels, pipelined_array_twin
from simulator.kernels.nm_systolic_twin import compress_weights, multiply_nm_on_array
from simulator.kernels.pipelined_array_twin import PipelinedPes, PipelinedResult, multiply_on_pipelined_pes
from simulator.training.pipelined_adders import PipelinedAdders
from workloads.compression.masks.magnitude import nm_mask
from workloads.sparsity import NmPattern

DATAFLOWS = ("os", "ws")
SIZES = st.tuples(st.integers(1, 8), st.integers(1, 8))
PATTERNS = st.integers(1, 16).flatmap(lambda group: st.tuples(st.integers(1, group), st.just(group)))
SEEDS = st.integers(0, 2**32 - 1)


def random_operands(m: int, n: int, layout: tuple[int, int], pattern: tuple[int, int], seed: int = 0):
    """Return integers A and B as reals: ``layout`` is (taps, channels), and B is pruned to N of each M of a tap."""
    rng = np.random.default_rng(seed)
    taps, channels = layout
    weights = rng.integers(-128, 128, (n, taps, channels)).astype(float)
    weights *= nm_mask(rng.random(weights.shape), *pattern)
    b = weights.reshape(n, taps * channels).T.copy()
    return rng.integers(-128, 128, (m, taps * channels)).astype(float), b


def closed_form(pes: PipelinedPes, layout: tuple[int, int], pattern: tuple[int, int]) -> PipelinedAdders:
    groups = ReductionGroups(taps=layout[0], channels=layout[1])
    bound = NmPattern(n=pattern[0], m=pattern[1])
    array = NmSystolicArray(pes.rows, pes.cols, pes.dataflow, pattern=bound, groups=groups)
    return PipelinedAdders(array, pes.rows, pes.latency_cycles, pes.interleaved)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@settings(max_examples=80, deadline=None)
@given(
    outputs=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    layout=st.tuples(st.integers(1, 3), st.integers(1, 40)),
    pattern=PATTERNS,
    size=SIZES,
    adders=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    seed=SEEDS,
)
def test_equals_numpy_and_the_closed_form(dataflow, outputs, layout, pattern, size, adders, seed):
    """Any shape: groups that end short, folds that do not fill the array, rounds that do not fill the adders."""
    a, b = random_operands(*outputs, layout, pattern, seed)
    pes = PipelinedPes(rows=size[0], cols=size[1], dataflow=dataflow, latency_cycles=adders[0], interleaved=adders[1])

    twin = multiply_on_pipelined_pes(a, b, pes, pattern=pattern, taps=layout[0])

    np.testing.assert_array_equal(twin.product, a @ b)
    form = closed_form(pes, layout, pattern)
    sizes = tuple(np.asarray(one) for one in (*outputs, a.shape[1]))
    cycles, accesses = form.tile_cycles(*sizes), form.scratchpad_accesses(*sizes)
    assert twin.cycles == cycles.fill + cycles.stream
    assert twin.output_reads == accesses.output_read
    assert twin.output_writes == accesses.output_write
    assert a.size * -(-outputs[1] // size[1]) <= twin.input_reads <= accesses.input_read


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@settings(max_examples=30, deadline=None)
@given(layout=st.tuples(st.integers(1, 3), st.integers(1, 20)), pattern=PATTERNS, size=SIZES, seed=SEEDS)
def test_adders_of_one_cycle_are_the_nm_twin(dataflow, layout, pattern, size, seed):
    a, b = random_operands(9, 11, layout, pattern, seed)
    pes = PipelinedPes(rows=size[0], cols=size[1], dataflow=dataflow, latency_cycles=1)

    pipelined = multiply_on_pipelined_pes(a, b, pes, pattern=pattern, taps=layout[0])
    slots = compress_weights(b.astype(np.int64), n=pattern[0], m=pattern[1], taps=layout[0])
    plain = multiply_nm_on_array(a.astype(np.int64), slots, rows=size[0], cols=size[1], dataflow=dataflow)

    np.testing.assert_array_equal(pipelined.product, plain.product)
    for counter in ("cycles", "input_reads", "weight_reads", "output_reads", "output_writes", "num_macs"):
        assert getattr(pipelined, counter) == getattr(plain, counter), counter


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (2, 3), (4, 2)])
@pytest.mark.parametrize(("latency", "interleaved"), [(1, 1), (3, 1), (3, 2), (2, 4), (4, 4)])
@pytest.mark.parametrize(("pattern", "layout"), [((1, 1), (1, 5)), ((2, 4), (2, 6)), ((3, 4), (1, 12))])
def test_equals_the_slow_pes(dataflow, rows, cols, latency, interleaved, pattern, layout):
    a, b = random_operands(5, 7, layout, pattern)
    pes = PipelinedPes(rows=rows, cols=cols, dataflow=dataflow, latency_cycles=latency, interleaved=interleaved)
    columns = slow_slots(b, layout, pattern)

    twin = multiply_on_pipelined_pes(a, b, pes, pattern=pattern, taps=layout[0])

    product, cycles = slow_outputs(a, columns, pes) if dataflow == "os" else slow_columns(a, columns, pes)
    assert twin.product.tolist() == product
    assert twin.cycles == cycles


@settings(max_examples=30, deadline=None)
@given(pattern=PATTERNS, size=SIZES, adders=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=SEEDS)
def test_reals_are_summed_in_one_order(pattern, size, adders, seed):
    """Both dataflows give the bits of a sum that takes one kept weight after the other."""
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((6, 1, 21))
    b = (weights * nm_mask(np.abs(weights), *pattern)).reshape(6, 21).T.copy()
    a = rng.standard_normal((7, 21))
    expected = np.zeros((7, 6))
    for k in range(21):
        expected += a[:, k : k + 1] * b[k]

    for dataflow in DATAFLOWS:
        pes = PipelinedPes(
            rows=size[0], cols=size[1], dataflow=dataflow, latency_cycles=adders[0], interleaved=adders[1]
        )
        twin = multiply_on_pipelined_pes(a, b, pes, pattern=pattern)
        np.testing.assert_array_equal(twin.product, expected)


@given(num_rows=st.integers(1, 20), interleaved=st.integers(1, 6), latency=st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_taking_turns_is_never_slower(num_rows, interleaved, latency):
    a, b = random_operands(num_rows, 3, (1, 6), (1, 1))
    alone = PipelinedPes(rows=2, cols=2, dataflow="os", latency_cycles=latency)
    in_turn = PipelinedPes(rows=2, cols=2, dataflow="os", latency_cycles=latency, interleaved=interleaved)

    assert multiply_on_pipelined_pes(a, b, in_turn).cycles <= multiply_on_pipelined_pes(a, b, alone).cycles


def test_worked_example_output_stationary():
    # the drawing in the module's docstring: one PE, two slots, L = 3, two folds in turn: 3 * 2 cycles and one more
    a = np.array([[2.0, 3.0], [5.0, 7.0]])
    b = np.array([[0.5], [0.25]])
    pes = PipelinedPes(rows=1, cols=1, dataflow="os", latency_cycles=3, interleaved=2)

    twin = multiply_on_pipelined_pes(a, b, pes)

    assert twin.product.tolist() == [[1.75], [4.25]]
    assert counters(twin) == (7, 4, 4, 0, 2, 4)


def test_worked_example_weight_stationary():
    # the second drawing: two rows of slots shifted in, then 7 cycles
    a = np.array([[2.0, 3.0], [5.0, 7.0]])
    pes = PipelinedPes(rows=2, cols=1, dataflow="ws", latency_cycles=3)

    twin = multiply_on_pipelined_pes(a, np.array([[0.5], [0.25]]), pes)

    assert twin.product.tolist() == [[1.75], [4.25]]
    assert counters(twin) == (2 + 7, 4, 2, 0, 2, 4)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_kernels_run_uncompiled(dataflow, monkeypatch):
    a, b = random_operands(5, 7, (2, 6), (2, 4))
    pes = PipelinedPes(rows=3, cols=2, dataflow=dataflow, latency_cycles=3, interleaved=2)
    compiled = multiply_on_pipelined_pes(a, b, pes, pattern=(2, 4), taps=2)
    for module in (pipelined_array_kernels, pipelined_array_twin):
        for name, kernel in list(vars(module).items()):
            if hasattr(kernel, "py_func"):
                monkeypatch.setattr(module, name, kernel.py_func)

    plain = multiply_on_pipelined_pes(a, b, pes, pattern=(2, 4), taps=2)

    assert counters(plain) == counters(compiled)
    np.testing.assert_array_equal(plain.product, a @ b)


@pytest.mark.parametrize("shapes", [((2, 7), (8, 3)), ((0, 8), (8, 3)), ((8,), (8, 3)), ((2, 8), (8,))])
def test_shapes_that_do_not_multiply(shapes):
    pes = PipelinedPes(rows=2, cols=2, dataflow="os", latency_cycles=2)
    with pytest.raises(ValueError, match=r"cannot multiply a matrix of shape \(.*\) by one of shape \(.*\)"):
        multiply_on_pipelined_pes(np.zeros(shapes[0]), np.zeros(shapes[1]), pes)


def test_weights_that_do_not_fit():
    pes = PipelinedPes(rows=2, cols=2, dataflow="os", latency_cycles=2)
    with pytest.raises(ValueError, match="group 0 of column 1 has more than 2 non-zeros of 4"):
        multiply_on_pipelined_pes(np.ones((1, 4)), np.array([[1.0, 0.5]] * 4) * [0, 1], pes, pattern=(2, 4))
    with pytest.raises(ValueError, match=r"cannot cut a matrix of shape \(4, 1\) into 3 kernel positions"):
        multiply_on_pipelined_pes(np.ones((1, 4)), np.ones((4, 1)), pes, taps=3)


@pytest.mark.parametrize("field", ["rows", "cols", "latency_cycles", "interleaved"])
def test_numbers_below_one_are_named(field):
    fields = {"rows": 2, "cols": 2, "latency_cycles": 2, "interleaved": 2, field: 0}
    with pytest.raises(ValueError, match=f"{field} is 0, expected at least 1"):
        PipelinedPes(dataflow="os", **fields)


def test_unknown_dataflow_is_named():
    with pytest.raises(ValueError, match="dataflow is 'is', expected 'os' or 'ws'"):
        PipelinedPes(rows=2, cols=2, dataflow="is", latency_cycles=2)


def counters(result: PipelinedResult) -> tuple[int, ...]:
    return (
        result.cycles,
        result.input_reads,
        result.weight_reads,
        result.output_reads,
        result.output_writes,
        result.num_macs,
    )


# The slow PEs: lists and queues, operands handed from neighbour to neighbour, each adder a queue of L sums. The edges
# do not look at the PEs: they count L cycles for each sum.


def slow_slots(b, layout, pattern):
    """Return each column's slots as (value, row of B); a group without enough weights repeats its first row."""
    (taps, channels), (kept, group) = layout, pattern
    columns = [[] for _ in range(b.shape[1])]
    for start in (tap * channels + first for tap in range(taps) for first in range(0, channels, group)):
        end = min(start + group, (start // channels + 1) * channels)
        for j, slots in enumerate(columns):
            found = [(float(b[row, j]), row) for row in range(start, end) if b[row, j]]
            slots.extend(found + [(0.0, start)] * (kept - len(found)))
    return columns


def slow_outputs(a, columns, pes):
    product, cycles = [[0.0] * len(columns) for _ in a], 0
    folds = [(y, x) for y in range(0, len(a), pes.rows) for x in range(0, len(columns), pes.cols)]
    for first in range(0, len(folds), pes.interleaved):
        cycles += slow_round(a, columns, pes, folds[first : first + pes.interleaved], product)
    return product, cycles


def slow_round(a, columns, pes, folds, product):
    """Run ``folds`` in turn, filling ``product``; returns the cycles until every PE's adder is empty for good."""
    schedule = [(slot, fold) for slot in range(len(columns[0])) for fold in range(len(folds))]
    ready = [0] * len(folds)
    issued = []
    for _, fold in schedule:
        issued.append(max(ready[fold], issued[-1] + 1 if issued else 0))
        ready[fold] = issued[-1] + pes.latency_cycles
    at_cycle = dict(zip(issued, schedule, strict=True))
    left = [[None] * pes.cols for _ in range(pes.rows)]
    adders = [[deque([None] * pes.latency_cycles) for _ in range(pes.cols)] for _ in range(pes.rows)]
    registers = {}
    last_in_corner = issued[-1] + pes.rows - 1 + pes.cols - 1
    for cycle in range(last_in_corner + pes.latency_cycles):
        left = [[at_cycle.get(cycle - i), *row[:-1]] for i, row in enumerate(left)]
        for i in range(pes.rows):
            for j in range(pes.cols):
                adders[i][j].appendleft(None)
                if left[i][j] is not None:
                    slot, fold = left[i][j]
                    y, x = folds[fold][0] + i, folds[fold][1] + j
                    if y < len(a) and x < len(columns):
                        value, row = columns[x][slot]
                        adders[i][j][0] = (y, x, registers.get((y, x), 0.0) + value * float(a[y, row]))
                adders[i][j].pop()
                if adders[i][j][-1] is not None:
                    y, x, total = adders[i][j][-1]
                    registers[y, x] = total
    for (y, x), total in registers.items():
        product[y][x] = total
    return last_in_corner + pes.latency_cycles


def slow_columns(a, columns, pes):
    product, cycles = [[0.0] * len(columns) for _ in a], 0
    for x in range(0, len(columns), pes.cols):
        for first in range(0, len(columns[0]), pes.rows):
            held = [column[first : first + pes.rows] for column in columns[x : x + pes.cols]]
            cycles += pes.rows + slow_column_fold(a, held, pes, (x, product))
    return product, cycles


def slow_column_fold(a, held, pes, target):
    """Pass every row of A down the columns of adders; returns the cycles until the last column is through."""
    first_col, product = target
    chains = [deque([None] * (pes.rows * pes.latency_cycles)) for _ in range(pes.cols)]
    cycle, num_done = 0, 0
    while num_done < len(a):  # the last column is the latest, bubbles of a column without weights among its sums
        for j, chain in enumerate(chains):
            y = cycle - j
            chain.appendleft((y, product[y][first_col + j] if j < len(held) else 0.0) if 0 <= y < len(a) else None)
            chain.pop()
            for i in range(pes.rows):
                entry = chain[i * pes.latency_cycles]
                if entry is not None and j < len(held) and i < len(held[j]):
                    value, row = held[j][i]
                    chain[i * pes.latency_cycles] = (entry[0], entry[1] + value * float(a[entry[0], row]))
            if chain[-1] is not None and j < len(held):
                product[chain[-1][0]][first_col + j] = chain[-1][1]
            num_done += chain[-1] is not None and j == pes.cols - 1
        cycle += 1
    return cycle
