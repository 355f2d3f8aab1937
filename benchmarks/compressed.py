"""ResNet-50 at 2:8 from masks, and sparse closed forms beside the dense ones."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from benchmarks.measurement import Better, Measurement
from hw_configs.load import load_accelerator
from simulator.arrays import array_model
from simulator.arrays.protocol import ArrayModel
from simulator.arrays.systolic import SystolicArray
from sparsim.api import run
from workloads.compression import compress, parse_spec
from workloads.load import load_network
from workloads.loop_nest import MatrixNest
from workloads.network import Network
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin

_ARRAYS = (
    "nm_array",
    "sparse_tensor_core",
    "flexible_tensor_core",
    "dual_side_tensor_core",
    "eyeriss_v2",
    "sigma_like",
)
_NUM_LAYERS = 20_000
_NUM_ROUNDS = 9
_NEST = MatrixNest(
    groups=1,
    batch=1024,
    axes=(),
    num_filters=1024,
    num_channels=1024,
    input_bits=8,
    weight_bits=8,
    output_bits=8,
    resident_bits=0,
    num_output_elements=1024 * 1024,
    weight_sparsity=Sparsity(density_fraction=0.25, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=2, m=8)),
)


def measure() -> Iterator[Measurement]:
    """Yield the time of all layers from masks on each array, and each closed form's time over the dense one's."""
    for name in _ARRAYS:
        yield _resnet50(name)
    for name in _ARRAYS:
        yield _whole_path(name)
    for name in _ARRAYS:
        yield _closed_form(name)


def _resnet50(name: str) -> Measurement:
    run("resnet50", name, compression="nm:2:8; seed=1")  # compiles
    start = time.process_time()
    result = run("resnet50", name, compression="nm:2:8")
    seconds = time.process_time() - start
    return Measurement(
        name=f"ResNet-50 at 2:8 from masks, {name}",
        value=seconds,
        unit="s",
        target=5,
        better=Better.LOWER,
        details=f"masks, storage, mapping and cost of {len(result.operators)} operators, and of the dense network, "
        f"in CPU time; speed-up over dense {result.speedup_over_dense:.2f}",
    )


def _whole_path(name: str) -> Measurement:
    """Mapping and cost of ResNet-50 from densities, without masks, over the dense network's time on the same array."""
    accelerator = load_accelerator(name)
    dense = load_network("resnet50")
    sparse = _without_masks(compress(dense, parse_spec("nm:2:8")).network)
    times: dict[str, list[float]] = {"sparse": [], "dense": []}
    for _ in range(_NUM_ROUNDS):
        for kind, network in (("sparse", sparse), ("dense", dense)):
            start = time.process_time()
            run(network, accelerator)
            times[kind].append(time.process_time() - start)
    ratio = statistics.median(a / b for a, b in zip(times["sparse"], times["dense"], strict=True))
    return Measurement(
        name=f"ResNet-50 at 2:8 in closed form over dense, {name}",
        value=ratio,
        unit="x",
        target=2,
        better=Better.LOWER,
        details=f"mapping and cost of all operators: medians {statistics.median(times['sparse']):.3f} s and "
        f"{statistics.median(times['dense']):.3f} s of CPU time, {_NUM_ROUNDS} pairs in one process",
    )


def _without_masks(network: Network) -> Network:
    tensors = {
        name: replace(tensor, sparsity=replace(tensor.sparsity, mask=None)) if tensor.sparsity else tensor
        for name, tensor in network.tensors.items()
    }
    return replace(network, tensors=tensors)


def _closed_form(name: str) -> Measurement:
    """The median over rounds of one call for all layers, taken in turns with the dense array's."""
    accelerator = load_accelerator(name)
    side = accelerator.array
    sparse = array_model(side).bound_to(_NEST)
    dense = SystolicArray(side.rows, side.cols, side.dataflow)
    m, n, k = np.random.default_rng(0).integers(1, 4096, (3, _NUM_LAYERS))
    ratios = [_seconds(sparse, m, n, k) / _seconds(dense, m, n, k) for _ in range(_NUM_ROUNDS)]
    return Measurement(
        name=f"closed form over the dense one's time, {name}",
        value=statistics.median(ratios),
        unit="x",
        target=2 if name == "nm_array" else None,
        better=Better.LOWER,
        details=f"cycles and accesses of {_NUM_LAYERS:,} layers, 2:8; median of {_NUM_ROUNDS} pairs in one process",
    )


def _seconds(array: ArrayModel, m: np.ndarray, n: np.ndarray, k: np.ndarray) -> float:
    calls: tuple[Callable[[], object], ...] = (
        lambda: array.tile_cycles(m, n, k),
        lambda: array.scratchpad_accesses(m, n, k),
    )
    start = time.process_time()
    for call in calls:
        call()
    return time.process_time() - start
