"""Importer of TensorFlow Lite files; ``load_tflite`` and ``TfliteWeights`` are all of it that others use."""

from workloads.tflite_import.load import load_tflite
from workloads.tflite_import.weights import TfliteWeights

__all__ = ["TfliteWeights", "load_tflite"]
