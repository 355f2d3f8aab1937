"""Closed forms over many arrays and bandwidths: what no plan of a network can be faster than."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from hw_configs.accelerator import Accelerator, Array
from mapper.distinct_operators import distinct_operators
from mapper.tiling import least_array_cycles, whole_array_cycles
from simulator.machine import Machine
from simulator.supported_formats import with_supported_formats
from simulator.tile_cost import Nest, compulsory_bits
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.network import Network

FloatArray = NDArray[np.float64]
Int64Array = NDArray[np.int64]
Progress = Callable[[int, int], None]
_STORED_ALIKE = ("systolic", "mesh", "nm_systolic", "sparse_tensor_core")
"""Array types of which no size changes how operands are stored: nests are made once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFormGrid:
    """Lower bounds of a network's cycles.

    Parameters
    ----------
    dataflows : tuple of str
    rows, cols : tuple of int
    bandwidths_bytes_per_second : tuple of int or None
    array_cycles : float64 array, shape (dataflows, rows, cols)
        Cycles in which the array has work, were nothing to wait for; the vector unit's aside.
    least_cycles : float64 array, shape (dataflows, rows, cols, bandwidths)
        The same, of each operator no less than its compulsory off-chip bits take.
    compulsory_bytes : int
        Of operators alone, each byte once, in the storage that moves least.
    """

    dataflows: tuple[str, ...]
    rows: tuple[int, ...]
    cols: tuple[int, ...]
    bandwidths_bytes_per_second: tuple[int | None, ...]
    array_cycles: FloatArray
    least_cycles: FloatArray
    compulsory_bytes: int


def closed_form_grid(
    network: Network,
    accelerator: Accelerator,
    *,
    rows: Sequence[int],
    cols: Sequence[int],
    dataflows: Sequence[str] = (),
    bandwidths_bytes_per_second: Sequence[int | None] = (),
    progress: Progress | None = None,
) -> ClosedFormGrid:
    """Return lower bounds of the cycles of all layer-by-layer plans, for each array and bandwidth.

    For screening: no tile, scratchpad or DMA latency is looked at, so that a point takes microseconds.

    Parameters
    ----------
    network : Network
    accelerator : Accelerator
        What is not changed.
    rows, cols : sequence of int
    dataflows : sequence of {"os", "ws", "is"}
        The accelerator's own unless given.
    bandwidths_bytes_per_second : sequence of int or None
        The accelerator's own unless given; None is unbounded.
    progress : callable, optional
        Called with arrays done and arrays in all.

    Raises
    ------
    ConfigError
        When the array cannot have such a size or dataflow.
    """
    flows = tuple(dataflows) or (accelerator.array.dataflow,)
    speeds = tuple(bandwidths_bytes_per_second) or (accelerator.off_chip.bandwidth_bytes_per_second,)
    for field, values in (("dataflow", flows), ("rows", rows), ("cols", cols)):
        for value in values:
            _check(accelerator.array, field, value)
    native = with_supported_formats(network, accelerator.array)
    bytes_per_cycle = np.array([np.inf if one is None else one / accelerator.array.clock_hz for one in speeds])
    shape = (len(flows), len(rows), len(cols))
    array_cycles, least_cycles = np.zeros(shape), np.zeros((*shape, len(speeds)))
    operators = _Operators(
        native, Machine(accelerator=accelerator), stored_alike=accelerator.array.type in _STORED_ALIKE
    )
    for done, at in enumerate(np.ndindex(shape)):
        array = {"dataflow": flows[at[0]], "rows": rows[at[1]], "cols": cols[at[2]]}
        changed = accelerator.array.model_copy(update=array)
        machine = Machine(accelerator=accelerator.model_copy(update={"array": changed}))
        array_cycles[at], least_cycles[at] = operators.bounds(machine, bytes_per_cycle)
        if progress:
            progress(done + 1, array_cycles.size)
    return ClosedFormGrid(
        dataflows=flows,
        rows=tuple(rows),
        cols=tuple(cols),
        bandwidths_bytes_per_second=speeds,
        array_cycles=array_cycles,
        least_cycles=least_cycles,
        compulsory_bytes=operators.compulsory_bytes,
    )


def _check(array: Array, field: str, value: str | int) -> None:
    try:
        Array.model_validate({**array.model_dump(mode="json"), field: value})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(f"array.{field}: {first['msg']}, found {value!r}") from None


class _Operators:
    """The distinct operators of a network, bounded on one machine after the other."""

    def __init__(self, network: Network, machine: Machine, *, stored_alike: bool) -> None:
        self._network = network
        self._stored_alike = stored_alike
        self._layers = _Layers.of(network, machine)

    @property
    def compulsory_bytes(self) -> int:
        return self._layers.compulsory_bytes

    def bounds(self, machine: Machine, bytes_per_cycle: FloatArray) -> tuple[float, FloatArray]:
        """Return the cycles of the array, and the bounds at each bandwidth."""
        layers = self._layers if self._stored_alike else _Layers.of(self._network, machine)
        cycles = layers.array_cycles(machine)
        moving = layers.compulsory_bits[:, np.newaxis] / (8 * bytes_per_cycle)
        nests = np.maximum(cycles[:, np.newaxis], moving)
        best = np.minimum.reduceat(nests, layers.begin)
        return float(layers.times @ np.minimum.reduceat(cycles, layers.begin)), np.asarray(layers.times @ best, float)


@dataclass(frozen=True, slots=True)
class _Layers:
    """All nests of distinct operators, one operator's after the other's from ``begin`` on."""

    nests: tuple[Nest, ...]
    begin: Int64Array
    times: Int64Array
    compulsory_bits: Int64Array

    @staticmethod
    def of(network: Network, machine: Machine) -> _Layers:
        operators = distinct_operators(network, machine)
        ways = [machine.storage.nests_of(operator, network.tensors) for operator, _ in operators]
        nests = tuple(nest for way in ways for nest in way)
        return _Layers(
            nests=nests,
            begin=np.cumsum([0, *map(len, ways[:-1])]),
            times=np.array([times for _, times in operators]),
            compulsory_bits=np.array([compulsory_bits(nest) for nest in nests]),
        )

    @property
    def compulsory_bytes(self) -> int:
        """Of all operators."""
        return int(self.times @ -(-np.minimum.reduceat(self.compulsory_bits, self.begin) // 8))

    def array_cycles(self, machine: Machine) -> FloatArray:
        """Return the least cycles of each nest; 0 of the vector unit's."""
        cycles = np.zeros(len(self.nests))
        products = [(index, nest) for index, nest in enumerate(self.nests) if isinstance(nest, MatrixNest)]
        dense = [(index, nest) for index, nest in products if machine.array_for(nest) is machine.array]
        if dense:
            cycles[[index for index, _ in dense]] = whole_array_cycles([nest for _, nest in dense], machine)
        for index, nest in products:
            if machine.array_for(nest) is not machine.array:
                cycles[index] = least_array_cycles(nest, machine)
        return cycles
