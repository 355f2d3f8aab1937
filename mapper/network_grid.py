"""Layer-by-layer plans of a network on accelerators that differ in scratchpad capacity and off-chip bandwidth alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from hw_configs.accelerator import Accelerator, Memory
from mapper.candidates import candidate_tiles
from mapper.distinct_operators import distinct_operators
from mapper.objective import Objective, kernel_objective
from simulator.kernels import tile_loops
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.moving_energy import moving_costs
from simulator.operator_cost import check_counters, fixed_energy
from simulator.result import Energy, OperandTraffic
from simulator.tile_cost import Nest
from simulator.tile_space import build_tile_space, port_bits_of
from workloads.loop_nest import MatrixNest
from workloads.network import Network
from workloads.operators import Operator

Int64Array = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

GRID_OBJECTIVES = (Objective.LATENCY, Objective.TRAFFIC)
"""Objectives of which the order of tilings depends on no capacity."""
_COMPONENTS = tuple(one.name for one in fields(Energy))
_MOVED = (tile_loops.INPUT_BITS, tile_loops.WEIGHT_BITS, tile_loops.OUTPUT_READ_BITS, tile_loops.OUTPUT_WRITE_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkGrid:
    """What a network costs at each capacity and bandwidth; arrays of shape (capacities, bandwidths).

    Parameters
    ----------
    fits : bool array
        Whether every operator's smallest tile fits into the scratchpad; the others hold figures of no meaning where
        it does not.
    total_cycles, compute_cycles, off_chip_read_bytes, off_chip_write_bytes, peak_scratchpad_bytes : int64 array
    busy_cycles : float64 array
        Those that all PEs at full rate would take for what the array did.
    energy_pj : float64 array, shape (components of Energy, capacities, bandwidths)
    macs : int
    """

    fits: BoolArray
    total_cycles: Int64Array
    compute_cycles: Int64Array
    off_chip_read_bytes: Int64Array
    off_chip_write_bytes: Int64Array
    peak_scratchpad_bytes: Int64Array
    busy_cycles: FloatArray
    energy_pj: FloatArray
    macs: int

    def energy(self, capacity: int, bandwidth: int) -> Energy:
        """Return the energy, by component, at these indices."""
        return Energy(**dict(zip(_COMPONENTS, self.energy_pj[:, capacity, bandwidth].tolist(), strict=True)))


def network_grid(
    network: Network,
    accelerator: Accelerator,
    capacities_bytes: Sequence[int],
    bandwidths_bytes_per_second: Sequence[int | None],
    objective: Objective = Objective.LATENCY,
) -> NetworkGrid:
    """Return what the layer-by-layer plans of ``map_network`` cost, with the work that points share done once.

    Cycles and bytes are those of ``simulate`` to the last one, energy to rounding.

    Parameters
    ----------
    network : Network
        In formats that the accelerator supports.
    accelerator : Accelerator
        With one scratchpad for all operands.
    capacities_bytes : sequence of int
        Rising, none twice.
    bandwidths_bytes_per_second : sequence of int or None
        None: unbounded.
    objective : {Objective.LATENCY, Objective.TRAFFIC}

    Raises
    ------
    NetworkError
        When an operator is too large for 64-bit counters.
    """
    assert isinstance(accelerator.scratchpad, Memory), "a split scratchpad has no one capacity"
    assert objective in GRID_OBJECTIVES, "energy ranks tilings by capacity"
    machines = tuple(_with_capacity(accelerator, capacity) for capacity in capacities_bytes)
    speeds = [_with_bandwidth(accelerator, each).bounds.bits_per_cycle for each in bandwidths_bytes_per_second]
    grids = _OperatorGrids(network, machines, np.array(speeds), objective)
    whole = _OperatorGrid.of_nothing(grids.shape, fits=True)
    macs = 0
    for operator, times in distinct_operators(network, machines[0]):
        one = grids.of(operator)
        macs += times * one.macs
        whole = whole.with_operators(one, times)
    return NetworkGrid(
        fits=whole.fits,
        total_cycles=whole.cycles[0],
        compute_cycles=whole.cycles[1],
        off_chip_read_bytes=whole.moved[:3].sum(axis=0),
        off_chip_write_bytes=whole.moved[3],
        peak_scratchpad_bytes=whole.footprint,
        busy_cycles=whole.busy_cycles,
        energy_pj=whole.energy_pj,
        macs=macs,
    )


def _with_capacity(accelerator: Accelerator, capacity_bytes: int) -> Machine:
    memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity_bytes})
    return Machine(accelerator=accelerator.model_copy(update={"scratchpad": memory}))


def _with_bandwidth(accelerator: Accelerator, bytes_per_second: int | None) -> Machine:
    memory = accelerator.off_chip.model_copy(update={"bandwidth_bytes_per_second": bytes_per_second})
    return Machine(accelerator=accelerator.model_copy(update={"off_chip": memory}))


@dataclass(frozen=True, slots=True)
class _OperatorGrid:
    """One operator at each point: whether it fits, and, where it does, what it costs.

    ``cycles``, shape (2, ...), are total and compute; ``moved``, shape (4, ...), is input, weight and sums read and
    outputs written: bits of one operator, bytes of several; ``footprint`` is bits or bytes alike.
    """

    fits: BoolArray
    cycles: Int64Array
    moved: Int64Array
    footprint: Int64Array
    busy_cycles: FloatArray
    energy_pj: FloatArray
    macs: int = 0

    @staticmethod
    def of_nothing(shape: tuple[int, int], *, fits: bool) -> _OperatorGrid:
        """An operator that costs nothing, and fits everywhere or nowhere."""
        return _OperatorGrid(
            fits=np.full(shape, fits),
            cycles=np.zeros((2, *shape), dtype=np.int64),
            moved=np.zeros((4, *shape), dtype=np.int64),
            footprint=np.zeros(shape, dtype=np.int64),
            busy_cycles=np.zeros(shape),
            energy_pj=np.zeros((len(_COMPONENTS), *shape)),
        )

    def with_operators(self, one: _OperatorGrid, times: int) -> _OperatorGrid:
        """Return the sum, in bytes, of this one and ``times`` of ``one``, which is in bits."""
        return _OperatorGrid(
            fits=self.fits & one.fits,
            cycles=self.cycles + times * one.cycles,
            moved=self.moved + times * -(-one.moved // 8),
            footprint=np.maximum(self.footprint, -(-one.footprint // 8)),
            busy_cycles=self.busy_cycles + times * one.busy_cycles,
            energy_pj=self.energy_pj + times * one.energy_pj,
        )

    def scores(self, objective: Objective) -> FloatArray:
        """Return what decides, and what decides between equal ones, shape (..., 2); infinite where it does not fit."""
        cycles, traffic = self.cycles[0], self.moved.sum(axis=0)
        pair = (traffic, cycles) if objective is Objective.TRAFFIC else (cycles, traffic)
        return np.where(self.fits[..., np.newaxis], np.stack(pair, axis=-1), np.inf)

    def where(self, taken: BoolArray, other: _OperatorGrid) -> _OperatorGrid:
        """Return this one with ``other`` where ``taken``."""
        return _OperatorGrid(
            fits=self.fits | taken,
            cycles=np.where(taken, other.cycles, self.cycles),
            moved=np.where(taken, other.moved, self.moved),
            footprint=np.where(taken, other.footprint, self.footprint),
            busy_cycles=np.where(taken, other.busy_cycles, self.busy_cycles),
            energy_pj=np.where(taken, other.energy_pj, self.energy_pj),
            macs=other.macs,
        )


@dataclass(frozen=True, slots=True)
class _MovedBits:
    """As ``moving_energies`` wants it."""

    off_chip_bits: OperandTraffic
    resident_bits: int
    port_energies_pj: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _OperatorGrids:
    """Makes the grids of single operators; ``machines`` differ in capacity."""

    network: Network
    machines: tuple[Machine, ...]
    bits_per_cycle: FloatArray
    objective: Objective

    @property
    def shape(self) -> tuple[int, int]:
        """Capacities and bandwidths."""
        return len(self.machines), self.bits_per_cycle.size

    def of(self, operator: Operator) -> _OperatorGrid:
        """Return the best of the operator's alternatives at each point: of equal ones the first."""
        best = _OperatorGrid.of_nothing(self.shape, fits=False)
        for nest in self.machines[0].storage.nests_of(operator, self.network.tensors):
            best = self._better(operator, nest, best)
        return best

    def _better(self, operator: Operator, nest: Nest, best: _OperatorGrid) -> _OperatorGrid:
        """Return ``best`` with ``nest`` where that is better, or alone fits."""
        machine = self.machines[0]
        check_counters(operator, nest, machine)
        space = build_tile_space(nest, candidate_tiles(nest, machine), machine)
        kind = kernel_objective(self.objective, nest, machine, 0.0).kind
        capacities = np.array([8 * one.scratchpad_bytes for one in self.machines])
        records, chosen = tile_loops.best_in_grid(
            space, machine.bounds, kind, capacities, self.bits_per_cycle, best.scores(self.objective)
        )
        rows, taken = chosen[..., 0], chosen[..., 0] >= 0
        if not taken.any():
            return best
        picked = records[rows]
        energy = self._moving_energy(nest, space, records, rows)
        energy[_COMPONENTS.index("leakage_pj")] = chosen[..., 1] * [
            [one.costs.leakage_pj_per_cycle] for one in self.machines
        ]
        fixed = fixed_energy(operator, self.network.tensors, nest, machine)
        energy += np.reshape([getattr(fixed, name) for name in _COMPONENTS], (-1, 1, 1))
        found = _OperatorGrid(
            fits=taken,
            cycles=np.moveaxis(chosen[..., 1:3], -1, 0),
            moved=np.moveaxis(picked[..., _MOVED], -1, 0),
            footprint=picked[..., tile_loops.FOOTPRINT_BITS],
            busy_cycles=np.full(self.shape, _busy_cycles(nest, machine)),
            energy_pj=energy,
            macs=nest.num_macs if isinstance(nest, MatrixNest) else 0,
        )
        return best.where(taken, found)

    def _moving_energy(self, nest: Nest, space: TileSpace, records: Int64Array, rows: Int64Array) -> FloatArray:
        """By component, shape (components, capacities, bandwidths), of the tilings that ``rows`` names; 0 for none."""
        ports = port_bits_of(nest, space, self.machines[0], records)
        energy = np.zeros((len(_COMPONENTS), *rows.shape))
        for index, machine in enumerate(self.machines):
            costs = machine.costs_for(nest) if isinstance(nest, MatrixNest) else machine.costs
            moving = moving_costs(nest, machine)
            for row in set(rows[index].tolist()) - {-1}:
                inputs, weights, outputs = ports[row].energies_pj(costs)
                ports_pj = float(inputs), float(weights), float(outputs)
                moved = _MovedBits(_traffic(records[row]), nest.resident_bits, ports_pj)
                one = sum(moving.energies(moved), Energy())
                energy[:, index, rows[index] == row] = np.reshape([getattr(one, name) for name in _COMPONENTS], (-1, 1))
        return energy


def _traffic(record: Int64Array) -> OperandTraffic:
    input_read, weight_read, output_read, output_write = record[list(_MOVED)].tolist()
    return OperandTraffic(
        input_read=input_read, weight_read=weight_read, output_read=output_read, output_write=output_write
    )


def _busy_cycles(nest: Nest, machine: Machine) -> float:
    if not isinstance(nest, MatrixNest):
        return 0.0
    array = machine.array_for(nest)
    return nest.num_macs * array.performed_fraction / array.peak_macs_per_cycle
