"""Writing compressed weights back into a copy of an ONNX file."""

from workloads.onnx_export.compressed_weight import CompressedWeight, IntegerWeight, WrittenModel, WrittenWeight
from workloads.onnx_export.write import write_compressed_onnx

__all__ = ["CompressedWeight", "IntegerWeight", "WrittenModel", "WrittenWeight", "write_compressed_onnx"]
