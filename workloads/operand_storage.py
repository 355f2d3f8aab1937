"""How one operand of a product is stored, in bits an element on average."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OperandStorage:
    """Stored bits of one element of an operand, zeros counted as elements: 2:8 of int8 takes 2 bits and metadata.

    Parameters
    ----------
    format : str
        The storage format's name, for reports.
    off_chip_value_bits, off_chip_metadata_bits : float
        Average off-chip.
    scratchpad_value_bits, scratchpad_metadata_bits : float
        Average in the scratchpad and through its ports: the same where the array decodes, and dense where the DMA does.
    """

    format: str
    off_chip_value_bits: float
    off_chip_metadata_bits: float
    scratchpad_value_bits: float
    scratchpad_metadata_bits: float

    @property
    def off_chip_bits(self) -> float:
        """Values and metadata, off-chip."""
        return self.off_chip_value_bits + self.off_chip_metadata_bits

    @property
    def scratchpad_bits(self) -> float:
        """Values and metadata, in the scratchpad."""
        return self.scratchpad_value_bits + self.scratchpad_metadata_bits


def dense_storage(element_bits: float) -> OperandStorage:
    """Return element after element, nothing left out; ``element_bits`` is an average where widths differ."""
    return OperandStorage(
        format="dense",
        off_chip_value_bits=element_bits,
        off_chip_metadata_bits=0.0,
        scratchpad_value_bits=element_bits,
        scratchpad_metadata_bits=0.0,
    )


def averaged(first: OperandStorage, second: OperandStorage, first_fraction: float) -> OperandStorage:
    """Return the storage of elements of which ``first_fraction`` are stored as ``first`` and the rest as ``second``."""
    rest = 1 - first_fraction
    return OperandStorage(
        format=first.format,
        off_chip_value_bits=first_fraction * first.off_chip_value_bits + rest * second.off_chip_value_bits,
        off_chip_metadata_bits=first_fraction * first.off_chip_metadata_bits + rest * second.off_chip_metadata_bits,
        scratchpad_value_bits=first_fraction * first.scratchpad_value_bits + rest * second.scratchpad_value_bits,
        scratchpad_metadata_bits=first_fraction * first.scratchpad_metadata_bits
        + rest * second.scratchpad_metadata_bits,
    )
