"""What compression makes of a network: the network, its values, and what was done to each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workloads.compression.layer_values import has_zeros, load_checked
from workloads.compression.numbers.codebook import to_codebook
from workloads.compression.numbers.error_measures import WeightError
from workloads.compression.numbers.quantisation import quantise
from workloads.compression.spec.methods import Codebook, NumberChange, Quantisation
from workloads.network import Network
from workloads.operators import Operator
from workloads.sparsity import BoolArray, Mask
from workloads.tensor import Tensor
from workloads.weight_layout import by_output_channel, from_layout, to_layout
from workloads.weights import WeightArray, WeightSource


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedLayer:
    """What was done to the weights of one layer.

    Parameters
    ----------
    operator, tensor : str
        Names of the matrix operator and of its weight.
    method : str
        As in a spec: ``nm:2:8+int8``.
    num_weights, num_nonzeros : int
        After structural changes; zeros that rounding made count as zeros.
    is_synthetic : bool
        Its mask was drawn at random, or only its density is known.
    dense_bits_before, dense_bits_after : int
        Storage of all elements, zeros included; after, with the table of a codebook.
    error : WeightError or None
        Of the values; None where the network has none.
    """

    operator: str
    tensor: str
    method: str
    num_weights: int
    num_nonzeros: int
    is_synthetic: bool
    dense_bits_before: int
    dense_bits_after: int
    error: WeightError | None

    @property
    def density_fraction(self) -> float:
        """Non-zero weights over all."""
        return self.num_nonzeros / self.num_weights

    @property
    def relative_error_fraction(self) -> float | None:
        """Frobenius norm of the weights' change over that of the weights; None where values are unknown."""
        return None if self.error is None else self.error.relative_error_fraction

    @property
    def sqnr_db(self) -> float | None:
        """Signal to quantisation noise ratio of the weights; None where values are unknown."""
        return None if self.error is None else self.error.sqnr_db


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """What happens to the values of one weight tensor: a mask, then another way to write numbers."""

    operator: Operator
    mask: Mask | None
    number_change: NumberChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedWeights:
    """The weights of a compressed network: real zeros and rounded values, computed when they are asked for.

    Parameters
    ----------
    original : WeightSource or None
        Values after structural changes; None where there are none.
    tensors : mapping of str to Tensor
    changes : mapping of str to ValueChange
        By name of the weight tensor; others are as in ``original``.
    """

    original: WeightSource | None
    tensors: Mapping[str, Tensor]
    changes: Mapping[str, ValueChange] = field(default_factory=dict)

    def load(self, name: str) -> WeightArray | None:
        """Return the compressed values of the weight tensor ``name``; None where there are no values."""
        if name not in self.changes:
            return None if self.original is None else self.original.load(name)
        values = load_checked(self.original, self.tensors[name])
        if values is None:
            return None
        change = self.changes[name]
        arranged = to_layout(change.operator, name, values)
        mask = None if change.mask is None else change.mask.array()
        changed = change_values(change.operator, arranged, mask, change.number_change)
        return np.ascontiguousarray(from_layout(change.operator, name, changed, values.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedNetwork:
    """A network after compression.

    Parameters
    ----------
    network : Network
        With the sparsity, formats and codebooks of its tensors; its notes include ``notes``.
    weights : WeightSource
        The compressed values.
    layers : tuple of CompressedLayer
        The weights whose values or formats changed, in the order of the network.
    notes : tuple of str
        What is synthetic, what was left dense, what is padded.
    """

    network: Network
    weights: CompressedWeights
    layers: tuple[CompressedLayer, ...]
    notes: tuple[str, ...]


def change_values(
    operator: Operator, arranged: WeightArray, mask: BoolArray | None, change: NumberChange | None
) -> WeightArray:
    """Return the weights ``arranged`` as (groups, filters, taps, channels) after ``mask`` and ``change``.

    Assumes scales and codebooks are made for the weights that stay after pruning; nothing is trained again.
    """
    kept = arranged if mask is None else arranged * mask
    match change:
        case Quantisation():
            return quantise(by_output_channel(operator, kept), change.weights).reshape(kept.shape)
        case Codebook():
            return to_codebook(kept, change.num_codes, keep_zeros=mask is not None or has_zeros(kept))
        case None:
            return kept
