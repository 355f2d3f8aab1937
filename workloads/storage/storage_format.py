"""Names of the storage formats, what a stored tensor takes, and the error of a tensor that a format cannot hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workloads.errors import NetworkError


class StorageFormat(StrEnum):
    """How the elements of a tensor are laid down, the simplest first; a codebook goes with any of them."""

    DENSE = "dense"
    BITMAP = "bitmap"
    NM = "nm"
    BLOCK = "block"
    RUN_LENGTH = "run_length"
    COO = "coo"
    CSR = "csr"
    CSC = "csc"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageBits:
    """What a stored tensor takes, in bits: whole numbers where they were counted, means where they are expected.

    Parameters
    ----------
    value_bits : float
        Elements that are stored, zeros that a format has to store included; and the codebook.
    metadata_bits : float
        What says where the elements belong.
    """

    value_bits: float
    metadata_bits: float

    @property
    def total_bits(self) -> float:
        """Values and metadata."""
        return self.value_bits + self.metadata_bits


class StorageMisfit(NetworkError):
    """A tensor that a format cannot hold; says where, what was found and what was expected."""
