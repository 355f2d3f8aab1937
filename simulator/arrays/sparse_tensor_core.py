"""Tensor core with structured weight sparsity: dense, 2:4, and flexible N:M with coordinates or run lengths."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hw_configs.accelerator import Array
from hw_configs.array_sections import SparseTensorCore
from simulator.arrays.nm_fit import densest_group, most_in_group
from simulator.arrays.nm_groups import UNBOUND, ReductionGroups
from simulator.arrays.protocol import Dimension, Int64Array, ScratchpadAccesses, TileCycles
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BlockPattern, NmPattern, Pattern, Sparsity

Nm = tuple[int, int]
_DENSE: Nm = (1, 1)


@dataclass(frozen=True, slots=True)
class SparseTensorCoreArray:
    """Dot-product units that take G kept weights of a filter, and the inputs that these select, a cycle.

    At N:M a filter's K weights are groups of N kept ones, ceil(c / M) of them for c channels at a kernel position; G
    kept weights are a step, the last one filled up with zeros. ``num_pes`` / G units do m * n * steps such steps:
    m * n * steps * G / num_pes cycles. Inputs cross the scratchpad's ports dense, K rounded up to
    Kp = steps * G * M / N, once for every ``input_reuse_filters`` filters; weights cross once for every
    ``weight_reuse_positions`` positions. So 2:8 is no 4x: inputs bind.

    Assumes units pack the steps of a tile without gaps, and an operand shared by part of the filters (positions) that
    may share it crosses the ports for that part of a full share, but never less than once;
    weights whose zeros keep to no pattern that the core runs are run dense, zeros and all.

    Source: Sparseloop, Wu et al., MICRO 2022, section 7.1 and figure 15; figures in
    validation/data/sparse_tensor_core.csv.

    Example: 1,024 positions, 128 filters, K = 1,152 at 2:8, 1,024 PEs, G = 16. 144 groups keep 288 weights, 18 steps;
    1024 * 128 * 18 * 16 / 1024 = 36,864 cycles. Inputs: 1024 * 1152 * 128 / 64 = 2,359,296 elements.
    """

    num_pes: int
    section: SparseTensorCore
    pattern: Nm = _DENSE
    """(N, M) that it runs at."""
    groups: ReductionGroups = UNBOUND
    """Kernel positions and channels of the nest that it is bound to."""

    @property
    def streamed_dimension(self) -> Dimension:
        """K streams; outputs stay."""
        return Dimension.K

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """Positions that share a weight, and filters that share an input, once read."""
        return self.section.weight_reuse_positions, self.section.input_reuse_filters, 1

    @property
    def peak_macs_per_cycle(self) -> float:
        """One a PE, whatever the operands' widths."""
        return float(self.num_pes)

    @property
    def performed_fraction(self) -> float:
        """Slots that a channel can fill over K: kept weights, those among them that are zero included."""
        return self.groups.filled_fraction(_as_pattern(self.pattern))

    @property
    def metadata_bits(self) -> int:
        """Bits that say where a kept weight belongs; 0 for dense weights."""
        return 0 if self.pattern == _DENSE else metadata_bits(self.pattern, self.section.metadata)

    def bound_to(self, nest: MatrixNest) -> SparseTensorCoreArray:
        """Return the array at the pattern that takes the fewest steps for the weights of ``nest``, dense among them.

        Of patterns that take as many, the one whose steps select from the fewest inputs; dense wins a tie. Short groups
        decide: a depthwise layer has one channel a group, for which 2:4 would keep two.

        Assumes steps decide: inputs that whole steps select from may cross the ports longer than dense ones would.
        """
        groups, sparsity = ReductionGroups.of(nest), nest.weight_sparsity
        fitting = [pattern for pattern in self.section.patterns if _keeps(sparsity, pattern, groups.channels)]
        arrays = [replace(self, pattern=pattern, groups=groups) for pattern in (_DENSE, *fitting)]
        k = np.asarray(groups.k)
        return min(arrays, key=lambda array: (int(array._num_steps(k)), int(array.padded_k(k))))

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the pattern that the core runs at, none where it runs dense; blocks are stored as they are."""
        if isinstance(own, BlockPattern):
            return own
        return None if self.pattern == _DENSE else _as_pattern(self.pattern)

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return m * n * steps * G / num_pes cycles, rounded up.

        Padding is what slots that no channel can fill, and the rest of a filter's last step, add to them.
        """
        units = self.num_pes // self.section.group_positions
        filled = self.groups.num_filled(_as_pattern(self.pattern), k)
        stream = _ceil(m * n * self._num_steps(k), units)
        unpadded = _ceil(m * n * filled, self.num_pes)
        return TileCycles(
            fill=np.zeros_like(stream),
            stream=stream,
            num_folds=_ceil(m, self.section.weight_reuse_positions) * _ceil(n, self.section.input_reuse_filters),
            padding=stream - unpadded,
        )

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return Kp elements a position and a filter, by what shares them; sums stay and leave once."""
        padded_k = self.padded_k(k)
        shares, uses = self.section.input_reuse_filters, self.section.weight_reuse_positions
        inputs, weights = m * padded_k, n * padded_k
        return ScratchpadAccesses(
            input_read=np.maximum(_ceil(inputs * n, shares), inputs),
            weight_read=np.maximum(_ceil(weights * m, uses), weights),
            output_read=np.zeros_like(m * n * padded_k),
            output_write=m * n * np.ones_like(padded_k),
        )

    def padded_k(self, k: Int64Array) -> Int64Array:
        """Return Kp: inputs of a position that whole steps select from."""
        kept, group = self.pattern
        return _ceil(self._num_steps(k) * self.section.group_positions * group, kept)

    def _num_steps(self, k: Int64Array) -> Int64Array:
        """Steps of G kept weights a filter."""
        return _ceil(self.groups.num_slots(_as_pattern(self.pattern), k), self.section.group_positions)


def sparse_tensor_core_array(array: Array) -> SparseTensorCoreArray:
    """Return the model of an array of this type, operands dense.

    Raises
    ------
    ConfigError
        When its PEs make no whole number of dot-product units.
    """
    section, num_pes = array.sparse_tensor_core, array.rows * array.cols
    if section is None:
        raise ConfigError("array.sparse_tensor_core: expected a section, found none")
    if num_pes % section.group_positions:
        raise ConfigError(
            f"array.rows x array.cols: expected a multiple of sparse_tensor_core.group_positions = "
            f"{section.group_positions}, found {array.rows} x {array.cols} = {num_pes}"
        )
    return SparseTensorCoreArray(num_pes, section)


def metadata_bits(pattern: Nm, encoding: str) -> int:
    """Return the bits of metadata of one kept weight at ``pattern`` (N, M).

    Coordinates count to M, runs of zeros to M - N. Assumes fields of a power of two of bits, 2 at least, so that none
    straddles a byte: 2 for 2:4, 4 for coordinates of 2:6 and 2:8, 2 for runs of 2:6, 4 for runs of 2:8, as published.
    """
    kept, group = pattern
    values = group if encoding == "coordinates" else group - kept
    needed_bits = max(1, (values - 1).bit_length())
    return max(2, 1 << (needed_bits - 1).bit_length())


def _keeps(sparsity: Sparsity | None, pattern: Nm, channels: int) -> bool:
    """Return whether weights keep to ``pattern``: by their mask, or, where there is none, by the pattern they have."""
    if sparsity is None:
        return False
    kept, group = pattern
    if sparsity.mask is not None:
        return densest_group(sparsity.mask, group) <= kept
    return isinstance(sparsity.pattern, NmPattern) and most_in_group(sparsity.pattern, group, channels) <= kept


def _as_pattern(pattern: Nm) -> NmPattern:
    return NmPattern(n=pattern[0], m=pattern[1])


def _ceil(numerator: Int64Array, denominator: int) -> Int64Array:
    return -(-numerator // denominator)
