"""Importer of ONNX files; ``load_onnx`` is all of it that others use."""

from workloads.onnx_import.load import load_onnx

__all__ = ["load_onnx"]
