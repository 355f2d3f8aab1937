"""Networks that need no file: inference graphs of published architectures, built by name."""

from workloads.zoo.registry import build, zoo_names

__all__ = ["build", "zoo_names"]
