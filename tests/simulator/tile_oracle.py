"""A slow, obvious twin of the tile model: runs the loop nest tile by tile and watches the scratchpad.

Written from docs/model.md alone; shares no code with ``simulator.kernels``, ``simulator.tile_space`` or the array
types. Python's whole numbers and fractions throughout.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from hw_configs.accelerator import Accelerator, Memory
from simulator.plan import Operand, Tiling
from tests.simulator.position_oracle import num_positions, shares, tile_sets
from workloads.loop_nest import MatrixNest, VectorNest

Nest = MatrixNest | VectorNest
Key = tuple[object, ...]


@dataclass(frozen=True)
class At:
    """Tile numbers along each loop."""

    g: int
    m: int
    n: int
    k: int


@dataclass
class Step:
    """What one step computes and moves. Loads and stores are sizes of transfers in bits."""

    at: At
    compute: int = 0
    loads: list[int] = field(default_factory=list)
    stores: list[int] = field(default_factory=list)


@dataclass
class OracleCost:
    """What ``tile_cost`` must say, and the steps behind it."""

    input_bits: int
    weight_bits: int
    output_read_bits: int
    output_write_bits: int
    footprint_bits: int
    operand_footprint_bits: tuple[int, int, int]
    port_bits: tuple[int, int, int, int]
    compute_cycles: int
    total_cycles: int
    steps: list[Step]


def chunks(total: int, size: int) -> list[int]:
    """Sizes of the tiles of a loop: full ones, then what is left."""
    return [min(size, total - start) for start in range(0, total, size)]


class Execution:
    """One nest, run under one tiling."""

    def __init__(self, nest: Nest, tiling: Tiling, accelerator: Accelerator) -> None:
        self.nest, self.tiling, self.accelerator = nest, tiling, accelerator
        self.matrix = nest if isinstance(nest, MatrixNest) else None
        self.groups = chunks(nest.groups, tiling.group_tile)
        self.filters = chunks(self.matrix.num_filters if self.matrix else 1, tiling.filter_tile)
        self.channels = chunks(self.matrix.num_channels if self.matrix else 1, tiling.channel_tile)
        self._cut_positions()
        self.accumulator_bits = max(accelerator.array.accumulator_format.bits, nest.output_bits)
        if not self.matrix:
            self.accumulator_bits = nest.output_bits
        self.traffic = dict.fromkeys(("input", "weight", "output_read", "output_write"), Fraction(0))

    def _cut_positions(self) -> None:
        """Positions, input elements (whole and fresh) and outputs a filter of each tile along m."""
        nest, tile = self.nest, self.tiling.position_tile
        self.windowed = self.matrix is not None or bool(nest.axes)
        if self.windowed:
            sets = tile_sets(nest, tile)
            self.positions = [len(one.positions) for one in sets]
            self.inputs = [one.fetched for one in sets]
            self.spans = [one.spanned for one in sets]
        else:
            self.positions = chunks(num_positions(nest), tile.num_positions)
            streamed, start = [], 0
            for size in shares(nest.input_bits, self.positions):
                streamed.append({(bit,) for bit in range(start, start + size)})
                start += size
            self.inputs = self.spans = streamed
        if self.matrix:
            total = self.matrix.num_output_elements // (self.matrix.groups * self.matrix.num_filters)
        else:
            total = nest.num_positions if self.windowed else nest.output_bits
        self.outputs = shares(total, self.positions)
        self._weigh_elements()

    def _weigh_elements(self) -> None:
        """Average bits of an element off-chip and in the scratchpad; outputs leave the array dense."""
        nest, one = self.nest, Fraction(1)
        self.output_bits = nest.output_bits if self.windowed else 1
        if isinstance(nest, MatrixNest):
            stored = (nest.stored_input, nest.stored_weight, nest.stored_output)
            pairs = [(Fraction(part.off_chip_value_bits), Fraction(part.off_chip_metadata_bits)) for part in stored]
            self.off_chip_bits = [values + metadata for values, metadata in pairs]
            pairs = [(Fraction(part.scratchpad_value_bits), Fraction(part.scratchpad_metadata_bits)) for part in stored]
            self.scratchpad_bits = [values + metadata for values, metadata in pairs]
        else:
            inputs = (nest.input_bits if self.windowed else 1) * one
            self.off_chip_bits = [
                inputs * Fraction(nest.input_off_chip_fraction),
                0 * one,
                self.output_bits * Fraction(nest.output_off_chip_fraction),
            ]
            self.scratchpad_bits = [inputs, 0 * one, self.output_bits * one]
        self._leave_out_whole_operands()

    def _leave_out_whole_operands(self) -> None:
        """What lies whole in the scratchpad comes from nowhere and takes no buffer; the array reads all of it."""
        left = self.tiling.streaming
        shares = [Fraction(one) for one in (left.input_fraction, left.weight_fraction, left.output_fraction)]
        buffered = [*self.scratchpad_bits[:2], Fraction(self.output_bits)]
        self.off_chip_bits = [bits * share for bits, share in zip(self.off_chip_bits, shares, strict=True)]
        self.buffer_bits = [bits * share for bits, share in zip(buffered, shares, strict=True)]
        self.resident_bits = round(self.nest.resident_bits * Fraction(left.resident_fraction))

    def order(self) -> Iterator[At]:
        """The loops, g outermost."""
        counts = {"m": len(self.positions), "n": len(self.filters), "k": len(self.channels)}
        for g in range(len(self.groups)):
            for numbers in itertools.product(*(range(counts[loop]) for loop in self.tiling.loop_order)):
                yield At(g=g, **dict(zip(self.tiling.loop_order, numbers, strict=True)))

    def outside(self, at: At, loop: str) -> Key:
        """Where the loops outside ``loop`` stand: what is held across ``loop`` is held while this stays."""
        upto = self.tiling.loop_order.index(loop)
        return (at.g, *(getattr(at, name) for name in self.tiling.loop_order[:upto]))

    def is_inside(self, inner: str, outer: str) -> bool:
        return self.tiling.loop_order.index(inner) > self.tiling.loop_order.index(outer)

    def run(self) -> OracleCost:
        steps = [Step(at) for at in self.order()]
        if self.resident_bits:
            steps[0].loads.append(self.resident_bits)
        footprints = (self._move_inputs(steps), self._move_weights(steps), self._move_outputs(steps))
        ports = self._compute(steps)
        self.traffic["weight"] += self.resident_bits
        return OracleCost(
            input_bits=math.ceil(self.traffic["input"]),
            weight_bits=math.ceil(self.traffic["weight"]),
            output_read_bits=math.ceil(self.traffic["output_read"]),
            output_write_bits=math.ceil(self.traffic["output_write"]),
            footprint_bits=sum(footprints) + self.resident_bits,
            operand_footprint_bits=footprints,
            port_bits=ports,
            compute_cycles=sum(step.compute for step in steps),
            total_cycles=self._total(steps),
            steps=steps,
        )

    # --- operands -------------------------------------------------------------------------------------------------

    def _move_inputs(self, steps: list[Step]) -> int:
        """Elements are (coordinate, channel tile). Returns the bits of the buffer."""
        held = Operand.INPUT in self.tiling.held
        by_element = held and self.is_inside("m", "n")
        tiles = self.spans if by_element else self.inputs
        present: set[Key] = set()
        epoch: Key | None = None
        buffer = Slots()
        per_channel = self.tiling_groups() * self.buffer_bits[0]
        for step in steps:
            at = step.at
            now = self.outside(at, "n") if held else (at.g, at.m, at.k)
            if now != epoch:
                present, epoch = set(), now
            needed = {(coordinate, at.k) for coordinate in tiles[at.m]}
            fetched = needed - present
            present |= fetched
            if fetched:
                bits = len(fetched) * self.channels[at.k] * self.groups[at.g] * self.off_chip_bits[0]
                if bits:
                    step.loads.append(math.ceil(bits))
                self.traffic["input"] += bits
            slot = (at.m if self.is_inside("m", "n") else 0, at.k if self.is_inside("k", "n") else 0) if held else ()
            if by_element:  # the halo that tiles share is in one slot only, the one that fetched it
                fetched_first = len(self.spans[at.m].difference(*self.spans[: at.m]))
                buffer.use(slot, now, fetched_first * self.channels[at.k] * per_channel, (at.g, at.m, at.k))
            else:
                size = len(tiles[at.m]) * self.channels[at.k] * per_channel
                buffer.use(slot, now, size, (at.g, at.m, at.k))
        bits = buffer.bits()
        if by_element and buffer.num_epochs > 1 and len(self._inner_slots("k", "n")) == 1:
            # the next pass's first tile arrives while the last tile is still in use, with the halo it shares
            last, first = len(self.inputs[-1]), len(self.inputs[0])
            bits = max(bits, (last + first) * max(self.channels) * per_channel) if len(self.inputs) > 1 else bits
        return math.ceil(bits)

    def _inner_slots(self, loop: str, independent: str) -> range:
        count = {"m": len(self.positions), "n": len(self.filters), "k": len(self.channels)}[loop]
        return range(count if self.is_inside(loop, independent) else 1)

    def _move_weights(self, steps: list[Step]) -> int:
        if not self.matrix:
            return 0
        held = Operand.WEIGHT in self.tiling.held
        present: set[Key] = set()
        epoch: Key | None = None
        buffer = Slots()
        kernel = self.matrix.n_per_filter * self.matrix.k_per_channel
        for step in steps:
            at = step.at
            tile = (at.g, at.n, at.k)
            now = self.outside(at, "m") if held else tile
            if now != epoch:
                present, epoch = set(), now
            elements = self.filters[at.n] * self.channels[at.k] * kernel
            if tile not in present:
                present.add(tile)
                bits = elements * self.groups[at.g] * self.off_chip_bits[1]
                if bits:
                    step.loads.append(math.ceil(bits))
                self.traffic["weight"] += bits
            slot = (at.n if self.is_inside("n", "m") else 0, at.k if self.is_inside("k", "m") else 0) if held else ()
            buffer.use(slot, now, elements * self.tiling_groups() * self.buffer_bits[1], tile)
        return math.ceil(buffer.bits())

    def _move_outputs(self, steps: list[Step]) -> int:
        held = Operand.OUTPUT in self.tiling.held
        done: dict[Key, int] = {}
        buffer = Slots()
        wide = self._sums_in_scratchpad()
        for index, step in enumerate(steps):
            at = step.at
            tile = (at.g, at.m, at.n)
            elements = self.outputs[at.m] * self.filters[at.n] * self.groups[at.g]
            before = steps[index - 1].at if index else None
            after = steps[index + 1].at if index + 1 < len(steps) else None
            stays = held or (before is not None and (before.g, before.m, before.n) == tile)
            if done.get(tile, 0) and not stays and elements:
                step.loads.append(elements * self.accumulator_bits_moved())
                self.traffic["output_read"] += elements * self.accumulator_bits_moved()
            done[tile] = done.get(tile, 0) + 1
            bits = 0
            if done[tile] == len(self.channels):
                bits = elements * self.off_chip_bits[2]
            elif not held and (after is None or (after.g, after.m, after.n) != tile):
                bits = elements * self.accumulator_bits_moved()
            if bits:
                step.stores.append(math.ceil(bits))
                self.traffic["output_write"] += bits
            slot = (at.m if self.is_inside("m", "k") else 0, at.n if self.is_inside("n", "k") else 0) if held else ()
            now = self.outside(at, "k") if held else tile
            width = self.accumulator_bits_moved() if wide else self.buffer_bits[2]  # whole or not, sums need room
            size = self.outputs[at.m] * self.filters[at.n] * self.tiling_groups() * width
            buffer.use(slot, now, size, tile)
        assert all(count == len(self.channels) for count in done.values())
        return math.ceil(buffer.bits())

    def tiling_groups(self) -> int:
        return max(self.groups)

    def accumulator_bits_moved(self) -> int:
        return self.accumulator_bits if self.windowed else 1

    def _sums_in_scratchpad(self) -> bool:
        if not self.matrix:
            return False
        array = self.accelerator.array
        k = max(self.channels) * self.matrix.k_per_channel
        return len(self.channels) > 1 or (array.dataflow != "os" and k > array.rows)

    # --- time -----------------------------------------------------------------------------------------------------

    def _compute(self, steps: list[Step]) -> tuple[int, int, int, int]:
        totals = [0, 0, 0, 0]
        before: At | None = None
        for step in steps:
            if self.matrix:
                step.compute, ports = self._matrix_step(before, step.at)
            else:
                core, ports = self._vector_tile(step.at)
                step.compute = max(core, self._port_cycles(ports))
            totals = [total + bits for total, bits in zip(totals, ports, strict=True)]
            before = step.at
        return (totals[0], totals[1], totals[2], totals[3])

    def _matrix_step(self, before: At | None, at: At) -> tuple[int, tuple[int, int, int, int]]:
        """Cycles of a tile and the bits that it moves through the scratchpad's ports, all of its groups together."""
        nest, dataflow, groups = self.matrix, self.accelerator.array.dataflow, self.groups[at.g]
        assert nest
        fill, stream, ports, full_folds = self._array_tile(at)
        chains = full_folds == 1 and max(self.groups) == 1 and not nest.sequential and self._streams_innermost()
        follows = chains and before is not None and self._follows(before, at)
        inputs, weights, read, write = ports
        outputs = self.positions[at.m] * self.filters[at.n] * nest.n_per_filter
        stay_in_array = chains and dataflow == "os"
        is_first, is_last = at.k == 0, at.k == len(self.channels) - 1
        if not is_first and not stay_in_array:  # sums of the cut before
            read += outputs * self.accumulator_bits
        if not is_last:  # nothing is finished: sums stay, or leave wide
            write += outputs * ((0 if stay_in_array else self.accumulator_bits) - nest.output_bits)
        if follows and dataflow == "ws":
            weights = 0
        if follows and dataflow == "is":
            inputs = 0
        cycles = max(
            groups * (stream if follows else fill + stream),
            self._matrix_port_cycles(groups, inputs, weights, read + write),
        )
        if is_last and nest.fused_operations_per_output:
            done = groups * self.positions[at.m] * self.filters[at.n] * nest.fused_operations_per_position
            cycles = max(cycles, _ceil(done, self.accelerator.vector_unit.lanes))
        return cycles, (groups * inputs, groups * weights, groups * read, groups * write)

    def _matrix_port_cycles(self, groups: int, inputs: int, weights: int, outputs: int) -> int:
        scratchpad = self.accelerator.scratchpad
        if isinstance(scratchpad, Memory):
            return _ceil(groups * (inputs + weights + outputs), _port_width(scratchpad))
        operands = max(_ceil(inputs, _port_width(scratchpad.input)), _ceil(weights, _port_width(scratchpad.weight)))
        return max(groups * operands, _ceil(groups * outputs, _port_width(scratchpad.output)))

    def _streams_innermost(self) -> bool:
        """Whether the loop that streams through the array runs more than once, and none inside it does."""
        streamed = {"os": "k", "ws": "m", "is": "n"}[self.accelerator.array.dataflow]
        counts = {"m": len(self.positions), "n": len(self.filters), "k": len(self.channels)}
        inside = self.tiling.loop_order[self.tiling.loop_order.index(streamed) + 1 :]
        return counts[streamed] > 1 and all(counts[loop] == 1 for loop in inside)

    def _follows(self, before: At, at: At) -> bool:
        streamed = {"os": "k", "ws": "m", "is": "n"}[self.accelerator.array.dataflow]
        return [name for name in ("g", "m", "n", "k") if getattr(before, name) != getattr(at, name)] == [streamed]

    def _array_tile(self, at: At) -> tuple[int, int, tuple[int, int, int, int], int]:
        """Fill, stream, port bits of one group, and the folds of the tiling's full tile."""
        nest, array = self.matrix, self.accelerator.array
        assert nest
        kernel_n, kernel_k = nest.n_per_filter, nest.k_per_channel
        m, n, k = self.positions[at.m], self.filters[at.n] * kernel_n, self.channels[at.k] * kernel_k
        folds = self._folds(m, n, k)
        streamed = {"os": k, "ws": m, "is": n}[array.dataflow]
        once = array.rows + array.cols - 2 + (array.rows if array.dataflow != "os" else 0)
        once += 5 if array.type == "mesh" else 0
        partial = 0 if array.dataflow == "os" else m * n * (_ceil(k, array.rows) - 1)
        inputs = m * k * (1 if array.dataflow == "is" else _ceil(n, array.cols))
        weights = k * n * {"os": _ceil(m, array.rows), "ws": 1, "is": _ceil(m, array.cols)}[array.dataflow]
        wide = self.accumulator_bits
        ports = (
            math.ceil(inputs * self.scratchpad_bits[0]),
            math.ceil(weights * self.scratchpad_bits[1]),
            partial * wide,
            partial * wide + m * n * nest.output_bits,
        )
        full = self._folds(self.positions[0], self.filters[0] * kernel_n, self.channels[0] * kernel_k)
        return folds * once, folds * streamed, ports, full

    def _folds(self, m: int, n: int, k: int) -> int:
        array = self.accelerator.array
        rows, cols = {"os": (m, n), "ws": (k, n), "is": (k, m)}[array.dataflow]
        return _ceil(rows, array.rows) * _ceil(cols, array.cols)

    def _vector_tile(self, at: At) -> tuple[int, tuple[int, int, int, int]]:
        nest = self.nest
        assert isinstance(nest, VectorNest)
        if nest.num_operations == 0:
            return 0, (0, 0, 0, 0)
        g, m = self.groups[at.g], self.positions[at.m]
        each = _ceil(nest.num_operations, nest.groups * nest.num_positions)
        if nest.axes:
            window = math.prod(axis.kernel for axis in nest.axes)
            inputs, outputs = g * m * window * nest.input_bits, g * m * nest.output_bits
        else:
            inputs, outputs = (bits * m // nest.num_positions for bits in (nest.input_bits, nest.output_bits))
        return _ceil(g * m * each, self.accelerator.vector_unit.lanes), (inputs, 0, 0, outputs)

    def _port_cycles(self, ports: tuple[int, int, int, int]) -> int:
        inputs, weights, outputs = ports[0], ports[1], ports[2] + ports[3]
        scratchpad = self.accelerator.scratchpad
        if isinstance(scratchpad, Memory):
            return _ceil(inputs + weights + outputs, _port_width(scratchpad))
        return max(
            _ceil(inputs, _port_width(scratchpad.input)),
            _ceil(weights, _port_width(scratchpad.weight)),
            _ceil(outputs, _port_width(scratchpad.output)),
        )

    def _total(self, steps: list[Step]) -> int:
        """The ping-pong: while a step computes, the next one's tiles come and the previous one's results go."""
        now = self._transfer(steps[0].loads)
        for index, step in enumerate(steps):
            moving = list(steps[index + 1].loads) if index + 1 < len(steps) else []
            moving += steps[index - 1].stores if index else []
            now += max(step.compute, self._transfer(moving))
        return now + self._transfer(steps[-1].stores)

    def _transfer(self, sizes: list[int]) -> int:
        dma, bandwidth = self.accelerator.dma, self.accelerator.off_chip.bandwidth_bytes_per_second
        cycles = _ceil(len(sizes), dma.channels) * dma.latency_cycles
        if bandwidth is None:
            return cycles
        bits = sum(_ceil(size, 8 * dma.burst_bytes) * 8 * dma.burst_bytes for size in sizes)
        return cycles + math.ceil(Fraction(bits * self.accelerator.array.clock_hz, 8 * bandwidth))


class Slots:
    """Buffers of one operand: a slot keeps the largest tile that ever sits in it.

    A tile that a later step needs arrives while another is in use. Where all tiles go through the same slot there are
    two of it, unless there is one tile only.
    """

    def __init__(self) -> None:
        self._sizes: dict[Key, int] = {}
        self._epochs: list[Key] = []
        self._last: Key | None = None
        self._num_arrivals = 0

    def use(self, slot: Key, epoch: Key, size: int, tile: Key) -> None:
        self._sizes[slot] = max(self._sizes.get(slot, 0), size)
        if not self._epochs or self._epochs[-1] != epoch:
            self._epochs.append(epoch)
        if tile != self._last:
            self._num_arrivals += 1
            self._last = tile

    @property
    def num_epochs(self) -> int:
        return len(self._epochs)

    def bits(self) -> int:
        copies = 2 if len(self._sizes) == 1 and self._num_arrivals > 1 else 1
        return copies * sum(self._sizes.values())


def run_slowly(nest: Nest, tiling: Tiling, accelerator: Accelerator) -> OracleCost:
    """Execute ``nest`` under ``tiling``."""
    return Execution(nest, tiling, accelerator).run()


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _port_width(memory: Memory) -> int:
    return 8 * memory.banks * memory.ports_per_bank * memory.port_bytes
