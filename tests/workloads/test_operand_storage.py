"""Bits an element: values and metadata, and what is dense."""

from __future__ import annotations

import pytest

from workloads.operand_storage import OperandStorage, dense_storage


def test_values_and_metadata_add_up() -> None:
    # 2:8 of int8: 8 x 2/8 bits of values and 3 x 2/8 of indices; the scratchpad holds it decoded
    stored = OperandStorage(
        format="nm",
        off_chip_value_bits=2.0,
        off_chip_metadata_bits=0.75,
        scratchpad_value_bits=8.0,
        scratchpad_metadata_bits=0.0,
    )
    assert (stored.off_chip_bits, stored.scratchpad_bits) == (2.75, 8.0)


@pytest.mark.parametrize("element_bits", [8, 6.5])
def test_dense_has_no_metadata(element_bits: float) -> None:
    stored = dense_storage(element_bits)
    assert stored.format == "dense"
    assert (stored.off_chip_bits, stored.scratchpad_bits) == (element_bits, element_bits)
    assert (stored.off_chip_metadata_bits, stored.scratchpad_metadata_bits) == (0, 0)
