"""The nests of an operator with its operands stored as an accelerator can decode them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hw_configs.accelerator import Compression, OperandCompression
from simulator.arrays.protocol import ArrayModel
from workloads.loop_nest import MatrixNest, VectorNest, matrix_operands, nests_of
from workloads.operand_storage import OperandStorage, averaged, dense_storage
from workloads.operators import Operator, Recurrent
from workloads.sparsity import NmPattern
from workloads.storage import StorageFormat, StoredTensor, cheapest
from workloads.tensor import Tensor, TensorRole
from workloads.weight_layout import layout_shape

Nest = MatrixNest | VectorNest
_Choice = tuple[Tensor, tuple[int, ...], tuple[StorageFormat, ...]]

_NM_ARRAYS = ("nm_systolic", "sparse_tensor_core")
"""Array types that skip what N:M storage leaves out."""
_SKIPPING_ARRAYS = ("outer_product", "eyeriss_v2", "sigma")
"""Array types that skip any zero that a compressed format leaves out."""


@dataclass(frozen=True, slots=True)
class NestStorage:
    """Chooses for each tensor the cheapest format that ``compression`` decodes; remembers what it chose.

    An array that skips zeros must be told where they are. One of N:M weights takes those that it skips as N:M and no
    other way, or runs them dense. One that skips any zeros takes a compressed format where that is cheaper than dense
    storage, and runs dense operands dense.

    Parameters
    ----------
    compression : Compression
        What the memory path decodes.
    array_type : str
    bound_array : callable
        Gives the array that knows a nest's zeros: it says in which pattern it takes N:M weights.
    """

    compression: Compression
    array_type: str
    bound_array: Callable[[MatrixNest], ArrayModel]
    _chosen: dict[_Choice, StoredTensor] = field(default_factory=dict)

    def nests_of(self, operator: Operator, tensors: Mapping[str, Tensor]) -> tuple[Nest, ...]:
        """Return all nests that ``operator`` can run as, the usual one first, with the storage of their operands.

        An array of N:M weights runs weights stored dense as well: nests that skip products come first, then the same
        nests with dense weights, for where whole groups or indices cost more than the products that they save.

        Assumes a tile of a compressed operand takes its share of the whole operand's bits, wherever the tile is cut.
        """
        nests = nests_of(operator, tensors)
        is_plain = self.compression.weight is None and self.compression.activation is None
        if is_plain and self.array_type not in (*_NM_ARRAYS, *_SKIPPING_ARRAYS):
            return tuple(self._with_needed_mask(nest) for nest in nests)
        stored = tuple(
            self._with_matrix_storage(nest, operator, tensors)
            if isinstance(nest, MatrixNest)
            else self._with_stream_storage(nest, operator, tensors)
            for nest in nests
        )
        stored = (*stored, *self._with_dense_weights(stored, operator, tensors))
        return tuple(self._with_needed_mask(nest) for nest in stored)

    def _with_needed_mask(self, nest: Nest) -> Nest:
        """Return ``nest`` without the mask of its weights where the array would do the same.

        Layers of one shape and pattern are then equal: what is found of one holds for all.
        """
        if not isinstance(nest, MatrixNest) or nest.weight_sparsity is None or nest.weight_sparsity.mask is None:
            return nest
        bare = replace(nest, weight_sparsity=replace(nest.weight_sparsity, mask=None))
        return bare if self.bound_array(bare) == self.bound_array(nest) else nest

    def off_chip_bits(self, activation: Tensor) -> int:
        """Return the bits of a whole activation in off-chip memory."""
        storage = self._activations([activation])
        if storage is None:
            return activation.size_bits
        return math.ceil(activation.num_elements * storage.off_chip_bits - 1e-6)

    def _with_matrix_storage(self, nest: MatrixNest, operator: Operator, tensors: Mapping[str, Tensor]) -> MatrixNest:
        names = matrix_operands(operator, tensors)
        weights = [tensors[name] for name in names.weights]
        inputs = [tensors[names.input]] if tensors[names.input].role is not TensorRole.WEIGHT else []
        input_storage = self._inputs(operator, nest, inputs)
        weight_storage = (
            self._weights(operator, nest, weights) if _has_weights(operator, tensors) else self._activations(weights)
        )
        skips = self.array_type in (*_NM_ARRAYS, *_SKIPPING_ARRAYS)
        return replace(
            nest,
            input_storage=input_storage,
            weight_storage=weight_storage,
            output_storage=self._activations([tensors[name] for name in operator.outputs]),
            tells_input_zeros=not skips or input_storage is not None,
            tells_weight_zeros=not skips or weight_storage is not None,
        )

    def _with_dense_weights(
        self, stored: tuple[Nest, ...], operator: Operator, tensors: Mapping[str, Tensor]
    ) -> Iterator[MatrixNest]:
        """Return those of ``stored`` whose weights an array of N:M weights reads compressed, with dense weights.

        The operands of a product of two activations are stored as their makers left them.
        """
        if self.array_type not in _NM_ARRAYS:
            return
        for nest in stored:
            if isinstance(nest, MatrixNest) and nest.weight_storage and _has_weights(operator, tensors):
                yield replace(nest, weight_storage=None, tells_weight_zeros=False)

    def _with_stream_storage(self, nest: VectorNest, operator: Operator, tensors: Mapping[str, Tensor]) -> VectorNest:
        read = [tensors[name] for name in operator.inputs if tensors[name].role is not TensorRole.WEIGHT]
        return replace(
            nest,
            input_off_chip_fraction=self._off_chip_fraction(read),
            output_off_chip_fraction=self._off_chip_fraction([tensors[name] for name in operator.outputs]),
        )

    def _off_chip_fraction(self, activations: list[Tensor]) -> float:
        storage = self._activations(activations)
        if storage is None:
            return 1.0
        dense_bits = sum(tensor.size_bits for tensor in activations) / sum(one.num_elements for one in activations)
        return storage.off_chip_bits / dense_bits

    def _inputs(self, operator: Operator, nest: MatrixNest, inputs: list[Tensor]) -> OperandStorage | None:
        """A recurrent cell's inputs are x and its own hidden state, which is dense."""
        storage = self._activations(inputs)
        if storage is None or not isinstance(operator.work, Recurrent):
            return storage
        return averaged(storage, dense_storage(nest.input_bits), operator.work.input_size / nest.num_channels)

    def _weights(self, operator: Operator, nest: MatrixNest, weights: list[Tensor]) -> OperandStorage | None:
        wanted = self.compression.weight
        if wanted is None or all(weight.sparsity is None and weight.num_codes is None for weight in weights):
            return None
        shapes = [layout_shape(operator, weight.name, weight.shape) for weight in weights]
        if self.array_type not in _NM_ARRAYS:
            return self._storage(weights, shapes, wanted)
        array = self.bound_array(nest)
        patterned = [_in_pattern_of(array, weight) for weight in weights]
        if all(weight.sparsity and isinstance(weight.sparsity.pattern, NmPattern) for weight in patterned):
            wanted = wanted.model_copy(update={"formats": tuple(one for one in wanted.formats if one == "nm")})
            return self._storage(patterned, shapes, wanted, dense_too=False) if wanted.formats else None
        return self._storage(patterned, shapes, wanted)

    def _activations(self, tensors: list[Tensor]) -> OperandStorage | None:
        """Rows are channels: (batch x channels, positions); where there are none, the last axis makes the columns."""
        wanted = self.compression.activation
        if wanted is None or not tensors or all(tensor.sparsity is None for tensor in tensors):
            return None
        return self._storage(tensors, [_rows_and_cols(tensor.shape) for tensor in tensors], wanted)

    def _storage(
        self,
        tensors: list[Tensor],
        shapes: Sequence[tuple[int, ...]],
        decoder: OperandCompression,
        *,
        dense_too: bool = True,
    ) -> OperandStorage | None:
        """Return the average over all elements of ``tensors``, each in the format that is cheapest for it.

        None where that is dense storage for all of them: nothing is decoded then.
        """
        if "codebook" not in decoder.formats:
            tensors = [replace(tensor, num_codes=None) for tensor in tensors]
        formats = tuple(StorageFormat(name) for name in decoder.formats if name != "codebook")
        if dense_too:
            formats = (StorageFormat.DENSE, *formats)
        stored = [self._choose(tensor, shape, formats) for tensor, shape in zip(tensors, shapes, strict=True)]
        names = dict.fromkeys(_format_name(*pair) for pair in zip(tensors, stored, strict=True))
        if set(names) == {StorageFormat.DENSE}:
            return None
        num_elements = sum(tensor.num_elements for tensor in tensors)
        values = sum(one.bits.value_bits for one in stored) / num_elements
        metadata = sum(one.bits.metadata_bits for one in stored) / num_elements
        dense = sum(tensor.num_elements * tensor.format.bits for tensor in tensors) / num_elements
        at_array = decoder.decoded_at == "array"
        return OperandStorage(
            format="+".join(names),
            off_chip_value_bits=values,
            off_chip_metadata_bits=metadata,
            scratchpad_value_bits=values if at_array else dense,
            scratchpad_metadata_bits=metadata if at_array else 0.0,
        )

    def _choose(self, tensor: Tensor, shape: tuple[int, ...], formats: tuple[StorageFormat, ...]) -> StoredTensor:
        key = (tensor, shape, formats)
        if key not in self._chosen:
            self._chosen[key] = cheapest(tensor, shape, formats, dense_too=False)
        return self._chosen[key]


def _has_weights(operator: Operator, tensors: Mapping[str, Tensor]) -> bool:
    """Return whether the second operand of the product is weights, not a computed activation."""
    return all(tensors[name].role is TensorRole.WEIGHT for name in matrix_operands(operator, tensors).weights)


def _in_pattern_of(array: ArrayModel, weight: Tensor) -> Tensor:
    if weight.sparsity is None:
        return weight
    return replace(weight, sparsity=replace(weight.sparsity, pattern=array.stored_pattern(weight.sparsity.pattern)))


def _format_name(tensor: Tensor, stored: StoredTensor) -> str:
    if tensor.num_codes is None:
        return str(stored.format)
    return "codebook" if stored.format is StorageFormat.DENSE else f"codebook {stored.format}"


def _rows_and_cols(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) > 2:
        return math.prod(shape[:2]), math.prod(shape[2:])
    return math.prod(shape[:-1]), shape[-1] if shape else 1
