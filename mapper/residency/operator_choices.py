"""The choices of an operator: for each set of operands that may lie whole, tilings worth their buffers.

For least traffic these are all tilings on the front of buffer and off-chip bits, thinned out where it is dense; for
other objectives the best tilings in rooms that halve. Operators with equal nests share the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from mapper.candidates import candidate_tiles
from mapper.objective import Objective
from mapper.problem import PlanProblem
from mapper.residency.choices import Choice, worth_choosing
from mapper.tiling import Shortage, best_within, tiling_of
from simulator.kernels import tile_loops
from simulator.machine import Machine
from simulator.operator_cost import fixed_energy
from simulator.plan import Tiling
from simulator.streaming import Streaming, streaming_of
from simulator.tile_cost import Nest
from simulator.tile_space import build_tile_space
from workloads.loop_nest import MatrixNest
from workloads.nest_operands import NestOperands, Shares, nest_operands
from workloads.network import Network
from workloads.operators import Operator, Recurrent

_MOST_FREE_OPERANDS = 4
"""Up to so many operands every set of whole ones is tried; beyond, runs of the latest."""
_ROOMS = 6
"""Halvings of the scratchpad in which the fastest tiling is looked for."""
_LEAST_GAIN_FRACTION = 0.01
"""A larger buffer is worth choosing from when it saves as much of the cost as this."""

_Found = tuple[tuple[int, ...], int, int, Tiling]
"""Operands that are whole, by position; buffer bytes; cost; tiling."""


@dataclass(frozen=True, slots=True)
class ChoiceMaker:
    """Makes the choices of a network's operators, for least ``objective`` (not energy times cycles)."""

    network: Network
    problem: PlanProblem
    machine: Machine
    objective: Objective
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
            self._known[key] = self._find(nests, parts, len(place), fixed_pj)
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
        self, nests: tuple[Nest, ...], parts: list[NestOperands], num_operands: int, fixed_pj: tuple[float, ...]
    ) -> tuple[_Found, ...] | Shortage:
        sets = list(_sets_of(num_operands))
        streamings = [tuple(_left(part, whole) for part in parts) for whole in sets]
        if self.objective is Objective.TRAFFIC:
            return self._least_traffic(nests, sets, streamings)
        found: list[_Found] = []
        missing = 0
        for whole, streaming in zip(sets, streamings, strict=True):
            room = 8 * self.machine.scratchpad_bytes
            for _ in range(_ROOMS):
                bounds = self.machine.bounds._replace(total_bits=room)
                best = best_within(
                    nests, self.machine, self.objective, bounds=bounds, streamings=streaming, fixed_pj=fixed_pj
                )
                if isinstance(best, Shortage):
                    missing = best.missing_bits if not whole and not found else missing
                    break
                found.append((whole, -(-best.scratchpad_bits // 8), round(best.score), best.tiling))
                room = min(room // 2, best.scratchpad_bits - 1)
                if room <= 0:
                    break
        return tuple(found) if found else Shortage(missing_bits=missing)

    def _least_traffic(
        self, nests: tuple[Nest, ...], sets: list[tuple[int, ...]], streamings: list[tuple[Streaming, ...]]
    ) -> tuple[_Found, ...] | Shortage:
        found: list[_Found] = []
        missing = []
        for alternative, nest in enumerate(nests):
            of_nest = [one[alternative] for one in streamings]
            fronts, shortage = (
                self._matrix_fronts(nest, of_nest) if isinstance(nest, MatrixNest) else self._fronts(nest, of_nest)
            )
            missing.append(shortage)
            candidates = candidate_tiles(nest, self.machine)
            for whole, streaming, front in zip(sets, of_nest, fronts, strict=True):
                for record in _thinned(front):
                    size = -(-int(record[tile_loops.FOOTPRINT_BITS]) // 8)
                    tiling = tiling_of(record, candidates, alternative, streaming)
                    found.append((whole, size, int(record[tile_loops.TRAFFIC_BITS]), tiling))
        return tuple(found) if found else Shortage(missing_bits=min(missing))

    def _matrix_fronts(self, nest: Nest, streamings: list[Streaming]) -> tuple[list[np.ndarray], int]:
        """All sets of whole operands in one pass: an operand of a product is one tensor, whole or not."""
        cases = [(one.input_fraction == 0, one.weight_fraction == 0, one.output_fraction == 0) for one in streamings]
        space = build_tile_space(nest, candidate_tiles(nest, self.machine), self.machine)
        records, sizes, shortage = tile_loops.traffic_fronts(space, self.machine.bounds, np.array(cases))
        return [rows[:size] for rows, size in zip(records, sizes.tolist(), strict=True)], int(shortage)

    def _fronts(self, nest: Nest, streamings: list[Streaming]) -> tuple[list[np.ndarray], int]:
        candidates = candidate_tiles(nest, self.machine)
        nothing = np.zeros((1, 3), dtype=np.bool_)
        fronts, shortages = [], []
        for streaming in streamings:
            space = build_tile_space(nest, candidates, self.machine, streaming=streaming)
            records, sizes, shortage = tile_loops.traffic_fronts(space, self.machine.bounds, nothing)
            fronts.append(records[0, : sizes[0]])
            shortages.append(int(shortage))
        return fronts, min(shortages)


def _sets_of(count: int) -> Iterator[tuple[int, ...]]:
    """Sets of operands (inputs first, then results) that may be whole together."""
    if count <= _MOST_FREE_OPERANDS:
        for size in range(count + 1):
            yield from combinations(range(count), size)
        return
    for first in range(count):
        yield tuple(range(first, count))
        yield tuple(range(first, count - 1))
    yield (count - 1,)


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


def _thinned(front: np.ndarray) -> list[np.ndarray]:
    """Rows of a front, by rising footprint, that save enough over the one before; the first and the last among them."""
    kept: list[np.ndarray] = []
    for row in front:
        last = row is front[-1]
        gain = kept[-1][tile_loops.TRAFFIC_BITS] - row[tile_loops.TRAFFIC_BITS] if kept else 1
        if not kept or last or gain >= _LEAST_GAIN_FRACTION * front[-1][tile_loops.TRAFFIC_BITS]:
            kept.append(row)
    if kept and len(front) and kept[-1] is not front[-1] and (kept[-1] != front[-1]).any():
        kept.append(front[-1])
    return kept
