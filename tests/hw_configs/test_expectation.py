"""What a field accepts, in words."""

import pytest

from hw_configs.accelerator import Accelerator
from hw_configs.expectation import expected_at, fields_at


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("array", "rows"), "a whole number from 1 to 65536"),
        (("array", "dataflow"), "one of os, ws, is"),
        (("array", "formats"), "a list of at least 1, each an element format such as int8 or fp16"),
        (("array", "formats", 0), "an element format such as int8 or fp16"),
        (("dma",), "a mapping with channels, latency_cycles, burst_bytes"),
        (("technology", "add", "int8", "energy_pj"), "a number from 0 to 1000000000000"),
        (("sources",), "a mapping"),
        (("nowhere",), "no field of this name"),
    ],
)
def test_words(path: tuple[str | int, ...], words: str) -> None:
    assert expected_at(Accelerator, path) == words


def test_a_choice_says_both() -> None:
    words = expected_at(Accelerator, ("off_chip", "bandwidth_bytes_per_second"))
    assert words.startswith("a bandwidth: a number, or text with one of B/s, KB/s")
    assert words.endswith(" or null")
    assert "capacity_bytes" in expected_at(Accelerator, ("scratchpad",))


def test_fields() -> None:
    assert fields_at(Accelerator, ("dma",)) == ("channels", "latency_cycles", "burst_bytes")
    pad = ("capacity_bytes", "banks", "ports_per_bank", "port_bytes", "input", "weight", "output")
    assert fields_at(Accelerator, ("scratchpad",)) == pad
    assert fields_at(Accelerator, ("array", "rows")) == ()
