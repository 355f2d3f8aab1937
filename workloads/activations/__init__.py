"""How much of a network's activations is not zero: given, read from a file, or measured by running the network.

Measuring is in ``workloads.activations.measure``, which imports onnx and so takes a while.
"""

from workloads.activations.densities import with_activation_density
from workloads.activations.density_files import densities_from_file

__all__ = ["densities_from_file", "with_activation_density"]
