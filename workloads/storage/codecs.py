"""From a storage format's name to what encodes, decodes and counts it."""

from __future__ import annotations

from workloads.sparsity import BlockPattern, NmPattern, Pattern
from workloads.storage.bitmap import Bitmap
from workloads.storage.block import Blocks
from workloads.storage.codec import Codec
from workloads.storage.coo import Coo
from workloads.storage.csc import Csc
from workloads.storage.csr import Csr
from workloads.storage.dense import Dense
from workloads.storage.nm import NmSlots
from workloads.storage.run_length import DEFAULT_RUN_BITS, RunLength
from workloads.storage.storage_format import StorageFormat, StorageMisfit


def codec_for(format: StorageFormat, pattern: Pattern | None = None, run_bits: int = DEFAULT_RUN_BITS) -> Codec:
    """Return the codec of a storage format.

    Parameters
    ----------
    format : StorageFormat
    pattern : Pattern or None
        What ``nm`` and ``block`` store by; others take any.
    run_bits : int
        What ``run_length`` counts zeros with; others take any.

    Raises
    ------
    StorageMisfit
        When ``nm`` or ``block`` is given no pattern of its kind.
    ConfigError
        For run bits below 1 or above 32.
    """
    match format:
        case StorageFormat.DENSE:
            return Dense()
        case StorageFormat.BITMAP:
            return Bitmap()
        case StorageFormat.RUN_LENGTH:
            return RunLength(run_bits)
        case StorageFormat.COO:
            return Coo()
        case StorageFormat.CSR:
            return Csr()
        case StorageFormat.CSC:
            return Csc()
        case StorageFormat.NM if isinstance(pattern, NmPattern):
            return NmSlots(pattern)
        case StorageFormat.BLOCK if isinstance(pattern, BlockPattern):
            return Blocks(pattern)
        case _:
            wanted = "N:M" if format is StorageFormat.NM else "of blocks"
            raise StorageMisfit(f"format {format}: expected a pattern {wanted}, found {pattern or 'none'}")
