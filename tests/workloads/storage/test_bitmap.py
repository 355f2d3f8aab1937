import numpy as np

from workloads.storage import StorageBits
from workloads.storage.bitmap import Bitmap


def test_example_of_the_docstring():
    """5 bits and two int8."""
    stored = Bitmap().encode(np.array([[0, 7, 0, 0, 5]], dtype=np.int8))
    assert stored.numbers("bitmap").tolist() == [0, 1, 0, 0, 1]
    assert stored.values.tolist() == [7, 5]
    assert stored.bits(8) == StorageBits(value_bits=16, metadata_bits=5)
