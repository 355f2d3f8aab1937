"""What a TensorFlow Lite file says, as plain records: tensors, operators and buffers of its main graph.

Tensors and operators are known by their index in the file. Shapes are in the file's order: images are
(B, H, W, C), weights of convolutions (N, H, W, C).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from workloads.errors import NetworkError, UnsupportedOperator

Bytes = NDArray[Any]
Shape = tuple[int, ...]
Option = int | float | tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantisationRecord:
    """Number that an integer q stands for: scale x (q - zero_point), with one scale a slice along ``axis``.

    Parameters
    ----------
    scales : array of float32
        One entry, or one a slice.
    zero_points : array of int64
        As many.
    axis : int
        Meaningful only where there are several scales.
    """

    scales: NDArray[Any]
    zero_points: NDArray[Any]
    axis: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DimensionRecord:
    """One level of a sparse tensor: dense with ``size`` entries, or compressed with ``segments`` and ``indices``.

    The children of node p of a compressed level are ``indices[segments[p]:segments[p + 1]]``.
    """

    size: int = 0
    segments: NDArray[Any] | None = None
    indices: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SparsityRecord:
    """How the kept elements of a sparse tensor are stored.

    Parameters
    ----------
    traversal_order : tuple of int
        Levels from the outside: 0 to rank - 1 are axes of the tensor, rank + i is axis ``block_map[i]`` inside a block.
    block_map : tuple of int
        Axes that are cut into blocks; empty without blocks.
    dimensions : tuple of DimensionRecord
        One a level, in the order of ``traversal_order``.
    """

    traversal_order: tuple[int, ...]
    block_map: tuple[int, ...]
    dimensions: tuple[DimensionRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TensorRecord:
    """One tensor of the file.

    Parameters
    ----------
    name : str
        The file's name, made unique.
    shape : tuple of int
        The file's shape; a dimension that is left open has some size here, usually 1.
    open_axes : tuple of int
        Axes that the file leaves open (-1 in its shape signature).
    element_type : int
        ``tflite.TensorType``.
    buffer : int
        Index of the buffer with its content; an empty one holds none.
    quantisation : QuantisationRecord or None
    sparsity : SparsityRecord or None
    is_variable : bool
        Kept between runs (the state of a recurrent layer).
    """

    name: str
    shape: Shape
    open_axes: tuple[int, ...]
    element_type: int
    buffer: int
    quantisation: QuantisationRecord | None = None
    sparsity: SparsityRecord | None = None
    is_variable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OperatorRecord:
    """One operator of the file.

    Parameters
    ----------
    index : int
        Its place in the file, from 0.
    op_type : str
        The builtin operator's name (``CONV_2D``), or a custom operator's own.
    inputs, outputs : tuple of int
        Indices of tensors; -1 for an input that is left out.
    options : mapping of str to int, float or tuple of int
        Those of its options that are read here, under the schema's names in the accessors' spelling (``StrideH``).
    """

    index: int
    op_type: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Option]

    def __str__(self) -> str:
        return f"operator {self.index} ({self.op_type})"

    def error(self, message: str) -> NetworkError:
        """Return an error that names this operator."""
        return NetworkError(f"{self}: {message}")

    def unsupported(self, reason: str) -> UnsupportedOperator:
        """Return the error for an operator that has no cost model; says what would let it pass."""
        return UnsupportedOperator(
            f"{self} cannot be costed: {reason}; --unsupported=approximate costs it as a copy of its inputs to its "
            "outputs"
        )

    def integer(self, name: str) -> int:
        """Return an option that is a whole number."""
        value = self.options.get(name)
        if not isinstance(value, int):
            raise self.error(f"has no option {name!r}")
        return value

    def positive(self, *names: str) -> tuple[int, ...]:
        """Return options that have to be at least 1."""
        values = tuple(self.integer(name) for name in names)
        for name, value in zip(names, values, strict=True):
            if value < 1:
                raise self.error(f"option {name!r} is {value}, expected at least 1")
        return values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelRecord:
    """The main graph of a file.

    Parameters
    ----------
    tensors : tuple of TensorRecord
    operators : tuple of OperatorRecord
        In the order in which they run.
    inputs, outputs : tuple of int
        Indices of tensors.
    buffers : tuple of array of uint8
    num_subgraphs : int
        Graphs in the file, with those that control flow calls.
    """

    tensors: tuple[TensorRecord, ...]
    operators: tuple[OperatorRecord, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    buffers: tuple[Bytes, ...]
    num_subgraphs: int
