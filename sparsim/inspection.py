"""What the weights of a network look like: shapes, zeros, patterns, bits, and how the file stores them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sparsim.workload import source_weights
from workloads.compression import RecognisedLayer, recognise
from workloads.network import Network
from workloads.stored_sparsely import stored_sparsely
from workloads.weight_layout import compressible_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedLayer:
    """One weight that a matrix operator multiplies by.

    Parameters
    ----------
    operator, kind, tensor : str
        Name and kind of the operator, and name of its weight.
    shape : tuple of int
        Of the weight.
    format : str
        Element format.
    size_bits : int
        Of all elements, zeros too.
    stored_as : str
        ``dense``, or how the file leaves zeros out.
    values : RecognisedLayer or None
        What the values show; None where there are none.
    """

    operator: str
    kind: str
    tensor: str
    shape: tuple[int, ...]
    format: str
    size_bits: int
    stored_as: str
    values: RecognisedLayer | None

    @property
    def num_weights(self) -> int:
        """Elements of the weight."""
        count = 1
        for size in self.shape:
            count *= size
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The weights of a network, in its order."""

    network: str
    layers: tuple[InspectedLayer, ...]

    @property
    def num_weights(self) -> int:
        """Elements of all weights listed."""
        return sum(layer.num_weights for layer in self.layers)

    @property
    def num_valued(self) -> int:
        """Elements of the weights whose values are known."""
        return sum(layer.values.num_weights for layer in self.layers if layer.values)

    @property
    def num_zeros(self) -> int:
        """Zeros among these."""
        return sum(layer.values.num_zeros for layer in self.layers if layer.values)

    @property
    def num_stored_sparsely(self) -> int:
        """Weights that the file stores without their zeros."""
        return sum(layer.stored_as != "dense" for layer in self.layers)


def inspect_network(network: Network, source: str | Path | None = None) -> Inspection:
    """Return what the weights of ``network`` look like.

    Parameters
    ----------
    network : Network
    source : str or Path, optional
        What it was loaded from, where its values are.

    Raises
    ------
    NetworkError
        For values that are not finite or of another shape; names the tensor.
    """
    weights = None if source is None else source_weights(source)
    known = {} if weights is None else {one.tensor: one for one in recognise(network, weights)}
    stored = {} if weights is None or source is None else stored_sparsely(source)
    layers = []
    for name, operator in compressible_weights(network).items():
        tensor = network.tensors[name]
        layers.append(
            InspectedLayer(
                operator=operator.name,
                kind=operator.kind,
                tensor=name,
                shape=tensor.shape,
                format=str(tensor.format),
                size_bits=tensor.size_bits,
                stored_as=stored.get(name, "dense"),
                values=known.get(name),
            )
        )
    return Inspection(network=network.name, layers=tuple(layers))
