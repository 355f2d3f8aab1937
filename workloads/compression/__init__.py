"""Compression of networks: specs, what they do to graph and weights, and recognition of what is compressed already."""

from workloads.compression.apply import compress
from workloads.compression.compressed import CompressedLayer, CompressedNetwork
from workloads.compression.recognise import RecognisedLayer, recognise, with_recognised_sparsity
from workloads.compression.spec.parse_spec import parse_spec
from workloads.compression.spec.spec import CompressionSpec

__all__ = [
    "CompressedLayer",
    "CompressedNetwork",
    "CompressionSpec",
    "RecognisedLayer",
    "compress",
    "parse_spec",
    "recognise",
    "with_recognised_sparsity",
]
