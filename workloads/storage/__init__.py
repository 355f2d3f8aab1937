"""Storage formats of compressed tensors, one a file: really encoded, counted from a mask, expected from a density."""

from workloads.storage.codec import Codec, Encoded, decode
from workloads.storage.codecs import codec_for
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat, StorageMisfit
from workloads.storage.stored import StoredTensor, cheapest, stored_bits

__all__ = [
    "Codec",
    "Encoded",
    "RandomMask",
    "StorageBits",
    "StorageFormat",
    "StorageMisfit",
    "StoredTensor",
    "cheapest",
    "codec_for",
    "decode",
    "stored_bits",
]
