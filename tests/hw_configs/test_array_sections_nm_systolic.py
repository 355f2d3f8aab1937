"""What an accelerator file may say of the N:M systolic array."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hw_configs.accelerator import Array
from hw_configs.array_sections import NmSystolic


def array(**changes: object) -> Array:
    fields = {
        "type": "nm_systolic",
        "rows": 8,
        "cols": 8,
        "dataflow": "os",
        "clock_hz": "1 GHz",
        "formats": ("int8",),
        "accumulator_format": "int32",
        "nm_systolic": {},
    }
    return Array.model_validate(fields | changes)


def test_defaults_and_patterns():
    assert array().nm_systolic == NmSystolic(max_m=16, patterns=None)
    assert array(nm_systolic={"max_m": 8, "patterns": ["2:4", "2:8"]}).nm_systolic == NmSystolic(
        max_m=8, patterns=((2, 4), (2, 8))
    )


@pytest.mark.parametrize("pattern", ["4:2", "0:4", "2/4"])
def test_bad_patterns(pattern):
    with pytest.raises(ValidationError, match="expected N:M with 1 <= N <= M, as in 2:4, found"):
        array(nm_systolic={"patterns": [pattern]})


def test_patterns_beyond_the_multiplexer():
    with pytest.raises(ValidationError, match="expected patterns with M up to max_m 8, found 2:16"):
        array(nm_systolic={"max_m": 8, "patterns": ["2:4", "2:16"]})


def test_input_stationary_is_none_of_its_dataflows():
    with pytest.raises(ValidationError, match="an nm_systolic array runs the os and ws dataflows only, found is"):
        array(dataflow="is")


def test_the_section_is_needed():
    with pytest.raises(ValidationError, match="expected a section nm_systolic, found none"):
        array(nm_systolic=None)
