"""The choices of an operator: for each set of operands that may lie whole, tilings worth their buffers.

These are the tilings on the front of buffer and off-chip bits, thinned out where it is dense; for other objectives than
least traffic also the best tilings in rooms of several sizes. Operators with equal nests share the work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mapper.candidates import candidate_tiles
from mapper.objective import Objective, kernel_objective
from mapper.problem import PlanProblem
from mapper.residency.choices import Choice, worth_choosing
from mapper.tiling import Shortage, least_score, record_of, tiling_of
from simulator.kernels import tile_loops, tile_types
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.operator_cost import fixed_energy
from simulator.plan import Tiling
from simulator.streaming import Streaming, streaming_of
from simulator.tile_cost import Nest
from simulator.tile_space import Candidates, build_tile_space, with_streaming
from workloads.loop_nest import MatrixNest
from workloads.nest_operands import NestOperands, Shares, nest_operands
from workloads.network import Network
from workloads.operators import Operator, Recurrent

_MOST_FREE_OPERANDS = 4
"""Up to so many operands every set of whole ones is tried; beyond, runs of the latest."""
_ROOMS = (1, 4, 16)
"""Parts of the scratchpad in which the fastest tiling, or that of least energy, is looked for."""
_LEAST_GAIN_FRACTION = 0.01
"""A larger buffer is worth choosing from when it saves as much of the cost as this."""

Records = NDArray[np.int64]
_Found = tuple[tuple[int, ...], int, int, Tiling]
"""Operands that are whole, by position; buffer bytes; cost; tiling."""


@dataclass(frozen=True, slots=True)
class ChoiceMaker:
    """Makes the choices of a network's operators, for least ``objective`` (not energy times cycles).

    ``layer_tilings`` are the best of the operators alone, by name, where they are known.
    """

    network: Network
    problem: PlanProblem
    machine: Machine
    objective: Objective
    layer_tilings: Mapping[str, Tiling] = field(default_factory=dict)
    _known: dict[tuple[object, ...], tuple[_Found, ...] | Shortage] = field(default_factory=dict)

    def choices_of(self, operator: Operator, number: int, root: Callable[[str], str]) -> tuple[Choice, ...] | Shortage:
        """Return the choices of ``operator``, which is ``number`` in the problem; ``root`` resolves views."""
        nests = self.machine.storage.nests_of(operator, self.network.tensors)
        place = {self.problem.tensors[one].name: position for position, one in enumerate(self._operands(number))}
        if isinstance(operator.work, Recurrent):
            place = {}  # Assumes the hidden state of a recurrent cell passes through off-chip memory with its input.
        parts = [_by_place(nest_operands(operator, self.network.tensors, nest), root, place) for nest in nests]
        fixed_pj = tuple(fixed_energy(operator, self.network.tensors, nest, self.machine).total_pj for nest in nests)
        key = (nests, tuple(_frozen(part) for part in parts), len(place), fixed_pj)
        if key not in self._known:
            alone = self.layer_tilings.get(operator.name)
            self._known[key] = self._find(nests, parts, len(place), fixed_pj, alone)
        found = self._known[key]
        if isinstance(found, Shortage):
            return found
        tensors = self._operands(number)
        return worth_choosing(
            [
                Choice(whole=frozenset(tensors[one] for one in whole), buffer_bytes=size, cost=cost, tiling=tiling)
                for whole, size, cost, tiling in found
            ]
        )

    def _operands(self, number: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.problem.operands(number)))

    def _find(
        self,
        nests: tuple[Nest, ...],
        parts: list[NestOperands],
        num_operands: int,
        fixed_pj: tuple[float, ...],
        alone: Tiling | None,
    ) -> tuple[_Found, ...] | Shortage:
        sets = list(_sets_of(num_operands))
        ways = [_Ways.of(nest, self.machine, self.objective, pj) for nest, pj in zip(nests, fixed_pj, strict=True)]
        streamed_best = [] if self.objective is Objective.TRAFFIC else self._best_in_rooms(nests, ways, alone)
        found: list[_Found] = []
        missing = []
        for alternative, way in enumerate(ways):
            streamings = [_left(parts[alternative], whole) for whole in sets]
            fronts, shortage = self._fronts(nests[alternative], way.space, streamings)
            missing.append(shortage)
            best = [record for number, record in streamed_best if number == alternative]
            for whole, streaming, front in zip(sets, streamings, fronts, strict=True):
                records, costs = self._costed(way, streaming, [*_thinned(front), *best])
                for record, cost in zip(records, costs, strict=True):
                    size = -(-int(record[tile_loops.FOOTPRINT_BITS]) // 8)
                    found.append((whole, size, cost, tiling_of(record, way.candidates, alternative, streaming)))
        return tuple(found) if found else Shortage(missing_bits=min(missing))

    def _best_in_rooms(
        self, nests: tuple[Nest, ...], ways: list[_Ways], alone: Tiling | None
    ) -> list[tuple[int, Records]]:
        """The best tilings when nothing is whole, with their alternative: in all of the scratchpad, and in parts of it.

        They are among the best when operands are whole too: these only stop to move, and leave room.
        """
        best: list[tuple[int, Records, tuple[float, float]]] = []
        if alone is not None:
            way = ways[alone.alternative]
            record = record_of(alone, way.candidates)
            (score,) = tile_loops.scores_of(way.space, self.machine.bounds, way.wanted, record[np.newaxis])
            best.append((alone.alternative, record, (float(score), -math.inf)))
        for divisor in _ROOMS if alone is None else _ROOMS[1:]:
            bounds = self.machine.bounds._replace(total_bits=8 * self.machine.scratchpad_bytes // divisor)
            fitting = [scores for _, record, scores in best if record[tile_loops.FOOTPRINT_BITS] <= bounds.total_bits]
            scores = min(fitting, default=(math.inf, math.inf))
            here = None
            for number, (nest, way) in enumerate(zip(nests, ways, strict=True)):
                if scores[0] < least_score(nest, self.machine, self.objective):
                    continue
                record, scores, _ = tile_loops.best_tiling(way.space, bounds, way.wanted, scores)
                if record.size:
                    here = (number, record, scores)
            if here is not None:
                best.append(here)
        return [(number, record) for number, record, _ in best]

    def _fronts(self, nest: Nest, space: TileSpace, streamings: list[Streaming]) -> tuple[list[Records], int]:
        """Fronts of buffer and traffic, and by how many bits the smallest buffers are too large.

        An operand of a product is one tensor, whole or not: all sets of whole operands take one pass.
        """
        if isinstance(nest, MatrixNest):
            cases = [
                (one.input_fraction == 0, one.weight_fraction == 0, one.output_fraction == 0) for one in streamings
            ]
            records, sizes, shortage = tile_loops.traffic_fronts(space, self.machine.bounds, np.array(cases))
            return [rows[:size] for rows, size in zip(records, sizes.tolist(), strict=True)], int(shortage)
        nothing = np.zeros((1, 3), dtype=np.bool_)
        fronts, shortages = [], []
        for streaming in streamings:
            records, sizes, shortage = tile_loops.traffic_fronts(
                with_streaming(space, streaming), self.machine.bounds, nothing
            )
            fronts.append(records[0, : sizes[0]])
            shortages.append(int(shortage))
        return fronts, min(shortages)

    def _costed(self, way: _Ways, streaming: Streaming, tilings: list[Records]) -> tuple[list[Records], list[int]]:
        """Records of tilings that fit, with their costs."""
        if self.objective is Objective.TRAFFIC or not tilings:
            return tilings, [int(record[tile_loops.TRAFFIC_BITS]) for record in tilings]
        records = np.array(tilings)
        scores = tile_loops.scores_of(with_streaming(way.space, streaming), self.machine.bounds, way.wanted, records)
        fits = records[:, tile_loops.FOOTPRINT_BITS] <= self.machine.bounds.total_bits
        return list(records[fits]), [round(score) for score in scores[fits].tolist()]


@dataclass(frozen=True, slots=True)
class _Ways:
    """All tilings of one nest, nothing whole, and what is wanted of them."""

    candidates: Candidates
    space: TileSpace
    wanted: tile_types.Objective

    @staticmethod
    def of(nest: Nest, machine: Machine, objective: Objective, fixed_pj: float) -> _Ways:
        candidates = candidate_tiles(nest, machine)
        return _Ways(
            candidates=candidates,
            space=build_tile_space(nest, candidates, machine),
            wanted=kernel_objective(objective, nest, machine, fixed_pj),
        )


def _sets_of(count: int) -> Iterator[tuple[int, ...]]:
    """Sets of operands (inputs first, then the result) that may be whole together.

    Of many operands the latest inputs are, a number that doubles, with or without the result.
    """
    if count <= _MOST_FREE_OPERANDS:
        for size in range(count + 1):
            yield from combinations(range(count), size)
        return
    num_inputs = count - 1
    numbers = {0, num_inputs, *(2**power for power in range(num_inputs.bit_length()) if 2**power <= num_inputs)}
    for number in sorted(numbers):
        latest = tuple(range(num_inputs - number, num_inputs))
        yield latest
        yield (*latest, num_inputs)


def _by_place(operands: NestOperands, root: Callable[[str], str], place: dict[str, int]) -> NestOperands:
    """Operands under the positions of their tensors; those that are never whole keep their names."""

    def named(shares: Shares) -> dict[str, float]:
        by_place: dict[str, float] = {}
        for name, share in shares.items():
            key = str(place.get(root(name), "-"))
            by_place[key] = by_place.get(key, 0.0) + share
        return by_place

    return replace(
        operands,
        inputs=named(operands.inputs),
        weights=named(operands.weights),
        residents=named(operands.residents),
        outputs=named(operands.outputs),
    )


def _frozen(operands: NestOperands) -> tuple[tuple[tuple[str, float], ...], ...]:
    parts = (operands.inputs, operands.weights, operands.residents, operands.outputs)
    return tuple(tuple(sorted(part.items())) for part in parts)


def _left(operands: NestOperands, whole: tuple[int, ...]) -> Streaming:
    names = {str(one) for one in whole}
    return streaming_of(operands, names.__contains__)


def _thinned(front: Records) -> list[Records]:
    """Rows of a front, by rising footprint, that save enough over the one before; the first and the last among them."""
    kept: list[Records] = []
    for row in front:
        last = row is front[-1]
        gain = kept[-1][tile_loops.TRAFFIC_BITS] - row[tile_loops.TRAFFIC_BITS] if kept else 1
        if not kept or last or gain >= _LEAST_GAIN_FRACTION * front[-1][tile_loops.TRAFFIC_BITS]:
            kept.append(row)
    if kept and len(front) and kept[-1] is not front[-1] and (kept[-1] != front[-1]).any():
        kept.append(front[-1])
    return kept
