"""What a tensor takes in a storage format, and in which of several it takes least."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from workloads.errors import NetworkError
from workloads.sparsity import BoolArray
from workloads.storage.arrangement import arrangement_of
from workloads.storage.codecs import codec_for
from workloads.storage.random_mask import RandomMask
from workloads.storage.run_length import DEFAULT_RUN_BITS
from workloads.storage.storage_format import StorageBits, StorageFormat, StorageMisfit
from workloads.tensor import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """The storage format chosen for a tensor, and what the tensor takes in it."""

    format: StorageFormat
    bits: StorageBits


def stored_bits(
    tensor: Tensor, shape: tuple[int, ...], format: StorageFormat, run_bits: int = DEFAULT_RUN_BITS
) -> StorageBits:
    """Return what ``tensor`` takes in ``format``: counted from its mask, or expected from its density and pattern.

    Without either every element counts as a non-zero. A codebook makes elements as narrow as its codes, and its entries
    are values too.

    Assumes the numbers of an element's format, or of its codebook, include zero, so that a format can store one.

    Parameters
    ----------
    tensor : Tensor
        Its pattern is what ``nm`` and ``block`` store by.
    shape : tuple of int
        (groups, filters, taps, channels) of a weight, from ``workloads.weight_layout.layout_shape``; (rows, cols) of
        another tensor.
    format : StorageFormat
    run_bits : int
        What ``run_length`` counts zeros with.

    Raises
    ------
    StorageMisfit
        When the format cannot hold the tensor; names the tensor and the place.
    NetworkError
        When ``shape`` is not the tensor's or not its mask's.
    """
    return _stored(tensor, shape, _mask_of(tensor, shape), format, run_bits)


def cheapest(
    tensor: Tensor,
    shape: tuple[int, ...],
    formats: Iterable[StorageFormat] = StorageFormat,
    *,
    run_bits: int = DEFAULT_RUN_BITS,
    dense_too: bool = True,
) -> StoredTensor:
    """Return the format in which ``tensor`` takes the fewest bits; of equal ones, the first in ``StorageFormat``.

    Formats that cannot hold the tensor are left out.

    Parameters
    ----------
    tensor, shape, run_bits
        As in ``stored_bits``.
    formats : iterable of StorageFormat
        Candidates.
    dense_too : bool
        Whether dense storage is a candidate even where it is not among ``formats``.

    Raises
    ------
    StorageMisfit
        When no candidate can hold the tensor; says why, for each.
    NetworkError
        As ``stored_bits``.
    """
    wanted = {*formats, *((StorageFormat.DENSE,) if dense_too else ())}
    mask = _mask_of(tensor, shape)
    candidates, misfits = [], []
    for format in StorageFormat:
        if format not in wanted:
            continue
        try:
            candidates.append(StoredTensor(format=format, bits=_stored(tensor, shape, mask, format, run_bits)))
        except StorageMisfit as misfit:
            misfits.append(str(misfit))
    if not candidates:
        raise StorageMisfit("; ".join(misfits) or f"tensor {tensor.name!r}: no storage format to choose from")
    return min(candidates, key=lambda candidate: candidate.bits.total_bits)  # the first of equal ones


def _stored(
    tensor: Tensor, shape: tuple[int, ...], mask: BoolArray | None, format: StorageFormat, run_bits: int
) -> StorageBits:
    pattern = tensor.sparsity.pattern if tensor.sparsity else None
    try:
        codec = codec_for(format, pattern, run_bits)
        if mask is not None:
            bits = codec.exact_bits(mask, tensor.element_bits)
        else:
            random_mask = RandomMask(
                arrangement=arrangement_of(shape), density_fraction=tensor.density_fraction, pattern=pattern
            )
            bits = codec.expected_bits(random_mask, tensor.element_bits)
    except NetworkError as error:
        raise type(error)(f"tensor {tensor.name!r}: {error}") from error
    codebook_bits = 0 if tensor.num_codes is None else tensor.num_codes * tensor.format.bits
    return StorageBits(value_bits=bits.value_bits + codebook_bits, metadata_bits=bits.metadata_bits)


def _mask_of(tensor: Tensor, shape: tuple[int, ...]) -> BoolArray | None:
    """Return the tensor's mask as an array, or None; ``shape`` must be the tensor's and the mask's."""
    arrangement = arrangement_of(shape)
    if math.prod(arrangement) != tensor.num_elements:
        raise NetworkError(
            f"tensor {tensor.name!r}: stored as {list(shape)}, {math.prod(arrangement)} elements; expected the "
            f"{tensor.num_elements} of shape {list(tensor.shape)}"
        )
    mask = tensor.sparsity.mask if tensor.sparsity else None
    if mask is None:
        return None
    if mask.shape != arrangement:
        raise NetworkError(
            f"tensor {tensor.name!r}: its mask is {list(mask.shape)}, expected {list(arrangement)} (groups, filters, "
            "taps, channels)"
        )
    return mask.array()
