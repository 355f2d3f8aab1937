"""What an accelerator file may say of SCALE-Sim's sparse modes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hw_configs.array_sections import ScalesimSparse


def test_defaults():
    assert (ScalesimSparse().mode, ScalesimSparse().block) == ("layer_wise", 4)


def test_half_of_a_block_is_kept():
    with pytest.raises(ValidationError, match="expected an even number, half of which is kept, found 7"):
        ScalesimSparse(mode="row_wise", block=7)


def test_other_modes():
    with pytest.raises(ValidationError, match="Input should be 'layer_wise' or 'row_wise'"):
        ScalesimSparse(mode="column_wise")
