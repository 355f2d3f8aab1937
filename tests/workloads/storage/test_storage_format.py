from workloads.storage import StorageBits, StorageFormat


def test_total_is_values_and_metadata():
    assert StorageBits(value_bits=24, metadata_bits=5).total_bits == 29


def test_simplest_formats_come_first():
    assert list(StorageFormat)[:2] == ["dense", "bitmap"]
