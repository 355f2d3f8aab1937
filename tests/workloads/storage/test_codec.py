import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.storage import StorageFormat, codec_for
from workloads.storage.codec import NumberStream, index_width_bits, pointer_width_bits


@pytest.mark.parametrize(("count", "bits"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)])
def test_index_width_is_the_logarithm_rounded_up(count, bits):
    assert index_width_bits(count) == bits


@pytest.mark.parametrize(("num_nonzeros", "bits"), [(0, 0), (1, 1), (3, 2), (4, 3), (255, 8), (256, 9)])
def test_pointers_count_up_to_all_non_zeros(num_nonzeros, bits):
    assert pointer_width_bits(num_nonzeros) == bits


@pytest.mark.parametrize("numbers", [[0, 4], [-1, 2]])
def test_number_that_its_width_cannot_hold(numbers):
    low, high = min(numbers[0], 0), numbers[1]
    with pytest.raises(
        NetworkError, match=rf"stream 'runs': numbers from {low} to {high}, expected unsigned numbers of 2 bits"
    ):
        NumberStream(name="runs", numbers=np.array(numbers), width_bits=2)


def test_stream_that_another_format_has():
    stored = codec_for(StorageFormat.CSR).encode(np.ones((2, 2)))
    with pytest.raises(
        NetworkError, match="array stored as csr: expected a stream 'runs', found row_pointers, col_indices"
    ):
        stored.numbers("runs")
    with pytest.raises(NetworkError, match="array stored as dense: expected a stream 'runs', found none"):
        codec_for(StorageFormat.DENSE).encode(np.ones((2, 2))).numbers("runs")
