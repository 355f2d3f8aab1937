"""Reading at places that are not in the file."""

from __future__ import annotations

import struct

import pytest

from workloads.errors import NetworkError
from workloads.tflite_import.flatbuffer import reading, tables, text


class _Claim:
    """A table that claims a vector of ``count`` tables in a file of ``size`` bytes."""

    class _Tab:
        Bytes = bytes(64)

    _tab = _Tab()

    def __init__(self, count: int) -> None:
        self.count = count

    def TensorsLength(self) -> int:
        return self.count

    def Tensors(self, index: int) -> int:
        return index


def test_a_vector_that_can_be_in_the_file() -> None:
    assert tables(_Claim(16), "Tensors") == list(range(16))


def test_a_vector_that_cannot() -> None:
    with pytest.raises(NetworkError, match="truncated or corrupt: the list cannot be read"), reading("the list"):
        tables(_Claim(17), "Tensors")


@pytest.mark.parametrize("error", [struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError])
def test_what_accessors_raise(error: type[Exception]) -> None:
    with pytest.raises(NetworkError, match="truncated or corrupt: it cannot be read"), reading("it"):
        raise error


def test_text() -> None:
    assert text(None) == ""
    assert text(b"caf\xc3\xa9\xff") == "café\N{REPLACEMENT CHARACTER}"
