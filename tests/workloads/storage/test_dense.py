import numpy as np

from workloads.storage import StorageBits
from workloads.storage.dense import Dense


def test_every_element_is_stored():
    stored = Dense().encode(np.array([[0, 7], [0, 5], [0, 0]], dtype=np.int8))
    assert stored.values.tolist() == [0, 7, 0, 5, 0, 0]
    assert stored.bits(8) == StorageBits(value_bits=48, metadata_bits=0)
