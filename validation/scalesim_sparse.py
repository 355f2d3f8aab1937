"""SCALE-Sim v3's sparse modes: layer-wise N:M and row-wise blocks, closed forms without stalls."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from simulator.arrays.protocol import ScratchpadAccesses, TileCycles
from simulator.arrays.scalesim_sparse import ScalesimSparseArray
from validation.check import Check, Comparison
from validation.scalesim import FILE_NAME, SOURCE, layer_network
from validation.table import TableRow
from workloads.loop_nest import MatrixNest, lower
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin

COLUMNS = ("M", "N", "K", "array_rows", "array_cols", "dataflow", "sparsity", "stall_cycles")
_LAYER_WISE = re.compile(r"layer-wise ([0-9]{1,4}):([0-9]{1,4})")
_ROW_WISE = re.compile(r"row-wise block ([0-9]{1,4}) seed ([0-9]{1,9})")
_WORD_BITS = 32
"""Of a word of filter storage, in which SCALE-Sim counts the bits of an ELLPACK index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseLayer:
    """A row's product and how its weights are thinned out.

    ``pattern`` is the layer-wise one; row-wise there are ``block`` and ``seed`` instead.
    """

    m: int
    n: int
    k: int
    pattern: NmPattern | None
    block: int
    seed: int

    def array(self, row: TableRow) -> ScalesimSparseArray:
        """Return the row's array, bound to the layer."""
        mode = "row_wise" if self.pattern is None else "layer_wise"
        dataflow = row.choice("dataflow", ("os", "ws", "is") if self.pattern else ("ws",))
        array = ScalesimSparseArray(row.size("array_rows"), row.size("array_cols"), dataflow, mode, self.block)
        return array.bound_to(self.nest(row))

    def nest(self, row: TableRow) -> MatrixNest:
        """Return the row's layer with its stated sparsity."""
        network = layer_network(row)
        nest = lower(network.operators[0], network.tensors)
        assert isinstance(nest, MatrixNest)
        if self.pattern is None:
            return nest
        return _with_pattern(nest, self.pattern)

    @property
    def num_nonzeros(self) -> int:
        """Weights that are kept: the first of each group or block, row-wise a number that is drawn a filter.

        SCALE-Sim draws them with numpy's legacy generator, whose streams are fixed.
        """
        if self.pattern is not None:
            return self.n * (self.k // self.pattern.m * self.pattern.n + min(self.k % self.pattern.m, self.pattern.n))
        kept = np.random.RandomState(self.seed).randint(1, self.block // 2 + 1, size=self.n)
        return int((self.k // self.block * kept + np.minimum(self.k % self.block, kept)).sum())


def _with_pattern(nest: MatrixNest, pattern: NmPattern) -> MatrixNest:
    density = pattern.n / pattern.m
    sparsity = Sparsity(density_fraction=density, origin=SparsityOrigin.GIVEN, pattern=pattern)
    return replace(nest, weight_sparsity=sparsity)


def sparse_layer(row: TableRow) -> SparseLayer | None:
    """Return the layer of a sparse row, or None for a dense one."""
    if row.text("sparsity") == "dense":
        return None
    layer_wise, row_wise = (pattern.fullmatch(row.text("sparsity")) for pattern in (_LAYER_WISE, _ROW_WISE))
    m, n, k = row.size("M"), row.size("N"), row.size("K")
    if layer_wise and 1 <= int(layer_wise[1]) <= int(layer_wise[2]):
        pattern = NmPattern(n=int(layer_wise[1]), m=int(layer_wise[2]))
        return SparseLayer(m=m, n=n, k=k, pattern=pattern, block=1, seed=0)
    if row_wise and int(row_wise[1]) >= 2:
        return SparseLayer(m=m, n=n, k=k, pattern=None, block=int(row_wise[1]), seed=int(row_wise[2]))
    raise row.error("sparsity", "dense, layer-wise N:M or row-wise block B seed S")


def _tile_cycles(layer: SparseLayer, row: TableRow) -> TileCycles:
    m, n, k = (np.asarray(size, dtype=np.int64) for size in (layer.m, layer.n, layer.k))
    return layer.array(row).tile_cycles(m, n, k)


def _accesses(layer: SparseLayer, row: TableRow) -> ScratchpadAccesses:
    m, n, k = (np.asarray(size, dtype=np.int64) for size in (layer.m, layer.n, layer.k))
    return layer.array(row).scratchpad_accesses(m, n, k)


def _total_cycles(layer: SparseLayer, row: TableRow) -> float:
    """Return the index of the last cycle, which is what SCALE-Sim prints."""
    cycles = _tile_cycles(layer, row)
    return int(cycles.fill + cycles.stream) - 1


def _mapping_efficiency_pct(layer: SparseLayer, row: TableRow) -> float:
    """Return PEs that hold work over all of them, to SCALE-Sim's six decimals.

    Row-wise, a PE that holds one of the zeros that fill a block up holds none.
    """
    array, cycles = layer.array(row), _tile_cycles(layer, row)
    if layer.pattern is None:
        return round(100 * layer.num_nonzeros / (int(cycles.num_folds) * array.num_pes), 6)
    performed = layer.m * layer.n * array.num_kept(layer.k)
    return round(100 * performed / (int(cycles.stream) * array.num_pes), 6)


def _stored_words(layer: SparseLayer, row: TableRow) -> float:
    """Return words of weights and metadata; a stored row-wise ELLPACK block has no index where none is printed.

    ELLPACK: ceil(log2 M) bits of a 32-bit word a kept weight, with M of the topology's ratio, which row-wise is 1:1 or
    that of the block and not said. CSR and CSC: a word an index, and a pointer a row or column and one more.
    """
    kept = layer.n * layer.array(row).num_kept(layer.k)
    match row.choice("sparse_rep", ("ellpack_block", "csr", "csc")):
        case "ellpack_block" if layer.pattern is not None:
            return kept + kept * math.ceil(math.log2(layer.pattern.m)) / _WORD_BITS
        case "ellpack_block":
            has_index = row.number("sparse_metadata_words") > 0
            return kept + has_index * kept * math.ceil(math.log2(layer.block)) / _WORD_BITS
        case "csr":
            return 2 * layer.num_nonzeros + layer.k + 1
        case _:
            return 2 * layer.num_nonzeros + layer.n + 1


def _compare_storage(row: TableRow) -> Comparison | None:
    layer = sparse_layer(row)
    if layer is None or row.is_empty("sparse_new_filter_words"):
        return None
    expected = (row.number("sparse_orig_filter_words"), row.number("sparse_new_filter_words"))
    return Comparison(expected=expected, ours=(layer.n * layer.k, _stored_words(layer, row)))


def _compare_output_writes(row: TableRow) -> Comparison | None:
    """Return output writes where sums leave after every fold, as ``validation.scalesim`` does for dense layers."""
    layer = sparse_layer(row)
    if layer is None or row.text("dataflow") == "os" or row.is_empty("sram_ofmap_writes"):
        return None
    expected = row.number("sram_ofmap_writes")
    return Comparison(expected=(expected,), ours=(int(_accesses(layer, row).output_write),))


def _check(
    name: str, column: str, ours: Callable[[SparseLayer, TableRow], float], tolerance_fraction: float = 0.0
) -> Check:
    """Return a check of ``column``, whole words, on the sparse rows without stalls."""

    def compare(row: TableRow) -> Comparison | None:
        layer = sparse_layer(row)
        if layer is None or row.number("stall_cycles") > 0 or row.is_empty(column):
            return None
        expected = row.number(column)
        if column == "sram_ifmap_reads":
            expected = math.ceil(expected - 1e-6)  # SCALE-Sim multiplies words by M / N in floating point
        return Comparison(expected=(expected,), ours=(ours(layer, row),))

    return Check(
        name=name,
        file_name=FILE_NAME,
        columns=(*COLUMNS, column),
        source=SOURCE,
        tolerance_fraction=tolerance_fraction,
        compare=compare,
    )


CHECKS = (
    _check("scalesim_sparse_cycles", "total_cycles", _total_cycles),
    _check("scalesim_sparse_input_reads", "sram_ifmap_reads", lambda layer, row: int(_accesses(layer, row).input_read)),
    _check(
        "scalesim_sparse_weight_reads", "sram_filter_reads", lambda layer, row: int(_accesses(layer, row).weight_read)
    ),
    _check("scalesim_sparse_mapping_efficiency", "mapping_eff_pct", _mapping_efficiency_pct, 1e-5),
    Check(
        name="scalesim_sparse_output_writes",
        file_name=FILE_NAME,
        columns=(*COLUMNS, "sram_ofmap_writes"),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_output_writes,
    ),
    Check(
        name="scalesim_sparse_storage",
        file_name=FILE_NAME,
        columns=(
            *COLUMNS,
            "sparse_rep",
            "sparse_orig_filter_words",
            "sparse_new_filter_words",
            "sparse_metadata_words",
        ),
        source=SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_storage,
    ),
)
"""In the order that they are printed."""
